import type { Contender } from './contenders';
import type { NewMessage } from '../../src/queue/message';
import { newMessages } from './messages';

export const operationNames = ['enqueue', 'claim', 'confirm'] as const;
export type OperationName = (typeof operationNames)[number];

/** Times in ms, by operation, in blocks. */
export type Timings = Record<OperationName, number[][]>;

/** The session that is measured. */
const SESSION = 1;
/** Messages that one contender has before the next one's turn. */
const TURN = 4;
const JUST_OPENED = 16;
const MOST_PER_MS = 40;

/**
 * Enqueue, claim, confirm, over and over, so that the depth stays what it is. The contenders take short turns
 * with the same messages, so that each meets the disk in the same moods. `opened` has the first rounds after
 * opening, while WebAssembly and JavaScript are still slow.
 */
export async function measureLatency(
  contenders: readonly Contender[],
  { warmUp, blocks, rounds }: { warmUp: number; blocks: number; rounds: number },
): Promise<{ timings: Map<Contender, Timings>; opened: Map<Contender, Timings> }> {
  const opened = await timeBlocks(contenders, [Math.min(warmUp, JUST_OPENED)]);
  await timeBlocks(contenders, [Math.max(0, warmUp - JUST_OPENED)]);
  return { timings: await timeBlocks(contenders, Array<number>(blocks).fill(rounds)), opened };
}

async function timeBlocks(
  contenders: readonly Contender[],
  blocks: readonly number[],
): Promise<Map<Contender, Timings>> {
  const timings = new Map<Contender, Timings>();
  for (const contender of contenders) timings.set(contender, { enqueue: [], claim: [], confirm: [] });
  for (const rounds of blocks) {
    const times = new Map(contenders.map((contender) => [contender, noTimes()]));
    for (let round = 0; round < rounds; round += TURN) {
      const messages = newMessages(Math.min(TURN, rounds - round), SESSION);
      // Another order at each turn: who comes after whom must not matter.
      for (const contender of turned(contenders, round / TURN)) {
        await timeTurn(contender, messages, times.get(contender)!);
      }
    }
    for (const [contender, ofBlock] of times) {
      for (const name of operationNames) timings.get(contender)![name].push(ofBlock[name]);
    }
  }
  return timings;
}

const noTimes = (): Record<OperationName, number[]> => ({ enqueue: [], claim: [], confirm: [] });

function turned<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]!);
}

async function timeTurn(
  contender: Contender,
  messages: readonly NewMessage[],
  times: Record<OperationName, number[]>,
): Promise<void> {
  for (const message of messages) {
    const lease = `lease-${message.dedupeKeys[0]!.key}`;
    const start = performance.now();
    await contender.enqueue(message);
    const accepted = performance.now();
    const id = await contender.claim(SESSION, lease);
    const claimed = performance.now();
    await contender.confirm(id!, lease);
    times.enqueue.push(accepted - start);
    times.claim.push(claimed - accepted);
    times.confirm.push(performance.now() - claimed);
  }
}

/** Messages a second, by number of producers, in blocks. */
export async function measureThroughput(
  contenders: readonly Contender[],
  producerCounts: readonly number[],
  { blocks, blockMs }: { blocks: number; blockMs: number },
): Promise<Map<Contender, Map<number, number[]>>> {
  const rates = new Map(contenders.map((contender) => [contender, new Map<number, number[]>()]));
  for (let block = -1; block < blocks; block++) {
    for (const producers of producerCounts) {
      for (const contender of turned(contenders, block + 1)) {
        const rate = await timeProducers(contender, producers, blockMs);
        if (block < 0) continue;
        const ofContender = rates.get(contender)!;
        ofContender.set(producers, [...(ofContender.get(producers) ?? []), rate]);
      }
    }
  }
  return rates;
}

/** For a time, not for a number of messages: a slow contender must not take up the whole run. */
async function timeProducers(contender: Contender, producers: number, ms: number): Promise<number> {
  // More than any contender gets through; made beforehand, as making them is no part of it.
  const waiting = newMessages(Math.max(200, ms * MOST_PER_MS), SESSION);
  let accepted = 0;
  const start = performance.now();
  const produce = async () => {
    for (let next = waiting.pop(); next && performance.now() - start < ms; next = waiting.pop()) {
      await contender.enqueue(next);
      accepted++;
    }
  };
  await Promise.all(Array.from({ length: producers }, produce));
  return (accepted / (performance.now() - start)) * 1_000;
}
