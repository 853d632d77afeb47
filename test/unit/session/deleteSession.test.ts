import assert from 'node:assert/strict';
import { Deferred } from '../../../src/base/async';
import type { Generator } from '../../../src/session/generatorRunner';
import { confirming, SessionHarness, until, work } from '../../support/sessionHarness';

const BOUND_MS = 3_000;

describe('SessionManager, stopping', () => {
  let harness: SessionHarness;
  /** Lets the generators that ignore their abort go. */
  let stuck: Deferred<void>;
  before(async () => void (harness = await SessionHarness.open()));
  beforeEach(() => void (stuck = new Deferred()));
  afterEach(async () => {
    stuck.resolve();
    await harness.settled();
    await harness.clean();
  });
  after(() => harness.close());

  /** Takes one message, and then hears nothing, not even its abort. */
  const deaf: Generator = async (_session, messages) => {
    const { value } = await messages.next();
    await stuck.promise;
    if (value) await harness.queue.confirmProcessed([value.id], messages.lease);
  };

  /** Takes one message, and holds it until it is aborted. */
  const holding: Generator = async (_session, messages, signal) => {
    await messages.next();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };

  async function working(generator: Generator) {
    const id = await harness.newSession();
    const manager = harness.makeManager({ generator });
    const deleted: number[] = [];
    manager.onSessionDeleted((gone) => deleted.push(gone));
    manager.resume();
    await manager.queueObservation(id, work('a'));
    await until(harness.queue, () => harness.queue.counts(id).processing === 1);
    await harness.settled();
    return { id, manager, deleted, session: manager.getSession(id)! };
  }

  describe('deleteSession', () => {
    it('aborts the work, waits for it, puts back what it held, and tells of it', async () => {
      const { id, manager, deleted, session } = await working(holding);
      const ends: string[] = [];
      void session.generator!.then(() => ends.push('generator'));
      await manager.deleteSession(id);
      ends.push('delete');
      assert.equal(session.abortController.signal.aborted, true);
      assert.deepEqual(ends, ['generator', 'delete']);
      assert.deepEqual(await harness.states(id), ['a pending']);
      assert.deepEqual(
        [deleted, manager.getSession(id), manager.getActiveSessionCount()],
        [[id], undefined, 0],
      );
      assert.deepEqual(harness.clock.running, []);
    });

    it('waits no longer than its bound for work that ignores the abort, and refuses its late answer', async () => {
      const { id, manager, deleted, session } = await working(deaf);
      const [messageId] = session.pendingProcessingIds;
      const deletion = manager.deleteSession(id);
      await harness.clock.scheduled(BOUND_MS);
      assert.deepEqual(deleted, []);
      harness.clock.advance(BOUND_MS);
      await deletion;
      assert.deepEqual([deleted, manager.getSession(id)], [[id], undefined]);

      stuck.resolve();
      await session.generator;
      assert.deepEqual(await harness.states(id), ['a pending']);
      assert.equal((await harness.queue.peekPending(id))?.id, messageId);
    });

    it('is one deletion for callers at once, and nothing for a session that is not active', async () => {
      const { id, manager, deleted } = await working(holding);
      await Promise.all([manager.deleteSession(id), manager.deleteSession(id)]);
      await manager.deleteSession(id);
      await manager.deleteSession(987_654);
      assert.deepEqual(deleted, [id]);
    });

    it('ends a reader that is no generator, and puts back its batch', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager();
      await manager.queueObservation(id, work('a'));
      const messages = manager.getMessageIterator(id);
      await messages.next();
      const waiting = messages.next();
      await manager.deleteSession(id);
      assert.equal((await waiting).done, true);
      assert.deepEqual(await harness.states(id), ['a pending']);
    });

    it('lets the session come back, as another one', async () => {
      const { id, manager, session } = await working(holding);
      const deletion = manager.deleteSession(id);
      const again = await manager.initializeSession(id, 'on we go', 2);
      await deletion;
      assert.ok(again !== session && manager.getSession(id) === again);
      assert.deepEqual([again.userPrompt, again.abortController.signal.aborted], ['on we go', false]);
    });

    it('also takes out a session that is still being initialised', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager();
      const initialized = manager.initializeSession(id);
      await manager.deleteSession(id);
      await initialized;
      assert.equal(manager.getActiveSessionCount(), 0);
    });

    it('lets late work of a deleted session leave the one after it alone', async () => {
      const { id, manager, session, deleted } = await working(deaf);
      manager.markEnded(id);
      const deletion = manager.deleteSession(id);
      await harness.clock.scheduled(BOUND_MS);
      harness.clock.advance(BOUND_MS);
      await deletion;
      await manager.suspend();
      await harness.queue.claimNext(id, 'elsewhere');
      const [message] = await harness.queue.list(id, 1);
      await harness.queue.confirmProcessed([message!.id], 'elsewhere');

      const again = await manager.initializeSession(id);
      stuck.resolve();
      await session.generator;
      await harness.settled();
      assert.ok(manager.getSession(id) === again);
      assert.deepEqual(deleted, [id]);
    });
  });

  describe('shutdownAll', () => {
    it('takes out all sessions, within one bound, though several ignore their abort', async () => {
      const manager = harness.makeManager({ generator: deaf });
      manager.resume();
      const ids = [await harness.newSession(), await harness.newSession(), await harness.newSession()];
      for (const id of ids) await manager.queueObservation(id, work('a'));
      await until(harness.queue, () => harness.queue.counts().processing === 3);

      const down = manager.shutdownAll();
      await harness.clock.scheduled(BOUND_MS);
      harness.clock.advance(BOUND_MS);
      await down;
      assert.equal(manager.getActiveSessionCount(), 0);
      assert.deepEqual(harness.queue.counts(), { pending: 3, processing: 0, failed: 0 });
      assert.deepEqual(harness.clock.running, []);
    });

    it('starts nothing any more, and still accepts what comes', async () => {
      let starts = 0;
      const manager = harness.makeManager({
        generator: async (_session, messages) => {
          starts++;
          await messages.next();
        },
      });
      manager.resume();
      const id = await harness.newSession();
      await Promise.all([manager.shutdownAll(), manager.shutdownAll()]);
      await manager.queueObservation(id, work('a'));
      await harness.settled();
      assert.equal(starts, 0);
      assert.deepEqual(await harness.states(id), ['a pending']);
    });

    it('also takes out a session that is still being initialised', async () => {
      const id = await harness.newSession();
      const manager = harness.makeManager({ generator: confirming(harness.queue) });
      manager.resume();
      const initialized = manager.initializeSession(id);
      await manager.shutdownAll();
      await initialized;
      assert.equal(manager.getActiveSessionCount(), 0);
    });
  });

  describe('suspend', () => {
    it('puts back what was in work, keeps the session, and goes on after resume', async () => {
      const { id, manager, session } = await working(holding);
      await manager.suspend();
      assert.deepEqual(await harness.states(id), ['a pending']);
      assert.ok(manager.getSession(id) === session);
      manager.resume();
      await until(harness.queue, () => harness.queue.counts(id).processing === 1);
      assert.equal(session.abortController.signal.aborted, false);
    });

    it('puts back also what work holds that ignores the abort', async () => {
      const { id, manager } = await working(deaf);
      const suspended = manager.suspend();
      await harness.clock.scheduled(BOUND_MS);
      harness.clock.advance(BOUND_MS);
      await suspended;
      assert.deepEqual(await harness.states(id), ['a pending']);
    });
  });
});
