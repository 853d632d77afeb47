import assert from 'node:assert/strict';
import { silentLogger } from '../../../src/base/logger';
import { Distiller } from '../../../src/distill/distiller';
import type { Batch, Distillation, DistillProvider } from '../../../src/distill/provider';
import { BatchTooLargeError, ProviderPausedError } from '../../../src/distill/providerErrors';
import { SessionManager } from '../../../src/session/sessionManager';
import { nameOf, SessionHarness, until } from '../../support/sessionHarness';

/** A provider that remembers its batches, and answers as the test says. */
class ScriptedProvider implements DistillProvider {
  readonly id = 'scripted';
  readonly batches: string[][] = [];
  batchSize = 10;
  repeatable = true;
  answer: (names: string[]) => void | Promise<void> = () => undefined;

  async distill(batch: Batch): Promise<Distillation> {
    const names = batch.messages.map(nameOf);
    this.batches.push(names);
    await this.answer(names);
    return {
      observations: batch.messages.map((message) => ({
        messageIds: [message.id],
        content: {
          ...{ type: 'note' as const, title: nameOf(message), facts: [], concepts: [], filesRead: [] },
          filesModified: [],
        },
      })),
      skips: [],
    };
  }
}

describe('the distiller', () => {
  let harness: SessionHarness;
  let provider: ScriptedProvider;
  let pauses: ProviderPausedError[];
  before(async () => (harness = await SessionHarness.open()));
  beforeEach(() => {
    provider = new ScriptedProvider();
    pauses = [];
  });
  afterEach(() => harness.clean());
  after(() => harness.close());

  function start(): SessionManager {
    const { sessions, memory } = harness.store;
    const distiller = new Distiller({
      ...{ provider, sessions, memory, results: memory, queue: harness.queue, clock: harness.clock },
      ...{ log: silentLogger, random: () => 0, onStored: () => undefined },
      onPaused: (error) => {
        pauses.push(error);
        void manager.suspend();
      },
    });
    const manager = harness.makeManager({ generator: distiller.run });
    return manager;
  }
  const idle = (id: number) =>
    until(harness.queue, () => {
      const { pending, processing } = harness.queue.counts(id);
      return pending + processing === 0;
    });
  const titles = async (id: number) =>
    (await harness.store.memory.observations(id)).map(({ title }) => title);

  it('isolates poison: the others of its batch are stored, and it is failed with its reason after three attempts', async () => {
    const id = await harness.newSession('go');
    await harness.enqueue(id, 'a', 'poison', 'b');
    provider.answer = (names) => {
      if (names.includes('poison')) throw new Error('The model answered with half a sentence.');
    };
    const alone = () => provider.batches.filter((names) => names.join() === 'poison').length;
    const manager = start();
    await manager.initializeSession(id);
    for (let attempt = 1; attempt < 3; attempt++) {
      await until(
        harness.queue,
        // By itself the queue looks the same before an attempt as after it.
        () => alone() === attempt && harness.queue.counts(id).processing === 0,
      );
      await harness.settled();
      harness.clock.advance(300_000);
    }
    await until(harness.queue, () => harness.queue.counts(id).failed === 1);
    assert.deepEqual(await titles(id), ['a', 'b']);
    const [failed] = await harness.queue.list(id, 10);
    assert.deepEqual([failed?.attempts, failed?.error], [3, 'The model answered with half a sentence.']);
  });

  it('burns no attempt when the provider can’t work, and goes on where it stopped', async () => {
    const id = await harness.newSession('go');
    await harness.enqueue(id, 'a', 'b');
    provider.answer = () => {
      throw new ProviderPausedError('overloaded', 'The model is overloaded.');
    };
    const manager = start();
    await manager.initializeSession(id);
    await until(harness.queue, () => harness.queue.counts(id).processing === 0 && pauses.length > 0);
    await manager.suspend();
    assert.equal(pauses.length, 1);
    const waiting = await harness.queue.list(id, 10);
    assert.deepEqual(
      waiting.map(({ state, attempts }) => [state, attempts]),
      [
        ['pending', 0],
        ['pending', 0],
      ],
    );

    provider.answer = () => undefined;
    manager.resume();
    await idle(id);
    assert.deepEqual(await titles(id), ['a', 'b']);
  });

  it('halves a batch that is too large until it fits', async () => {
    const id = await harness.newSession('go');
    await harness.enqueue(id, 'a', 'b', 'c', 'd', 'e');
    provider.answer = (names) => {
      if (names.length > 2) throw new BatchTooLargeError('Too much at once.');
    };
    const manager = start();
    await manager.initializeSession(id);
    await idle(id);
    assert.deepEqual(
      provider.batches.map((names) => names.join('')),
      ['abcde', 'abc', 'ab', 'c', 'de'],
    );
    assert.deepEqual(await titles(id), ['a', 'b', 'c', 'd', 'e']);
  });

  it('takes up a sealed batch as it was after a crash, though more has come since', async () => {
    const id = await harness.newSession('go');
    await harness.enqueue(id, 'a', 'b');
    provider.repeatable = false;
    let asked: () => void;
    const inFlight = new Promise<void>((resolve) => (asked = resolve));
    provider.answer = () => {
      asked();
      return new Promise(() => undefined);
    };
    const manager = start();
    await manager.initializeSession(id);
    await inFlight;
    const after = await harness.openCopy();
    await after.queue.resetStuck([]);
    await after.queue.enqueue(harness.message(id, 'c'));
    const second = new ScriptedProvider();
    second.repeatable = false;
    const again = new Distiller({
      ...{ provider: second, sessions: after.sessions, memory: after.memory, results: after.memory },
      ...{ queue: after.queue, clock: harness.clock, log: silentLogger, random: () => 0 },
      onStored: () => undefined,
      onPaused: () => undefined,
    });
    const restarted = new SessionManager({
      ...{ sessions: after.sessions, queue: after.queue, clock: harness.clock, log: silentLogger },
      newLease: () => 'after the crash',
      generator: again.run,
    });
    await restarted.initializeSession(id);
    await until(after.queue, () => after.queue.counts(id).pending + after.queue.counts(id).processing === 0);
    assert.deepEqual(second.batches, [['a', 'b'], ['c']]);
    await restarted.shutdownAll();
    restarted.dispose();
    await after.engine.close();
    // The provider that never answers holds its generator: it is left behind after the bound.
    harness.clock.advance(0);
    const stopped = manager.suspend();
    await harness.clock.scheduled(3_000);
    harness.clock.advance(3_000);
    await stopped;
  });

  it('stores nothing of an answer that forgets a message or names a foreign one', async () => {
    const id = await harness.newSession('go');
    await harness.enqueue(id, 'a');
    const manager = start();
    let answered = false;
    provider.distill = async ({ messages }) => {
      answered = true;
      return { observations: [], skips: [{ messageId: messages[0]!.id + 1, rule: 'foreign' }] };
    };
    await manager.initializeSession(id);
    await until(harness.queue, () => answered && harness.queue.counts(id).processing === 0);
    assert.deepEqual(await titles(id), []);
    assert.match((await harness.queue.list(id, 1))[0]?.error ?? '', /not in the batch/);
  });
});
