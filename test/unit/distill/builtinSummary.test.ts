import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { SummaryContent } from '../../../src/memory/observation';
import { SUMMARY_LIMIT, summaryText } from '../../../src/memory/observation';
import { distil, edit, ended, use, root } from './builtinHelpers';

async function summaryOf(answer: string, prompt?: string, failure?: string): Promise<SummaryContent> {
  const { summary } = await distil([ended(answer, prompt, failure)]);
  assert.ok(summary);
  return summary;
}

describe('built-in provider: summaries', () => {
  it('sorts what was said under what it tells', async () => {
    const summary = await summaryOf(
      [
        'Done.',
        '**Root cause:** the pool never closed idle sockets.',
        '- I checked the proxy: it was ruled out.',
        '- Added a timeout of 30 s in `src/pool.ts`.',
        'Open: the load test has not run.',
      ].join('\n\n'),
    );
    assert.deepEqual(summary, {
      request: 'Please fix the build.',
      investigated: 'I checked the proxy: it was ruled out.',
      learned: 'Root cause: the pool never closed idle sockets.',
      completed: 'Added a timeout of 30 s in `src/pool.ts`.',
      nextSteps: 'Open: the load test has not run.',
      filesRead: [],
      filesModified: [],
    });
  });

  it('calls no proposal done', async () => {
    const summary = await summaryOf(
      'The index is missing.\n\nTwo ways out:\n1. added `created_at` to the index;\n2. cache the page.\n\nFix: set `LIMIT 50`. Shall I?',
    );
    assert.equal(summary.completed, undefined);
    assert.match(summary.nextSteps ?? '', /Option: added `created_at`/);
    assert.match(summary.nextSteps ?? '', /Fix: set `LIMIT 50`\. Shall I\?/);
  });

  it('reads tables, leaves code blocks out and strips emphasis', async () => {
    const summary = await summaryOf(
      '| file | now |\n|---|---|\n| `a.ts` | reads *one* key |\n\n```sh\nrm -rf everything\n```\n__Kept__ the [cache](https://x.test/1).',
    );
    const text = summaryText(summary);
    assert.match(text, /`a\.ts`: reads \*?one\*? key/);
    assert.match(text, /Kept the \[cache\]/);
    assert.doesNotMatch(text, /rm -rf|file: now|https/);
  });

  it('leaves details in brackets out before whole facts, but never what limits a claim', async () => {
    const filler = 'The worker opens 3 sockets in a row and hands them over to the pool, where they wait.';
    const answer = [
      'Ruled out: the proxy (the same failure with and off the office network, on three machines).',
      'The export must be repeated (not tested on the large customer yet, that one is bigger).',
      ...Array.from({ length: 8 }, (_, at) => filler.replace('3', String(at))),
    ].join('\n\n');
    const text = summaryText(await summaryOf(answer));
    assert.match(text, /Ruled out: the proxy\./);
    assert.doesNotMatch(text, /must be repeated\./);
  });

  it('takes no sentence without the one it leans on', async () => {
    const filler =
      'The cache is broken because `alpha.ts` keeps 3 keys that must never collide, which is why 1 of 2 fails.';
    const answer = [
      `The weather was nice and ${'very '.repeat(20)}warm. It is the root cause because 2 of 3 tests must wait.`,
      'Nothing else is broken because of it, which is why 9 of 9 tests must pass.',
      ...Array.from({ length: 5 }, (_, at) => filler.replace('3', String(at))),
    ].join('\n\n');
    const text = summaryText(await summaryOf(answer));
    assert.equal(text.includes('It is the root cause'), text.includes('The weather was nice'));
    assert.doesNotMatch(text, /Nothing else/);
    assert.match(
      summaryText(await summaryOf('The cause is `a.ts`. Nothing else is broken.')),
      /Nothing else/,
    );
  });

  it('says that a turn failed and with what, and nothing more', async () => {
    const summary = await summaryOf('API Error: 529 overloaded', 'Why is it slow?', 'overloaded');
    assert.deepEqual(
      [summary.request, summary.learned, summary.completed, summary.nextSteps],
      ['Why is it slow?', 'The turn failed: API Error: 529 overloaded', undefined, undefined],
    );
    assert.equal((await summaryOf('', 'Why?', 'rate_limit')).learned, 'The turn failed: rate_limit');
  });

  it('invents nothing where nothing was said', async () => {
    const summary = await summaryOf('');
    assert.deepEqual(Object.keys(summary).sort(), ['filesModified', 'filesRead', 'request']);
    const silent = await distil([ended('', '')]);
    assert.equal(silent.summary, undefined);
    assert.deepEqual(silent.skips, [{ messageId: 1, rule: 'nothing-new' }]);
  });

  it('keeps what a person decided and leaves small talk out', async () => {
    const prompt = `Great. ${'The weather in the valley was nice while we walked along the river. '.repeat(4)}Use 2: one queue per tenant, no migration of old jobs.`;
    const { request } = await summaryOf('Fixed `queue.ts`.', prompt);
    assert.match(request, /Use 2: one queue per tenant, no migration of old jobs\.$/);
    assert.doesNotMatch(request, /Great/);
  });

  it('names the files of the whole turn', async () => {
    const { summary } = await distil([
      edit('a.ts'),
      use({ kind: 'read', path: `${root}/b.ts` }),
      ended('Changed `a.ts`.'),
    ]);
    assert.deepEqual([summary?.filesModified, summary?.filesRead], [[`${root}/a.ts`], [`${root}/b.ts`]]);
  });

  it('adds nothing when a turn ends again with the same words, and only what is new with others', async () => {
    const first = 'Root cause: `a.ts` keeps the lock. 3 of 3 tests pass.';
    const before = await summaryOf(first);
    const again = await distil([ended(first)], { summaries: [before] });
    assert.equal(again.summary, undefined);
    assert.deepEqual(again.skips, [{ messageId: 1, rule: 'nothing-new' }]);
    const more = await distil([ended(`${first} The server on port 81 is stopped.`)], { summaries: [before] });
    assert.ok(more.summary);
    const text = summaryText(more.summary);
    assert.match(text, /The server on port 81 is stopped/);
    assert.doesNotMatch(text, /keeps the lock|3 of 3/);
  });

  it('keeps the limit on any words', async () => {
    const words = fc
      .array(
        fc.constantFrom(
          'cause ',
          'because ',
          '`x` ',
          '. A',
          '\n- ',
          '?',
          ' (not now) ',
          'z'.repeat(90),
          '1 of 2 ',
        ),
        {
          maxLength: 120,
        },
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        words,
        words,
        fc.option(words, { nil: undefined }),
        async (answer, prompt, failure) => {
          const { summary } = await distil([ended(answer, prompt), ended(answer, prompt, failure)]);
          if (summary !== undefined) assert.ok(summaryText(summary).length <= SUMMARY_LIMIT);
        },
      ),
      { numRuns: 200 },
    );
  });
});
