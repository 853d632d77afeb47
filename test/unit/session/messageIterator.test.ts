import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { PersistentMessage } from '../../../src/queue/message';
import { SessionBusyError, SessionNotActiveError } from '../../../src/session/errors';
import type { MessageIterator } from '../../../src/session/messageIterator';
import type { SessionManager } from '../../../src/session/sessionManager';
import { LINGER_MS, nameOf, SessionHarness, take, work } from '../../support/sessionHarness';

describe('SessionManager.getMessageIterator', () => {
  let harness: SessionHarness;
  let manager: SessionManager;
  let id: number;
  before(async () => void (harness = await SessionHarness.open()));
  beforeEach(async () => {
    id = await harness.newSession();
    manager = harness.makeManager();
    await manager.initializeSession(id);
  });
  afterEach(() => harness.clean());
  after(() => harness.close());

  const session = () => manager.getSession(id)!;
  const listeners = () => getEventListeners(session().abortController.signal, 'abort').length;
  const ended = async (next: ReturnType<MessageIterator['next']>) => (await next).done === true;

  it('gives a message’s persistent id and original time, `processing` already', async () => {
    const { id: messageId } = await manager.queueObservation(id, work('a'), { at: 1_234, promptNumber: 9 });
    const message = await take(manager.getMessageIterator(id));
    assert.deepEqual([message.id, message.sessionId, message.createdAt], [messageId, id, 1_234]);
    assert.deepEqual([message.promptNumber, nameOf(message)], [9, 'a']);
    assert.deepEqual(await harness.states(id), ['a processing']);
  });

  it('gives messages in the order in which they were queued', async () => {
    for (const name of ['a', 'b', 'c']) await manager.queueObservation(id, work(name));
    const messages = manager.getMessageIterator(id);
    const taken = await Promise.all([take(messages), take(messages), take(messages)]);
    assert.deepEqual(taken.map(nameOf), ['a', 'b', 'c']);
  });

  it('wakes at once, with no timer but the linger, and none when it has woken', async () => {
    const next = take(manager.getMessageIterator(id));
    await harness.clock.scheduled(LINGER_MS);
    assert.deepEqual(harness.clock.running, [LINGER_MS]);
    await manager.queueObservation(id, work('a'));
    assert.equal(nameOf(await next), 'a');
    assert.deepEqual(harness.clock.running, []);
  });

  it('does not wake for another session', async () => {
    const next = manager.getMessageIterator(id).next();
    await harness.clock.scheduled(LINGER_MS);
    await manager.queueObservation(await harness.newSession(), work('other'));
    await harness.settled();
    assert.deepEqual(harness.clock.running, [LINGER_MS]);
    harness.clock.advance(LINGER_MS);
    assert.ok(await ended(next));
  });

  it('misses no message, whenever that is queued while it looks for one', async () => {
    const messages = manager.getMessageIterator(id);
    for (let turns = 0; turns < 24; turns++) {
      const next = take(messages);
      for (let i = 0; i < turns; i++) await Promise.resolve();
      await manager.queueObservation(id, work(`after ${turns} turns`));
      assert.equal(nameOf(await next), `after ${turns} turns`);
    }
  });

  it('ends when nothing came for the linger, and leaves no timer and no listener', async () => {
    const messages = manager.getMessageIterator(id);
    const next = messages.next();
    await harness.clock.scheduled(LINGER_MS);
    harness.clock.advance(LINGER_MS - 1);
    assert.equal(listeners(), 1);
    harness.clock.advance(1);
    assert.ok(await ended(next));
    assert.ok(await ended(messages.next()));
    assert.deepEqual([harness.clock.running, listeners()], [[], 0]);
  });

  it('lingers as long as it was told', async () => {
    const patient = harness.makeManager({ lingerMs: 60_000 });
    await patient.initializeSession(id);
    const next = patient.getMessageIterator(id).next();
    await harness.clock.scheduled(60_000);
    harness.clock.advance(60_000);
    assert.ok(await ended(next));
  });

  it('ends on abort while it waits, and leaves no timer and no listener', async () => {
    const next = manager.getMessageIterator(id).next();
    await harness.clock.scheduled(LINGER_MS);
    const { signal } = session().abortController;
    session().abortController.abort();
    assert.ok(await ended(next));
    assert.deepEqual([harness.clock.running, getEventListeners(signal, 'abort').length], [[], 0]);
  });

  it('gives no message after an abort, and puts back what was on its way', async () => {
    await manager.queueObservation(id, work('a'));
    const next = manager.getMessageIterator(id).next();
    session().abortController.abort();
    assert.ok(await ended(next));
    assert.deepEqual(await harness.states(id), ['a pending']);
    assert.equal(session().pendingProcessingIds.size, 0);
  });

  it('ends after a summary when nothing waits, without a linger', async () => {
    await manager.queueSummarize(id, 'go');
    const messages = manager.getMessageIterator(id);
    await take(messages);
    assert.ok(await ended(messages.next()));
    assert.deepEqual(harness.clock.running, []);
  });

  it('goes on after a summary with what was queued behind it, or while that was in work', async () => {
    await manager.queueSummarize(id, 'go');
    await manager.queueObservation(id, work('behind it'));
    const messages = manager.getMessageIterator(id);
    assert.deepEqual([nameOf(await take(messages)), nameOf(await take(messages))], ['summary', 'behind it']);
    await manager.queueSummarize(id, 'go on');
    await take(messages);
    await manager.queueObservation(id, work('meanwhile'));
    assert.equal(nameOf(await take(messages)), 'meanwhile');
  });

  it('tracks what is held, and the oldest time of it', async () => {
    await manager.queueObservation(id, work('late'), { at: 3_000 });
    await manager.queueObservation(id, work('early'), { at: 1_000 });
    const messages = manager.getMessageIterator(id);
    const late = await take(messages);
    assert.equal(session().earliestPendingTimestamp, 3_000);
    const early = await take(messages);
    assert.deepEqual([...session().pendingProcessingIds], [late.id, early.id]);
    assert.equal(session().earliestPendingTimestamp, 1_000);
    await harness.queue.confirmProcessed([early.id], messages.lease);
    assert.deepEqual([...session().pendingProcessingIds], [late.id]);
    assert.equal(session().earliestPendingTimestamp, 3_000);
    await harness.queue.markFailed([late.id], messages.lease, 'no', { retryAt: 0 });
    assert.deepEqual(
      [session().pendingProcessingIds.size, session().earliestPendingTimestamp],
      [0, undefined],
    );
  });

  describe('with a batch of unconfirmed messages', () => {
    const batch = async (size: number, stop: (held: PersistentMessage[]) => 'go on' | 'break') => {
      const held: PersistentMessage[] = [];
      for await (const message of manager.getMessageIterator(id)) {
        held.push(message);
        if (held.length === size && stop(held) === 'break') break;
      }
    };

    it('gives them back, in their places, with their attempts, when its consumer breaks off', async () => {
      for (const name of ['a', 'b', 'c']) await manager.queueObservation(id, work(name));
      await batch(2, () => 'break');
      assert.deepEqual(await harness.states(id), ['a pending', 'b pending', 'c pending']);
      assert.deepEqual([manager.getTotalQueueDepth(), session().pendingProcessingIds.size], [3, 0]);
      assert.equal((await harness.queue.peekPending(id))?.attempts, 0);
    });

    it('gives them back when its consumer throws', async () => {
      for (const name of ['a', 'b']) await manager.queueObservation(id, work(name));
      const thrown = batch(2, () => {
        throw new Error('consumer');
      });
      await assert.rejects(thrown, /consumer/);
      assert.deepEqual(await harness.states(id), ['a pending', 'b pending']);
    });

    it('lets its consumer confirm them after the reading has ended by itself', async () => {
      await manager.queueObservation(id, work('a'));
      await manager.queueSummarize(id, 'go');
      const messages = manager.getMessageIterator(id);
      const held = [await take(messages), await take(messages)];
      assert.ok(await ended(messages.next()));
      const ids = held.map((message) => message.id);
      assert.equal(await harness.queue.confirmProcessed(ids, messages.lease), true);
      assert.equal(manager.getTotalActiveWork(), 0);
    });
  });

  it('refuses a second reader while one reads, and a session that is not active', async () => {
    const first = manager.getMessageIterator(id);
    assert.throws(() => manager.getMessageIterator(id), SessionBusyError);
    await first.return();
    await manager.getMessageIterator(id).return();
    assert.throws(() => manager.getMessageIterator(987_654), SessionNotActiveError);
  });

  it('is not ended by a late goodbye of the reading before it', async () => {
    const first = manager.getMessageIterator(id);
    const idle = first.next();
    await harness.clock.scheduled(LINGER_MS);
    harness.clock.advance(LINGER_MS);
    assert.ok(await ended(idle));

    const second = manager.getMessageIterator(id);
    await first.return();
    await manager.queueObservation(id, work('a'));
    assert.equal(nameOf(await take(second)), 'a');
  });
});
