import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/base/clock';
import { Deferred } from '../../src/base/async';
import { silentLogger } from '../../src/base/logger';
import type { Generator } from '../../src/session/generatorRunner';
import { SessionManager } from '../../src/session/sessionManager';
import { EngineMessageStore, EngineSessionStore } from '../../src/storage/stores';
import { openEngine, Ours, type SyncedPages } from './contenders';
import { newMessages } from './messages';

/** Times in ms, in blocks. */
export interface WakeTimings {
  /** From `queueObservation` resolved to the message in the consumer's hands. */
  wake: number[][];
  /** The same from the call of `queueObservation`. */
  throughout: number[][];
  /** One sync of a few pages. */
  sync: number[][];
}

/** A consumer that waits in its iterator, and a producer that queues one message at a time. */
export async function measureWake(
  file: string,
  pages: SyncedPages,
  { blocks, rounds }: { blocks: number; rounds: number },
): Promise<WakeTimings> {
  const ours = await Ours.open(file);
  const manager = makeManager(ours.sessions, ours.queue);
  await manager.initializeSession(1);
  const messages = manager.getMessageIterator(1);
  const timings: WakeTimings = { wake: [], throughout: [], sync: [] };
  for (let block = -1; block < blocks; block++) {
    const [wake, throughout, sync] = [[] as number[], [] as number[], [] as number[]];
    for (const { body, dedupeKeys } of newMessages(rounds, 1)) {
      if (body.kind !== 'observation' || !('use' in body)) continue;
      const yielded = messages.next().then((result) => ({ result, at: performance.now() }));
      // The consumer has asked for a message and found none: it waits to be woken.
      await ours.queue.peekPending(1);
      const called = performance.now();
      await manager.queueObservation(1, { use: body.use }, { dedupeKeys });
      const accepted = performance.now();
      const { result, at } = await yielded;
      if (result.done) throw new Error('The reading ended.');
      wake.push(at - accepted);
      throughout.push(at - called);
      await ours.queue.confirmProcessed([result.value.id], messages.lease);
      const start = performance.now();
      pages.write();
      sync.push(performance.now() - start);
    }
    if (block < 0) continue;
    timings.wake.push(wake);
    timings.throughout.push(throughout);
    timings.sync.push(sync);
  }
  await messages.return();
  manager.dispose();
  await ours.close();
  return timings;
}

export interface RestartTimings {
  /** Until the engine can be asked: thread, WASM, recovery. */
  open: number;
  /** From then to the first message in a generator's hands. */
  delivery: number;
}

/** Opens a store in which messages wait, as the keeper does. */
export async function measureRestart(file: string): Promise<RestartTimings> {
  const start = performance.now();
  const engine = await openEngine(file);
  const opened = performance.now();
  const sessions = new EngineSessionStore(engine, silentLogger);
  const queue = await EngineMessageStore.open(engine, systemClock, silentLogger);
  const delivered = new Deferred<number>();
  const manager = makeManager(sessions, queue, async (_session, messages) => {
    for await (const message of messages) {
      delivered.resolve(performance.now());
      await queue.confirmProcessed([message.id], messages.lease);
      return;
    }
  });
  await queue.resetStuck([]);
  await sessions.listSessions({ limit: 50 });
  manager.resume();
  const first = await delivered.promise;
  await manager.shutdownAll();
  manager.dispose();
  await engine.close();
  return { open: opened - start, delivery: first - opened };
}

function makeManager(
  sessions: EngineSessionStore,
  queue: EngineMessageStore,
  generator?: Generator,
): SessionManager {
  return new SessionManager({
    ...{ sessions, queue, clock: systemClock, log: silentLogger, newLease: randomUUID },
    ...(generator && { generator }),
  });
}
