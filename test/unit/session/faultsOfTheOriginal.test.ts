import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Deferred } from '../../../src/base/async';
import type { PersistentMessage } from '../../../src/queue/message';
import {
  confirming,
  draft,
  LINGER_MS,
  nameOf,
  SessionHarness,
  take,
  until,
  work,
} from '../../support/sessionHarness';
import { project } from '../../support/store';

describe('what the original got wrong', () => {
  let harness: SessionHarness;
  before(async () => void (harness = await SessionHarness.open()));
  afterEach(() => harness.clean());
  after(() => harness.close());

  const counts = (id: number) => harness.queue.counts(id);

  it('a queue counted twice, so that the spinner never stops', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager({ generator: confirming(harness.queue) });
    await Promise.all(Array.from({ length: 10 }, (_, i) => manager.queueObservation(id, work(`m${i}`))));
    await manager.queueSummarize(id, 'go');
    await manager.getSession(id)?.generator;
    assert.deepEqual([manager.getTotalQueueDepth(), manager.getTotalActiveWork()], [0, 0]);
    assert.equal(manager.isAnySessionProcessing(), false);
    assert.deepEqual(await harness.states(id), []);
  });

  it('an abort listener leaked per wait', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    const { signal } = (await manager.initializeSession(id)).abortController;
    const messages = manager.getMessageIterator(id);
    const listeners: number[] = [];
    for (let i = 0; i < 20; i++) {
      const next = take(messages);
      await harness.clock.scheduled(LINGER_MS);
      listeners.push(getEventListeners(signal, 'abort').length);
      await manager.queueObservation(id, work(`m${i}`));
      await next;
      listeners.push(getEventListeners(signal, 'abort').length);
    }
    assert.deepEqual([Math.max(...listeners), listeners.at(-1)], [1, 0]);
  });

  it('a message left `processing` for ever when its consumer stops', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    await manager.queueObservation(id, work('a'));
    const consume = async () => {
      for await (const message of manager.getMessageIterator(id)) throw new Error(`stopped at ${message.id}`);
    };
    await assert.rejects(consume(), /stopped/);
    assert.deepEqual(counts(id), { pending: 1, processing: 0, failed: 0 });
    for await (const message of manager.getMessageIterator(id)) {
      assert.equal(nameOf(message), 'a');
      break;
    }
    assert.deepEqual(counts(id), { pending: 1, processing: 0, failed: 0 });
  });

  it('rows stranded after a summary', async () => {
    const id = await harness.newSession();
    const done: string[] = [];
    const manager = harness.makeManager({
      generator: confirming(harness.queue, async (name) => {
        done.push(name);
        if (name === 'summary') await harness.enqueue(id, 'after the summary');
      }),
    });
    await manager.queueSummarize(id, 'go');
    await until(harness.queue, () => done.length === 2 && counts(id).pending + counts(id).processing === 0);
    assert.deepEqual(done, ['summary', 'after the summary']);
  });

  it('a message queued during delete lost from sight', async () => {
    const id = await harness.newSession();
    const stopping = new Deferred<void>();
    const done: string[] = [];
    const manager = harness.makeManager({
      generator: async (session, messages, signal) => {
        for await (const message of messages) {
          done.push(nameOf(message));
          await harness.queue.confirmProcessed([message.id], messages.lease);
        }
        if (signal.aborted && session.pendingProcessingIds.size === 0) await stopping.promise;
      },
    });
    await manager.queueObservation(id, work('before'));
    await harness.clock.scheduled(LINGER_MS);
    const deletion = manager.deleteSession(id);
    await manager.queueObservation(id, work('during'));
    assert.deepEqual([manager.hasPendingMessages(id), manager.getTotalActiveWork()], [true, 1]);
    stopping.resolve();
    await deletion;
    await until(harness.queue, () => counts(id).pending + counts(id).processing === 0);
    assert.deepEqual(done, ['before', 'during']);
  });

  it('shutdown hanging on a generator that ignores abort', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager({
      generator: async (_session, messages) => {
        await messages.next();
        await new Promise(() => undefined);
      },
      stopBoundMs: 1_500,
    });
    await manager.queueObservation(id, work('a'));
    await until(harness.queue, () => counts(id).processing === 1);
    const down = manager.shutdownAll();
    await harness.clock.scheduled(1_500);
    harness.clock.advance(1_500);
    await down;
    assert.equal(manager.getActiveSessionCount(), 0);
    assert.deepEqual(await harness.states(id), ['a pending']);
  });

  it('an aborted controller reused', async () => {
    const id = await harness.newSession();
    const signals: AbortSignal[] = [];
    const abortedAtStart: boolean[] = [];
    const manager = harness.makeManager({
      generator: async (session, messages, signal) => {
        signals.push(signal);
        abortedAtStart.push(signal.aborted, session.abortController.signal.aborted);
        await confirming(harness.queue)(session, messages, signal);
      },
    });
    for (const name of ['a', 'b', 'c']) {
      await manager.queueObservation(id, work(name));
      await until(harness.queue, () => counts(id).pending + counts(id).processing === 0);
      await manager.suspend();
      manager.resume();
    }
    assert.equal(new Set(signals).size, 3);
    assert.ok(abortedAtStart.every((aborted) => !aborted));
  });

  it('two generators on one session', async () => {
    const id = await harness.newSession();
    let running = 0;
    let most = 0;
    const [readingEnded, lastWords] = [new Deferred<void>(), new Deferred<void>()];
    const done: string[] = [];
    const manager = harness.makeManager({
      generator: async (session, messages, signal) => {
        most = Math.max(most, ++running);
        await confirming(harness.queue, (name) => done.push(name))(session, messages, signal);
        readingEnded.resolve();
        await lastWords.promise;
        running--;
      },
    });
    const names = Array.from({ length: 30 }, (_, i) => `m${i}`);
    await Promise.all(
      names.flatMap((name) => [manager.queueObservation(id, work(name)), manager.initializeSession(id)]),
    );
    await manager.queueSummarize(id, 'go');
    // The first one reads no more, and is still at work.
    await readingEnded.promise;
    await manager.queueObservation(id, work('late'));
    manager.resume();
    await harness.settled();
    assert.deepEqual([running, done.includes('late')], [1, false]);
    lastWords.resolve();
    await until(harness.queue, () => counts(id).pending + counts(id).processing === 0);
    assert.equal(most, 1);
    assert.deepEqual(done, [...names, 'summary', 'late']);
  });

  it('one reply confirming every message in flight', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    for (const name of ['a', 'b', 'c']) await manager.queueObservation(id, work(name));
    const messages = manager.getMessageIterator(id);
    const [a, b, c] = [await take(messages), await take(messages), await take(messages)];
    await harness.queue.confirmProcessed([b.id], messages.lease);
    assert.deepEqual(await harness.states(id), ['a processing', 'c processing']);
    assert.deepEqual([...manager.getSession(id)!.pendingProcessingIds], [a.id, c.id]);
  });

  const store = (id: number, message: PersistentMessage, lease: string) =>
    harness.store.memory.storeResults({
      ...{ sessionId: id, promptNumber: 1, lease, messageIds: [message.id], provider: 'builtin' },
      distillation: { observations: [draft('edited', [message.id])], skips: [] },
    });

  it('results stored and message confirmed in two steps (duplicates after a crash)', async () => {
    const id = await harness.newSession();
    await harness.enqueue(id, 'a');
    const lease = harness.newLease();
    const message = (await harness.queue.claimNext(id, lease))!;
    // A crash leaves one of the two: the message, or its result.
    const before = await harness.openCopy();
    const stored = await store(id, message, lease);
    assert.equal(stored, true);
    const after = await harness.openCopy();
    for (const { engine, memory, queue } of [before, after]) {
      await queue.resetStuck([]);
      assert.equal((await memory.observations(id)).length + queue.pendingCount(id), 1);
      await engine.close();
    }
    // The answer of a provider that was asked again comes to nothing.
    assert.equal(await store(id, message, lease), false);
    assert.equal((await harness.store.memory.observations(id)).length, 1);
  });

  it('no retry and no dead letter', async () => {
    const id = await harness.newSession();
    let works = false;
    const manager = harness.makeManager({
      generator: async (_session, messages) => {
        for await (const { id: messageId } of messages) {
          if (works) await harness.queue.confirmProcessed([messageId], messages.lease);
          else await harness.queue.markFailed([messageId], messages.lease, 'unreadable', { retryAt: 0 });
        }
      },
    });
    await manager.queueObservation(id, work('a'));
    await until(harness.queue, () => counts(id).failed === 1);
    const [letter] = await harness.queue.list(id, 1);
    assert.deepEqual([letter!.state, letter!.attempts, letter!.error], ['failed', 3, 'unreadable']);
    assert.equal(manager.isAnySessionProcessing(), false);

    works = true;
    assert.equal(await harness.queue.retry([letter!.id]), 1);
    await until(harness.queue, () => counts(id).pending + counts(id).processing === 0);
    assert.deepEqual(counts(id), { pending: 0, processing: 0, failed: 0 });
  });

  it('work stamped with now instead of its own time', async () => {
    const id = await harness.newSession();
    const manager = harness.makeManager();
    await manager.queueObservation(id, work('a'), { at: 1_000 });
    harness.clock.advance(60_000);
    const messages = manager.getMessageIterator(id);
    const message = await take(messages);
    assert.equal(message.createdAt, 1_000);
    await store(id, message, messages.lease);
    assert.equal((await harness.store.memory.observations(id))[0]?.createdAt, 1_000);
  });

  it('a reset that touches other sessions', async () => {
    const [mine, other] = [await harness.newSession(), await harness.newSession()];
    await harness.enqueue(mine, 'a');
    await harness.enqueue(other, 'b');
    await harness.queue.claimNext(mine, harness.newLease());
    await harness.queue.claimNext(other, harness.newLease());
    assert.equal(await harness.queue.resetStuck([], mine), 1);
    assert.deepEqual(
      [await harness.states(mine), await harness.states(other)],
      [['a pending'], ['b processing']],
    );
    const manager = harness.makeManager();
    await manager.initializeSession(mine);
    await manager.deleteSession(mine);
    assert.deepEqual(await harness.states(other), ['b processing']);
  });

  it('falsy values lost', async () => {
    const id = await harness.newSession('stored');
    const manager = harness.makeManager();
    const session = await manager.initializeSession(id, '', 0);
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['', 0]);
    await manager.initializeSession(id, 'given', 5);
    await manager.initializeSession(id, '', 0);
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['', 0]);

    await manager.initializeSession(id, 'given', 5);
    await manager.queueObservation(id, work(''), { at: 0, promptNumber: 0 });
    await manager.queueSummarize(id, '', '', { at: 0, failure: '' });
    const [observation, summary] = await harness.queue.list(id, 2);
    assert.deepEqual([observation!.createdAt, observation!.promptNumber, nameOf(observation!)], [0, 0, '']);
    assert.deepEqual(
      [summary!.createdAt, summary!.body],
      [0, { kind: 'summary', lastUserMessage: '', lastAssistantMessage: '', failure: '' }],
    );
  });

  it('the project stuck at its first empty value', async () => {
    const { sessions } = harness.store;
    const { id } = await sessions.ensureSession('codex', 'homeless', { key: '', name: '', root: '' }, 1);
    const manager = harness.makeManager();
    await manager.initializeSession(id);
    await sessions.ensureSession('codex', 'homeless', project, 2);
    const { name, root } = (await manager.initializeSession(id)).project;
    assert.deepEqual([name, root], [project.name, project.root]);
  });
});
