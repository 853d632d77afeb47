import { Deferred } from '../base/async';
import type { Clock } from '../base/clock';
import type { PersistentMessage } from '../queue/message';
import type { DistillProvider } from './provider';

type Gathering = Pick<DistillProvider, 'batchSize' | 'gather'>;
type Next = Promise<IteratorResult<PersistentMessage, undefined>>;

/** Whether the message belongs into another batch than these: a batch is of one prompt, and of bounded size. */
function beginsAnother(batch: readonly PersistentMessage[], message: PersistentMessage, by: Gathering) {
  const [first] = batch;
  if (!first) return false;
  if (first.promptNumber !== message.promptNumber) return true;
  // One that was sealed before a crash is taken up as it was.
  if (first.batch !== message.batch) return true;
  const { gather } = by;
  if (!gather || message.batch !== undefined) return false;
  const size = batch.reduce((sum, one) => sum + gather.sizeOf(one), 0);
  return size + gather.sizeOf(message) > gather.maxSize;
}

function isComplete(batch: readonly PersistentMessage[], by: Gathering): boolean {
  const last = batch.at(-1);
  if (last?.batch !== undefined) return last.id === last.batch;
  return last?.body.kind === 'summary' || batch.length >= by.batchSize;
}

/** The batches that these messages give, if nothing comes after them. */
export function cutBatches(messages: readonly PersistentMessage[], by: Gathering): PersistentMessage[][] {
  const batches: PersistentMessage[][] = [];
  let open: PersistentMessage[] = [];
  const close = () => {
    if (open.length > 0) batches.push(open);
    open = [];
  };
  for (const message of messages) {
    if (beginsAnother(open, message, by)) close();
    open.push(message);
    if (isComplete(open, by)) close();
  }
  close();
  return batches;
}

/**
 * Gathers messages into batches, as the provider wants them:
 *
 * empty ──message──▶ open ──turn ended, or full──▶ given out ──▶ empty
 *                     └──nothing more waits (where nothing is gathered), or waited long enough──▶ given out
 *
 * What is open when the messages end is given out last.
 * @param by asked for each message, so that another provider is heeded at once.
 * @param moreWaits whether further messages can be had without waiting.
 */
export async function* gatherBatches(
  messages: AsyncIterator<PersistentMessage, undefined>,
  by: Gathering,
  moreWaits: () => boolean,
  clock: Clock,
): AsyncGenerator<PersistentMessage[]> {
  let batch: PersistentMessage[] = [];
  let next: Next | undefined;
  let openUntil = 0;
  for (;;) {
    next ??= nextOf(messages);
    const result = batch.length > 0 ? await before(next, openUntil, clock) : await next;
    if (result === 'late') {
      yield batch;
      batch = [];
      continue;
    }
    next = undefined;
    if (result.done) break;
    const message = result.value;
    if (beginsAnother(batch, message, by)) {
      yield batch;
      batch = [];
    }
    if (batch.length === 0) openUntil = clock.now() + (by.gather?.maxWaitMs ?? Infinity);
    batch.push(message);
    if (!isComplete(batch, by) && (by.gather || moreWaits())) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function nextOf(messages: AsyncIterator<PersistentMessage, undefined>): Next {
  const next = messages.next();
  // It may fail while a batch is being distilled and nobody waits for it.
  next.catch(() => undefined);
  return next;
}

async function before(next: Next, deadline: number, clock: Clock) {
  if (deadline === Infinity) return next;
  const late = new Deferred<'late'>();
  const timer = clock.schedule(Math.max(0, deadline - clock.now()), () => late.resolve('late'));
  try {
    return await Promise.race([next, late.promise]);
  } finally {
    timer.dispose();
  }
}
