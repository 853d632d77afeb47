import assert from 'node:assert/strict';
import { Deferred } from '../../../src/base/async';
import type { Generator } from '../../../src/session/generatorRunner';
import type { SessionManager } from '../../../src/session/sessionManager';
import {
  confirming,
  LINGER_MS,
  nameOf,
  replacing,
  SessionHarness,
  take,
  until,
  work,
} from '../../support/sessionHarness';

describe('SessionManager’s generator', () => {
  let harness: SessionHarness;
  before(async () => void (harness = await SessionHarness.open()));
  afterEach(() => harness.clean());
  after(() => harness.close());

  const start = (generator: Generator): SessionManager => {
    const manager = harness.makeManager({ generator });
    manager.resume();
    return manager;
  };
  const idle = () =>
    until(harness.queue, () => harness.queue.counts().pending + harness.queue.counts().processing === 0);

  it('processes what the store has of former times, once it is resumed', async () => {
    const ids = [await harness.newSession(), await harness.newSession()];
    for (const id of ids) await harness.enqueue(id, 'a', 'b');
    await harness.queue.claimNext(ids[0]!, 'of a dead process');
    const done: string[] = [];
    start(confirming(harness.queue, (name) => done.push(name)));
    await idle();
    assert.deepEqual(done.sort(), ['a', 'a', 'b', 'b']);
  });

  it('processes what is queued while it works, in order, and ends when nothing comes', async () => {
    const id = await harness.newSession();
    const done: string[] = [];
    const manager = start(
      confirming(harness.queue, async (name) => {
        done.push(name);
        if (name === 'a') await manager.queueObservation(id, work('b'));
      }),
    );
    await manager.queueObservation(id, work('a'));
    await idle();
    await harness.clock.scheduled(LINGER_MS);
    const session = manager.getSession(id)!;
    const running = session.generator;
    harness.clock.advance(LINGER_MS);
    await running;
    assert.deepEqual(done, ['a', 'b']);
    assert.deepEqual([session.generator, harness.clock.running], [undefined, []]);
  });

  it('knows its session, its lease and its signal', async () => {
    const id = await harness.newSession('fix it');
    const seen = new Deferred<unknown[]>();
    const manager = start(async (session, messages, signal) => {
      const message = await take(messages);
      seen.resolve([
        session.id,
        session.userPrompt,
        signal === session.abortController.signal,
        nameOf(message),
      ]);
      await harness.queue.confirmProcessed([message.id], messages.lease);
    });
    await manager.queueObservation(id, work('a'));
    assert.deepEqual(await seen.promise, [id, 'fix it', true, 'a']);
    await idle();
  });

  it('does not strand a message that comes in while it ends', async () => {
    const id = await harness.newSession();
    const done: string[] = [];
    let queuedAtTheEnd = false;
    const manager: SessionManager = harness.makeManager({
      // The answer "nothing waits" is on its way while another message is accepted.
      queue: replacing(harness.queue, {
        peekPending: async (asked) => {
          const answer = await harness.queue.peekPending(asked);
          if (!queuedAtTheEnd) {
            queuedAtTheEnd = true;
            await harness.enqueue(id, 'b');
          }
          return answer;
        },
      }),
      generator: async (_session, messages) => {
        const message = await take(messages);
        done.push(nameOf(message));
        await harness.queue.confirmProcessed([message.id], messages.lease);
      },
    });
    manager.resume();
    await manager.queueObservation(id, work('a'));
    await until(harness.queue, () => queuedAtTheEnd);
    for (let i = 0; i < 5; i++) await harness.settled();
    assert.deepEqual(done, ['a', 'b']);
  });

  it('puts back what it held when it throws, and waits longer each time before it starts again', async () => {
    const id = await harness.newSession();
    let starts = 0;
    const manager = start(async (_session, messages) => {
      starts++;
      await take(messages);
      throw new Error('no');
    });
    await manager.queueObservation(id, work('a'));
    for (const [failures, delay] of [1_000, 2_000, 4_000].entries()) {
      await harness.clock.scheduled(delay);
      assert.equal(starts, failures + 1);
      assert.deepEqual(await harness.states(id), ['a pending']);
      assert.equal((await harness.queue.peekPending(id))?.attempts, 0);
      harness.clock.advance(delay - 1);
      await harness.settled();
      assert.equal(starts, failures + 1);
      harness.clock.advance(1);
    }
  });

  it('does not spin when it returns without taking anything', async () => {
    const id = await harness.newSession();
    let starts = 0;
    const manager = start(async () => void starts++);
    await manager.queueObservation(id, work('a'));
    await harness.clock.scheduled(1_000);
    await harness.settled();
    assert.equal(starts, 1);
    harness.clock.advance(1_000);
    await harness.clock.scheduled(2_000);
    assert.equal(starts, 2);
  });

  it('does not hold up the other sessions when it fails for one', async () => {
    const [bad, good] = [await harness.newSession(), await harness.newSession()];
    const confirm = confirming(harness.queue);
    const manager = start(async (session, messages, signal) => {
      if (session.id === bad) throw new Error('no');
      await confirm(session, messages, signal);
    });
    await manager.queueObservation(bad, work('a'));
    await manager.queueObservation(good, work('b'));
    await until(
      harness.queue,
      () => harness.queue.counts(good).pending + harness.queue.counts(good).processing === 0,
    );
    assert.deepEqual(await harness.states(bad), ['a pending']);
  });

  it('leaves the messages to somebody who reads them already', async () => {
    const id = await harness.newSession();
    let starts = 0;
    const manager = start(async () => void starts++);
    await manager.initializeSession(id);
    const messages = manager.getMessageIterator(id);
    const next = take(messages);
    await harness.clock.scheduled(LINGER_MS);
    await manager.queueObservation(id, work('a'));
    assert.equal(nameOf(await next), 'a');
    await assert.doesNotReject(async () => manager.getSession(id)?.generator);
    assert.equal(starts, 0);
  });

  it('tries a failed message again when it is due, with one timer and none afterwards', async () => {
    const id = await harness.newSession();
    const tried: number[] = [];
    const manager = start(async (_session, messages) => {
      for await (const message of messages) {
        tried.push(message.attempts);
        if (message.attempts === 0) {
          const retryAt = harness.clock.now() + 30_000;
          await harness.queue.markFailed([message.id], messages.lease, 'no', { retryAt });
        } else await harness.queue.confirmProcessed([message.id], messages.lease);
      }
    });
    await manager.queueObservation(id, work('a'));
    await Promise.all([harness.clock.scheduled(30_000), harness.clock.scheduled(LINGER_MS)]);
    const running = manager.getSession(id)!.generator;
    harness.clock.advance(LINGER_MS);
    await running;
    assert.deepEqual(harness.clock.running, [30_000]);
    harness.clock.advance(25_000);
    await idle();
    assert.deepEqual(tried, [0, 1]);
    await harness.settled();
    assert.deepEqual(harness.clock.running, [LINGER_MS]);
  });

  it('lets a session that the agent has ended go when its work is done', async () => {
    const id = await harness.newSession();
    const manager = start(confirming(harness.queue));
    const gone = new Promise<number>((resolve) => manager.onSessionDeleted(resolve));
    await manager.queueSummarize(id, 'go');
    manager.markEnded(id);
    assert.equal(await gone, id);
    assert.deepEqual([manager.getSession(id), manager.getTotalActiveWork()], [undefined, 0]);
  });
});
