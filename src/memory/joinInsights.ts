import type { Insights } from './library';

/** One answer of several that follow each other in time. What one of them doesn't know was 0 in its days. */
export function joinInsights(parts: readonly Insights[]): Insights {
  const lengths = parts.map(({ latency }) => latency.messages.length);
  const rows = <T extends object>(of: (part: Insights) => readonly T[], keyOf: (row: T) => string) => {
    const first = new Map(parts.flatMap(of).map((row) => [keyOf(row), row]));
    return [...first].map(([key, row]) => ({
      row,
      values: (read: (row: T) => number[]) =>
        parts.flatMap((part, i) => {
          const found = of(part).find((candidate) => keyOf(candidate) === key);
          return found ? read(found) : Array<number>(lengths[i]!).fill(0);
        }),
    }));
  };
  return {
    remembered: rows(
      (part) => part.remembered,
      ({ type }) => type,
    ).map(({ row, values }) => ({ type: row.type, perDay: values(({ perDay }) => perDay) })),
    usage: rows(
      (part) => part.usage,
      ({ provider, model }) => `${provider} ${model}`,
    ).map(({ row: { provider, model }, values }) => ({
      ...{ provider, model, inputTokens: values((row) => row.inputTokens) },
      ...{ outputTokens: values((row) => row.outputTokens), costUsd: values((row) => row.costUsd) },
    })),
    latency: {
      messages: parts.flatMap(({ latency }) => latency.messages),
      p50Ms: parts.flatMap(({ latency }) => latency.p50Ms),
      p95Ms: parts.flatMap(({ latency }) => latency.p95Ms),
    },
    context: {
      times: parts.flatMap(({ context }) => context.times),
      characters: parts.flatMap(({ context }) => context.characters),
    },
  };
}
