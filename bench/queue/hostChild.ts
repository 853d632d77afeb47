/**
 * A process with nothing in it but the keeper, as the extension host has it: what it uses, and how long its main
 * thread is held up. Its parent asks; it answers each question with one message.
 */
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { createBuiltinProvider } from '../../src/distill/providers/builtin/builtinProvider';
import { Keeper } from '../../src/keeper/keeper';
import { acquireOwnership, type Ownership } from '../../src/keeper/ownership';

export type Question =
  | { kind: 'memory' }
  | { kind: 'idle'; ms: number }
  | { kind: 'delay'; ms: number }
  | { kind: 'start'; folder: string; engineFiles: { workerFile: string; wasmFile: string } }
  | { kind: 'drain' }
  | { kind: 'stop' };

export interface Idle {
  /** CPU of all threads, ms a second. */
  cpu: number;
  /** Voluntary context switches of all threads, a second. */
  wakeUps: number;
}

const SETTLE_MS = 1_000;

let ownership: Ownership | undefined;
let keeper: Keeper | undefined;
let accepted = 0;

async function answer(question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'memory':
      return process.memoryUsage.rss() / 1e6;
    case 'idle':
      return idle(question.ms);
    case 'delay':
      return delays(question.ms);
    case 'start': {
      const { folder, engineFiles } = question;
      ownership = await acquireOwnership(folder);
      keeper = await Keeper.start({
        ...{ folder, engineFiles, provider: createBuiltinProvider(), clock: systemClock },
        ...{ log: silentLogger, lingerMs: 0 },
        onFailure: (error) => {
          throw error;
        },
      });
      keeper.queue.onTransitions((transitions) => {
        for (const { from } of transitions) if (from === undefined) accepted++;
      });
      return undefined;
    }
    case 'drain':
      return drained();
    case 'stop':
      await keeper?.stop();
      await ownership?.release();
      process.disconnect();
      return undefined;
  }
}

/**
 * Resolves with the number of messages that were accepted, once none waits, the context is written, and the search
 * index has the store that was made for this run: a busy machine is not idle before that.
 */
async function drained(): Promise<number> {
  if (!keeper) return 0;
  const { queue, manager, contextFiles, search } = keeper;
  await keeper.rescan();
  while (manager.isAnySessionProcessing()) {
    await new Promise<void>((resolve) => {
      const subscription = queue.onTransitions(() => {
        subscription.dispose();
        resolve();
      });
    });
  }
  await contextFiles.flush();
  await search.catchUp();
  return accepted;
}

async function idle(ms: number): Promise<Idle> {
  // Otherwise the garbage of the measurements before is collected in this one.
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const cpuBefore = process.cpuUsage();
  const switchesBefore = process.resourceUsage().voluntaryContextSwitches;
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const switches = process.resourceUsage().voluntaryContextSwitches - switchesBefore;
  return { cpu: (user + system) / 1_000 / seconds, wakeUps: switches / seconds };
}

/** By how many ms each turn of a timer of 1 ms came too late. */
function delays(ms: number): Promise<number[]> {
  return new Promise((resolve) => {
    const late: number[] = [];
    const end = performance.now() + ms;
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      late.push(Math.max(0, now - last - 1));
      last = now;
      if (now < end) setTimeout(tick, 1);
      else resolve(late);
    };
    setTimeout(tick, 1);
  });
}

process.on('message', (question: Question) => {
  answer(question).then(
    (value) => process.connected && process.send!({ value }),
    (error) => process.send!({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
