/**
 * How much of recorded sessions a provider remembers: `--provider builtin|anthropic [--json] [--recordings DIR]`.
 * Each session with a checklist is scored; limits broken, false claims and leaks end with exit code 1.
 *
 * `anthropic` asks the real service where TIDEMARK_BENCH_ANTHROPIC_KEY has a key, which then pays. Without one
 * a stand-in on this machine answers: then only the tokens are a figure (`standIn: true`), not the recall.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createBuiltinProvider } from '../src/distill/providers/builtin/builtinProvider';
import type { DistillProvider } from '../src/distill/provider';
import type { Checklist, Score } from './checklist';
import { recallOf, score } from './checklist';
import { openAnthropic } from './anthropicProvider';
import { distilTurns, readRecording, turnsOf } from './recordedSession';
import { fillPlaceholders } from '../scripts/replay/placeholders';

/** A provider to measure, and how its parts are ended. */
export interface Measured {
  provider: DistillProvider;
  standIn?: boolean;
  /** Whole requests as the stand-in got them, bytes each. */
  requestBytes?: () => number[];
  close?: () => Promise<void>;
}

const providers: Record<string, () => Promise<Measured>> = {
  builtin: async () => ({ provider: createBuiltinProvider() }),
  anthropic: () => openAnthropic(),
};

interface SessionScore extends Score {
  session: string;
  recall: number;
  observations: number;
  summaries: number;
  inputTokens: number;
}

async function scoreSession(
  provider: DistillProvider,
  folder: string,
  session: string,
): Promise<SessionScore> {
  const checklist = JSON.parse(
    fillPlaceholders(readFileSync(join(folder, `${session}.checklist.json`), 'utf8')),
  ) as Checklist;
  const memory = await distilTurns(provider, turnsOf(readRecording(join(folder, `${session}.jsonl`))));
  const result = score(checklist, memory);
  return {
    session,
    recall: recallOf(result),
    observations: memory.observations.length,
    summaries: memory.summaries.length,
    inputTokens: memory.inputTokens,
    ...result,
  };
}

function print(result: SessionScore): void {
  const list = (items: readonly string[]) => (items.length === 0 ? '–' : items.join(', '));
  console.log(`\n${result.session}: ${result.observations} observations, ${result.summaries} summaries`);
  console.log(
    `  facts      ${result.remembered.length} of ${result.remembered.length + result.forgotten.length}`,
  );
  for (const id of result.remembered) console.log(`             found    ${id}`);
  for (const id of result.forgotten) console.log(`             MISSING  ${id}`);
  for (const name of ['filesModified', 'filesRead', 'commandsFailed'] as const) {
    const { missing, extra } = result[name];
    console.log(`  ${name.padEnd(15)} missing: ${list(missing)}; extra: ${list(extra)}`);
  }
  console.log(`  false claims    ${list(result.falseClaims)}`);
  console.log(`  leaks           ${result.leaks.length}; over the limit: ${result.overLimit.length}`);
  console.log(`  repeats         ${result.repeats}`);
}

function total(results: readonly SessionScore[]) {
  const sum = (value: (result: SessionScore) => number) => results.reduce((all, one) => all + value(one), 0);
  return {
    recall: recallOf({
      remembered: results.flatMap((one) => one.remembered),
      forgotten: results.flatMap((one) => one.forgotten),
    }),
    falseClaims: sum((one) => one.falseClaims.length),
    repeats: sum((one) => one.repeats),
    inputTokensPerObservation:
      sum((one) => one.inputTokens) /
      Math.max(
        1,
        sum((one) => one.observations),
      ),
  };
}

function sizesOf(bytes: readonly number[]) {
  const sorted = [...bytes].sort((a, b) => a - b);
  const medianBytes = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { count: sorted.length, medianBytes, mostBytes: sorted.at(-1) ?? 0 };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      provider: { type: 'string', default: 'builtin' },
      json: { type: 'boolean', default: false },
      recordings: {
        type: 'string',
        default: resolve(__dirname, '../test/fixtures/recordings/claude-code/realistic'),
      },
    },
  });
  const open = providers[values.provider];
  if (open === undefined) throw new Error(`--provider: one of ${Object.keys(providers).join(', ')}`);
  if (!existsSync(values.recordings)) throw new Error(`--recordings: no folder ${values.recordings}`);
  const sessions = readdirSync(values.recordings)
    .filter((name) => name.endsWith('.checklist.json'))
    .map((name) => name.slice(0, -'.checklist.json'.length))
    .sort();
  if (sessions.length === 0) throw new Error(`--recordings: no checklist in ${values.recordings}`);
  const results: SessionScore[] = [];
  const { provider, standIn = false, requestBytes, close } = await open();
  try {
    for (const session of sessions) results.push(await scoreSession(provider, values.recordings, session));
  } finally {
    await close?.();
  }
  results.forEach(print);
  const totals = total(results);
  console.log(
    `\nrecall ${totals.recall.toFixed(3)}, false claims ${totals.falseClaims}, repeats ${totals.repeats}`,
  );
  console.log(`${Math.round(totals.inputTokensPerObservation)} input tokens an observation`);
  const requests = requestBytes && sizesOf(requestBytes());
  if (requests)
    console.log(
      `${requests.count} requests: ${requests.medianBytes} bytes each, at most ${requests.mostBytes}`,
    );
  if (standIn) console.log('A stand-in answered: the tokens are a figure, the recall is none.');
  // What leaked is counted, never printed.
  const perSession = results.map(({ leaks, overLimit, ...rest }) => ({
    ...rest,
    leaks: leaks.length,
    overLimit: overLimit.length,
  }));
  if (values.json)
    console.log(
      JSON.stringify({ ...totals, ...(standIn && { standIn }), ...(requests && { requests }), perSession }),
    );
  const broken =
    !standIn && results.some((one) => one.leaks.length + one.overLimit.length + one.falseClaims.length > 0);
  process.exitCode = broken ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
