import assert from 'node:assert/strict';
import type { SessionManager } from '../../../src/session/sessionManager';
import { confirming, SessionHarness, take, work } from '../../support/sessionHarness';

describe('SessionManager’s counts', () => {
  let harness: SessionHarness;
  before(async () => void (harness = await SessionHarness.open()));
  afterEach(() => harness.clean());
  after(() => harness.close());

  /** waiting, in all work, somebody has work, this session waits */
  const seen = (manager: SessionManager, id: number) => [
    manager.getTotalQueueDepth(),
    manager.getTotalActiveWork(),
    manager.isAnySessionProcessing(),
    manager.hasPendingMessages(id),
  ];

  it('are right after each step of a message', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    assert.deepEqual(seen(manager, id), [0, 0, false, false]);

    await manager.queueObservation(id, work('a'));
    await manager.queueObservation(id, work('b'));
    assert.deepEqual(seen(manager, id), [2, 2, true, true]);

    const messages = manager.getMessageIterator(id);
    const a = await take(messages);
    assert.deepEqual(seen(manager, id), [1, 2, true, true]);
    const b = await take(messages);
    assert.deepEqual(seen(manager, id), [0, 2, true, false]);

    await harness.queue.confirmProcessed([a.id], messages.lease);
    assert.deepEqual(seen(manager, id), [0, 1, true, false]);

    await harness.queue.markFailed([b.id], messages.lease, 'no', { retryAt: 0 });
    assert.deepEqual(seen(manager, id), [1, 1, true, true]);

    for (let attempt = 2; attempt <= 3; attempt++) {
      await take(messages);
      await harness.queue.markFailed([b.id], messages.lease, 'no', { retryAt: 0 });
    }
    assert.deepEqual(seen(manager, id), [0, 0, false, false]);
    assert.equal(harness.queue.counts(id).failed, 1);
  });

  it('count all sessions, in memory or not, and tell one from another', async () => {
    const [inMemory, stored] = [await harness.newSession(), await harness.newSession()];
    await harness.enqueue(stored, 'a', 'b');
    const manager = harness.makeManager();
    await manager.queueObservation(inMemory, work('c'));
    assert.equal(manager.getActiveSessionCount(), 1);
    assert.deepEqual([manager.getTotalQueueDepth(), manager.hasPendingMessages()], [3, true]);
    assert.deepEqual([harness.queue.pendingCount(stored), harness.queue.pendingCount(inMemory)], [2, 1]);
    assert.deepEqual(harness.queue.sessionsWithPending().sort(), [inMemory, stored].sort());
  });

  it('take a generator that lingers for no work', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager({ generator: confirming(harness.queue) });
    manager.resume();
    await manager.queueObservation(id, work('a'));
    await harness.clock.scheduled(5_000);
    assert.notEqual(manager.getSession(id)?.generator, undefined);
    assert.deepEqual(seen(manager, id), [0, 0, false, false]);
  });

  it('change with the commit: not before it, and before anybody hears of it', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    await manager.initializeSession(id);
    const announced: number[] = [];
    const subscription = harness.queue.onTransitions(() => announced.push(manager.getTotalQueueDepth()));
    const queued = manager.queueObservation(id, work('a'));
    assert.equal(manager.getTotalQueueDepth(), 0);
    await queued;
    subscription.dispose();
    assert.deepEqual(announced, [1]);
  });

  it('do not change for what was refused', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    await manager.queueObservation(id, work('a'));
    const messages = manager.getMessageIterator(id);
    const { id: messageId } = await take(messages);
    await harness.queue.confirmProcessed([messageId], 'not the lease');
    await harness.queue.release('not the lease');
    await assert.rejects(harness.queue.enqueue(harness.message(987_654, 'x')));
    assert.deepEqual(harness.queue.counts(), { pending: 0, processing: 1, failed: 0 });
  });

  it('agree with the file after it was opened again', async () => {
    const id = await harness.newSession();
    await harness.enqueue(id, 'a', 'b', 'c');
    const lease = harness.newLease();
    const { id: first } = (await harness.queue.claimNext(id, lease))!;
    await harness.queue.claimNext(id, lease);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await harness.queue.markFailed([first], lease, 'no', { retryAt: 0 });
      if (attempt < 3) await harness.queue.claimNext(id, lease);
    }
    const copy = await harness.openCopy();
    try {
      assert.deepEqual(copy.queue.counts(id), { pending: 1, processing: 1, failed: 1 });
      assert.deepEqual(copy.queue.counts(), harness.queue.counts());
    } finally {
      await copy.engine.close();
    }
  });
});
