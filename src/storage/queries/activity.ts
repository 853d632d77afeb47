import type { Insights } from '../../memory/library';
import type { Sql } from '../sql';
import type { OperationContext } from './context';

const HOUR_MS = 60 * 60 * 1_000;
/** What took longer is no waiting: a session that was imported, a computer that was off. ms */
const LONGEST_WAIT_MS = 24 * HOUR_MS;

/** Counts how long each of these messages waited. Times in ms since the epoch. */
export function countLatency(sql: Sql, createdAt: readonly number[]): void {
  const { now } = sql.get<{ now: number }>(`SELECT unixepoch('subsec') * 1000 AS now`)!;
  for (const at of createdAt) {
    const waited = now - at;
    if (waited < 0 || waited > LONGEST_WAIT_MS) continue;
    sql.run(
      `INSERT INTO latency_counts (hour, bucket, messages) VALUES (?, ?, 1)
       ON CONFLICT (hour, bucket) DO UPDATE SET messages = messages + 1`,
      Math.floor(now / HOUR_MS),
      bucketOf(waited),
    );
  }
}

/** Half powers of two: an answer from them is wrong by at most a fifth. */
const bucketOf = (ms: number) => Math.round(2 * Math.log2(Math.max(1, ms)));
const msOf = (bucket: number) => Math.round(2 ** (bucket / 2));

/** An agent was given context of this many characters. */
export function countContext({ sql }: OperationContext, args: { at: number; characters: number }): void {
  sql.run(
    `INSERT INTO context_counts (hour, times, characters) VALUES (?1, 1, ?2)
     ON CONFLICT (hour) DO UPDATE SET times = times + 1, characters = characters + ?2`,
    Math.floor(args.at / HOUR_MS),
    args.characters,
  );
}

/** The last day ends before `until`, or with now. */
export function insights(
  { sql }: OperationContext,
  { days, until = Number.MAX_SAFE_INTEGER }: { days: number[]; until?: number },
): Insights {
  const perDay = <T>(read: (from: number, to: number) => T): T[] =>
    days.map((from, i) => read(from, days[i + 1] ?? until));
  return {
    remembered: remembered(sql, perDay),
    usage: usage(sql, days, until),
    latency: latency(sql, perDay),
    context: context(sql, perDay),
  };
}

type PerDay = <T>(read: (from: number, to: number) => T) => T[];

function remembered(sql: Sql, perDay: PerDay): Insights['remembered'] {
  const types = new Map<string, number[]>();
  const counts = perDay((from, to) => [
    ...sql.all<{ type: string; n: number }>(
      'SELECT type, count(*) AS n FROM observations WHERE created_at >= ? AND created_at < ? GROUP BY type',
      from,
      to,
    ),
    ...sql.all<{ type: string; n: number }>(
      `SELECT 'summary' AS type, count(*) AS n FROM summaries WHERE created_at >= ? AND created_at < ? HAVING n > 0`,
      from,
      to,
    ),
  ]);
  counts.forEach((rows, i) => {
    for (const { type, n } of rows) {
      const row = types.get(type) ?? counts.map(() => 0);
      row[i] = n;
      types.set(type, row);
    }
  });
  return [...types].map(([type, row]) => ({ type, perDay: row }));
}

function usage(sql: Sql, days: number[], until: number): Insights['usage'] {
  const zeros = () => days.map(() => 0);
  const rows = new Map<string, Insights['usage'][number]>();
  const found = sql.all<{
    at: number;
    provider: string;
    model: string;
    input: number;
    output: number;
    micros: number;
  }>(
    `SELECT at, provider, model, input_tokens + cache_read_tokens + cache_write_tokens AS input,
     output_tokens AS output, cost_micros AS micros FROM usage WHERE at >= ? AND at < ? ORDER BY at`,
    days[0] ?? Number.MAX_SAFE_INTEGER,
    until,
  );
  for (const { at, provider, model, input, output, micros } of found) {
    const key = `${provider} ${model}`;
    const row = rows.get(key) ?? {
      ...{ provider, model, inputTokens: zeros(), outputTokens: zeros(), costUsd: zeros() },
    };
    rows.set(key, row);
    const day = days.findLastIndex((start) => start <= at);
    row.inputTokens[day]! += input;
    row.outputTokens[day]! += output;
    row.costUsd[day]! += micros / 1_000_000;
  }
  return [...rows.values()];
}

const hours = (from: number, to: number) => [Math.floor(from / HOUR_MS), Math.ceil(to / HOUR_MS)] as const;

function latency(sql: Sql, perDay: PerDay): Insights['latency'] {
  const found = perDay((from, to) => {
    const buckets = sql.all<{ bucket: number; messages: number }>(
      `SELECT bucket, sum(messages) AS messages FROM latency_counts WHERE hour >= ? AND hour < ?
       GROUP BY bucket ORDER BY bucket`,
      ...hours(from, to),
    );
    const all = buckets.reduce((sum, { messages }) => sum + messages, 0);
    const at = (share: number) => {
      let left = share * all;
      return msOf(buckets.find(({ messages }) => (left -= messages) <= 0)?.bucket ?? 0);
    };
    return all === 0 ? { all, p50: 0, p95: 0 } : { all, p50: at(0.5), p95: at(0.95) };
  });
  return {
    messages: found.map(({ all }) => all),
    p50Ms: found.map(({ p50 }) => p50),
    p95Ms: found.map(({ p95 }) => p95),
  };
}

function context(sql: Sql, perDay: PerDay): Insights['context'] {
  const found = perDay((from, to) =>
    sql.get<{ times: number; characters: number }>(
      `SELECT ifnull(sum(times), 0) AS times, ifnull(sum(characters), 0) AS characters
         FROM context_counts WHERE hour >= ? AND hour < ?`,
      ...hours(from, to),
    )!,
  );
  return { times: found.map(({ times }) => times), characters: found.map(({ characters }) => characters) };
}
