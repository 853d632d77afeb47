import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import type { Checklist } from '../../../bench/checklist';
import { recallOf, score } from '../../../bench/checklist';
import type { SessionMemory } from '../../../bench/recordedSession';
import { distilTurns, readRecording, turnsOf } from '../../../bench/recordedSession';
import { fillPlaceholders } from '../../../scripts/replay/placeholders';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import { skipRules } from '../../../src/distill/providers/builtin/skipRules';
import {
  OBSERVATION_LIMIT,
  observationText,
  SUMMARY_LIMIT,
  summaryText,
} from '../../../src/memory/observation';
import type { PersistentMessage } from '../../../src/queue/message';

const fixtures = join(__dirname, '../../fixtures');
const recordings = join(fixtures, 'recordings/claude-code');
const filesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name));
const realistic = filesIn(join(recordings, 'realistic'));
const all = [...filesIn(recordings), ...realistic];

const remember = (file: string, cut?: (messages: readonly PersistentMessage[]) => PersistentMessage[][]) =>
  distilTurns(createBuiltinProvider(), turnsOf(readRecording(file)), cut);

/** A session's memory as a page that a person can read through. */
function page(memory: SessionMemory): string {
  const list = (name: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`    ${name}: ${items.join(', ')}`];
  const observations = memory.observations.flatMap((one) => [
    `[${one.promptNumber}] ${one.type} | ${one.concepts.join(', ')}`,
    ...observationText(one)
      .split('\n')
      .map((line) => `    ${line}`),
    ...list('read', one.filesRead),
    ...list('modified', one.filesModified),
  ]);
  const summaries = memory.summaries.flatMap((one) => [
    `[${one.promptNumber}] summary`,
    ...(['request', 'investigated', 'learned', 'completed', 'nextSteps'] as const).flatMap((field) =>
      one[field] === undefined ? [] : [`    ${field}: ${one[field]}`],
    ),
  ]);
  const skips = memory.skips.map(({ messageId, rule }) => `message ${messageId} skipped: ${rule}`);
  return [...observations, '', ...summaries, '', ...skips, ''].join('\n');
}

describe('built-in provider on recorded sessions', () => {
  for (const file of realistic) {
    const name = basename(file, '.jsonl');

    it(`remembers ${name} as its golden page says`, async () => {
      const golden = join(fixtures, 'golden', `${name}.txt`);
      const got = page(await remember(file));
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, got);
      assert.ok(existsSync(golden), `missing: run with UPDATE_GOLDEN=1`);
      assert.equal(got, readFileSync(golden, 'utf8'));
    });

    it(`meets the checklist of ${name}`, async () => {
      const text = fillPlaceholders(readFileSync(file.replace(/jsonl$/, 'checklist.json'), 'utf8'));
      const result = score(JSON.parse(text) as Checklist, await remember(file));
      const exact = { missing: [], extra: [] };
      assert.ok(recallOf(result) >= 0.8, `forgotten: ${result.forgotten.join(', ')}`);
      assert.deepEqual(result.filesModified, exact);
      assert.deepEqual(result.filesRead, exact);
      assert.deepEqual(result.commandsFailed, exact);
      assert.deepEqual(result.falseClaims, []);
      assert.equal(result.leaks.length, 0);
      assert.equal(result.repeats, 0);
    });
  }

  it('keeps the limits and names a documented rule for every skip', async () => {
    for (const file of all) {
      const memory = await remember(file);
      for (const one of memory.observations) assert.ok(observationText(one).length <= OBSERVATION_LIMIT);
      for (const one of memory.summaries) assert.ok(summaryText(one).length <= SUMMARY_LIMIT);
      for (const { rule } of memory.skips) assert.ok(Object.hasOwn(skipRules, rule), rule);
    }
  });

  it('gives the same memory wherever one batch ends and the next begins', async () => {
    for (const file of realistic) {
      const whole = await remember(file);
      const single = await remember(file, (messages) => messages.map((message) => [message]));
      assert.equal(page(single), page(whole));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 5, maxLength: 40 }),
          async (sizes) => {
            const got = await remember(file, (messages) => cutBySizes(messages, sizes));
            assert.equal(page(got), page(whole));
          },
        ),
        { numRuns: 15 },
      );
    }
  });
});

/** Batches of the given sizes in turn; a summary message always ends one. */
function cutBySizes(messages: readonly PersistentMessage[], sizes: readonly number[]): PersistentMessage[][] {
  const batches: PersistentMessage[][] = [];
  let open: PersistentMessage[] = [];
  for (const message of messages) {
    open.push(message);
    const size = sizes[batches.length % sizes.length] ?? 1;
    if (open.length < size && message.body.kind !== 'summary') continue;
    batches.push(open);
    open = [];
  }
  return open.length === 0 ? batches : [...batches, open];
}
