import assert from 'node:assert/strict';
import type { DedupeKey } from '../../../src/queue/message';
import { UnknownSessionError } from '../../../src/session/errors';
import { nameOf, replacing, SessionHarness, take, work } from '../../support/sessionHarness';
import { toolUse } from '../../support/store';

describe('SessionManager.queueObservation and queueSummarize', () => {
  let harness: SessionHarness;
  before(async () => void (harness = await SessionHarness.open()));
  afterEach(() => harness.clean());
  after(() => harness.close());

  const keys = (...names: string[]): { dedupeKeys: DedupeKey[] } => ({
    dedupeKeys: names.map((key) => ({ key })),
  });

  it('have the message on disk, whole, when their promise resolves', async () => {
    const id = await harness.newSession('fix it');
    const manager = harness.makeManager();
    await manager.queueObservation(id, work('a'), { at: 1_000 });
    await manager.queueSummarize(id, 'fix it', 'done', { at: 2_000, failure: 'overloaded' });

    const copy = await harness.openCopy();
    try {
      assert.equal(copy.queue.pendingCount(id), 2);
      const stored = await copy.queue.list(id, 10);
      assert.deepEqual(
        stored.map(({ createdAt, promptNumber, attempts, body }) => [
          createdAt,
          promptNumber,
          attempts,
          body,
        ]),
        [
          [1_000, 1, 0, { kind: 'observation', use: toolUse('a') }],
          [
            2_000,
            1,
            0,
            {
              ...{ kind: 'summary', lastUserMessage: 'fix it', lastAssistantMessage: 'done' },
              failure: 'overloaded',
            },
          ],
        ],
      );
    } finally {
      await copy.engine.close();
    }
  });

  it('initialise the session where that is needed', async () => {
    const manager = harness.makeManager();
    const id = await harness.newSession();
    const { id: messageId, duplicate } = await manager.queueObservation(id, work('a'));
    assert.equal(manager.getSession(id)?.id, id);
    assert.equal(duplicate, false);
    assert.equal((await harness.queue.peekPending(id))?.id, messageId);
  });

  it('stamp a message with now only where no time is given', async () => {
    const id = await harness.newSession();
    await harness.makeManager().queueObservation(id, work('a'));
    assert.equal((await harness.queue.peekPending(id))?.createdAt, harness.clock.now());
  });

  it('reject an unknown session with a typed error, and accept nothing', async () => {
    const manager = harness.makeManager();
    await assert.rejects(manager.queueObservation(987_654, work('a')), UnknownSessionError);
    await assert.rejects(manager.queueSummarize(987_654, 'hello'), UnknownSessionError);
    assert.deepEqual([manager.getActiveSessionCount(), manager.getTotalActiveWork()], [0, 0]);
  });

  it('let the caller hear that persisting failed: nothing was accepted, nobody woken, the next one is', async () => {
    const id = await harness.newSession();
    let full = true;
    const queue = replacing(harness.queue, {
      enqueue: (message) => (full ? Promise.reject(new Error('disk full')) : harness.queue.enqueue(message)),
    });
    const manager = harness.makeManager({ queue });
    await manager.initializeSession(id);
    const next = manager.getMessageIterator(id).next();
    await assert.rejects(manager.queueObservation(id, work('lost'), keys('q:1')), /disk full/);
    assert.deepEqual([manager.getTotalQueueDepth(), manager.hasPendingMessages(id)], [0, false]);

    full = false;
    assert.equal((await manager.queueObservation(id, work('kept'), keys('q:1'))).duplicate, false);
    assert.equal(nameOf((await next).value!), 'kept');
  });

  it('do not take an event that the store refused for one that it has', async () => {
    const message = harness.message(987_654, 'a', keys('q:refused'));
    await assert.rejects(harness.queue.enqueue(message));
    const id = await harness.newSession();
    const retried = await harness.queue.enqueue({ ...message, sessionId: id });
    assert.equal(retried.duplicate, false);
  });

  it('do not let a call whose initialisation failed spoil those behind it', async () => {
    const id = await harness.newSession();
    let failures = 1;
    const { sessions } = harness.store;
    const manager = harness.makeManager({
      sessions: replacing(sessions, {
        getSessionById: (asked) =>
          failures-- > 0 ? Promise.reject(new Error('disk')) : sessions.getSessionById(asked),
      }),
    });
    const results = await Promise.allSettled(
      ['a', 'b', 'c'].map((n) => manager.queueObservation(id, work(n))),
    );
    assert.equal(results[0]?.status, 'rejected');
    assert.equal(results[2]?.status, 'fulfilled');
    assert.deepEqual((await harness.states(id)).slice(-1), ['c pending']);
  });

  describe('order', () => {
    it('is that of the calls, though they all wait for the session to be initialised', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager();
      const names = Array.from({ length: 40 }, (_, i) => `m${i}`);
      const calls = names.map((name) => manager.queueObservation(id, work(name)));
      await Promise.all([...calls, manager.queueSummarize(id, 'go')]);
      const expected = [...names, 'summary'].map((name) => `${name} pending`);
      assert.deepEqual(await harness.states(id), expected);
    });

    it('holds whenever a call comes in while an earlier one is on its way', async () => {
      for (let turns = 0; turns < 24; turns++) {
        const id = await harness.newSession();
        const manager = harness.makeManager();
        const first = manager.queueObservation(id, work('first'));
        await manager.initializeSession(id);
        for (let i = 0; i < turns; i++) await Promise.resolve();
        await Promise.all([manager.queueObservation(id, work('second')), first]);
        assert.deepEqual(
          await harness.states(id),
          ['first pending', 'second pending'],
          `after ${turns} turns`,
        );
      }
    });

    it('is kept for each of several sessions at once', async () => {
      const ids = [await harness.newSession(), await harness.newSession(), await harness.newSession()];
      const manager = harness.makeManager();
      const names = ['a', 'b', 'c', 'd'];
      await Promise.all(names.flatMap((name) => ids.map((id) => manager.queueObservation(id, work(name)))));
      for (const id of ids) {
        assert.deepEqual(
          await harness.states(id),
          names.map((name) => `${name} pending`),
        );
      }
      assert.equal(manager.getTotalQueueDepth(), 12);
    });
  });

  describe('an event that comes again', () => {
    it('is accepted once, over whichever route and however many at once', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager();
      const results = await Promise.all([
        manager.queueObservation(id, work('a'), keys('event:1', `tool:${id}:a`)),
        manager.queueObservation(id, work('a'), keys('event:2', `tool:${id}:a`)),
        manager.queueObservation(id, work('a'), keys('event:2')),
      ]);
      assert.deepEqual(
        results.map(({ duplicate, id: messageId }) => [duplicate, messageId === undefined]),
        [
          [false, false],
          [true, true],
          [true, true],
        ],
      );
      assert.equal(manager.getTotalQueueDepth(), 1);
    });

    it('is known also after the first was processed, and after the store was opened again', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager();
      await manager.queueSummarize(id, 'go', 'done', keys('event:done'));
      const messages = manager.getMessageIterator(id);
      await harness.queue.confirmProcessed([(await take(messages)).id], messages.lease);
      const copy = await harness.openCopy();
      try {
        assert.deepEqual(await copy.queue.enqueue(harness.message(id, 'b', keys('event:done'))), {
          duplicate: true,
        });
      } finally {
        await copy.engine.close();
      }
    });

    it('counts as the same by its payload only within the given time, by the times of the work', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager();
      const at = (time: number) =>
        manager.queueSummarize(id, 'go on', '', {
          at: time,
          dedupeKeys: [{ key: `hash:${id}`, withinMs: 3_000 }],
        });
      const results = [await at(100_000), await at(103_000), await at(200_000), await at(198_000)];
      assert.deepEqual(
        results.map(({ duplicate }) => duplicate),
        [false, true, false, true],
      );
    });
  });
});
