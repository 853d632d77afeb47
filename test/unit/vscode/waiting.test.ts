import assert from 'node:assert/strict';
import type { QueuedMessage } from '../../../src/queue/message';
import { waitingFor } from '../../../src/vscode/waiting';
import { toolUse } from '../../support/store';

const base: QueuedMessage = {
  ...{ id: 1, sessionId: 1, promptNumber: 1, createdAt: 0, attempts: 0, state: 'pending', availableAt: 0 },
  body: { kind: 'observation', use: toolUse('t') },
};
const idle = { queue: { pending: 1, processing: 0, failed: 0 } };
const busy = { queue: { pending: 1, processing: 1, failed: 0 } };
const works = { paused: false, provider: 'anthropic' };
const pause = { reason: 'quota' as const, message: 'No more today.', retryAt: 900 };

describe('what a message waits for', () => {
  const seen = (message: Partial<QueuedMessage>, session = idle, status: object = {}) =>
    waitingFor({ ...base, ...message }, session, { ...works, ...status }, 100);

  it('is told apart', () => {
    assert.deepEqual(seen({}), { for: 'start' });
    assert.deepEqual(seen({}, busy), { for: 'turn' });
    assert.deepEqual(seen({ availableAt: 100 }), { for: 'start' });
    assert.deepEqual(seen({ availableAt: 101, attempts: 1, error: 'no' }, busy), {
      ...{ for: 'retry', at: 101, attempts: 1, error: 'no' },
    });
    assert.deepEqual(seen({ availableAt: 101 }, idle, { providerPause: pause }), { for: 'provider', pause });
    assert.deepEqual(seen({}, idle, { providerPause: pause, paused: true }), { for: 'resume' });
    assert.deepEqual(seen({ state: 'failed', attempts: 3, error: 'no' }, idle, { paused: true }), {
      ...{ for: 'person', attempts: 3, error: 'no' },
    });
  });

  it('is the rest of its turn until the batch is sealed, where a model is asked', () => {
    assert.deepEqual(seen({ state: 'processing' }), { for: 'rest' });
    assert.deepEqual(seen({ state: 'processing', batch: 4 }), { for: 'answer' });
    assert.deepEqual(seen({ state: 'processing' }, busy, { provider: 'builtin' }), { for: 'answer' });
  });
});
