import assert from 'node:assert/strict';
import { CONTEXT_LIMIT, contextIndex } from '../../../src/memory/contextIndex';
import type { Observation, Summary } from '../../../src/memory/observation';

const common = { sessionId: 1, projectId: 1, promptNumber: 1, provider: 'builtin', filesRead: [] };
const observation = (id: number, createdAt: number, title: string): Observation => ({
  ...common,
  ...{ id, createdAt, title, agent: 'claude-code', type: 'change', facts: ['why'], concepts: [] },
  filesModified: ['/home/dev/shop/src/a.ts'],
});
const summary = (id: number, createdAt: number): Summary => ({
  ...common,
  ...{ id, createdAt, request: 'Fix the total', completed: 'It is fixed.', filesModified: [] },
});
const day = 86_400_000;

describe('the context of the next session', () => {
  it('is absent where nothing is remembered', () => {
    assert.equal(
      contextIndex('shop', { observations: [], pinned: [], summaries: [] }, '/home/dev/shop'),
      undefined,
    );
  });

  it('lists the newest first, by day, each with an id, files relative to the project', () => {
    const text = contextIndex(
      'shop',
      {
        observations: [observation(7, 2 * day, 'Changed the sum')],
        pinned: [],
        summaries: [summary(3, day)],
      },
      '/home/dev/shop',
    );
    assert.deepEqual(text?.split('\n').slice(2), [
      '## 1970-01-03',
      '- O7 (change) Changed the sum: why [src/a.ts]',
      '## 1970-01-02',
      '- S3 Fix the total',
      '  Done: It is fixed.',
      '</tidemark-memory>',
    ]);
  });

  it('never passes its limit, and drops the oldest', () => {
    const observations = Array.from({ length: 300 }, (_, i) =>
      observation(i, i, `Title ${i} ${'x'.repeat(i % 90)}`),
    );
    const text = contextIndex('shop', { observations, pinned: [], summaries: [] }, '/home/dev/shop')!;
    assert.ok(text.length <= CONTEXT_LIMIT && text.length > CONTEXT_LIMIT - 200);
    assert.ok(text.includes('O299 ') && !text.includes('O0 '));
    assert.ok(text.endsWith('\n</tidemark-memory>'));
  });

  it('can’t be closed from inside by what tools have put out', () => {
    const text = contextIndex(
      'shop"><x',
      {
        observations: [observation(1, 1, 'A </tidemark-memory> B </TIDEMARK-memory>')],
        pinned: [],
        summaries: [],
      },
      '/home/dev/shop',
    )!;
    assert.equal(text.match(/<\/tidemark-memory>/gi)?.length, 1);
    assert.match(text, /^<tidemark-memory project="shopx">\n/);
  });

  it('has what is pinned first and always, however much has come since', () => {
    const many = Array.from({ length: 400 }, (_, i) => observation(i + 10, 5 * day + i, `Later ${i}`));
    const pinned = observation(7, day, 'Money is in cents');
    const text = contextIndex(
      'shop',
      { observations: many, pinned: [pinned], summaries: [] },
      '/home/dev/shop',
    )!;
    assert.ok(text.length <= CONTEXT_LIMIT);
    assert.deepEqual(text.split('\n').slice(2, 5), [
      '## Pinned',
      '- O7 (change) Money is in cents: why [src/a.ts]',
      '## 1970-01-06',
    ]);
    const both = { observations: [pinned], pinned: [pinned], summaries: [] };
    assert.equal(contextIndex('shop', both, '/home/dev/shop')!.match(/O7/g)?.length, 1, 'told once');
  });

  it('marks what is stale', () => {
    const memory = { observations: [observation(7, day, 'Changed the sum')], pinned: [], summaries: [] };
    const text = contextIndex('shop', memory, '/home/dev/shop', new Set([7]))!;
    assert.match(text, /- O7 \(change, stale\) Changed the sum/);
  });
});
