import type { Clock } from '../base/clock';
import type { PersistentMessage } from '../queue/message';
import type { PendingMessageStore } from '../queue/pendingMessageStore';
import type { MutableSession } from './activeSession';

/**
 * One reading of a session's messages, under one lease.
 *
 * reading ──claim──▶ reading          each message is `processing` before it is yielded
 *    │  └──nothing due──▶ lingering ──wake──▶ reading
 *    └──▶ ended    on abort; when the linger is over; after a summary when nothing waits; when the consumer
 *                  breaks off or throws
 *
 * What the consumer still holds goes back to `pending` at once when it is aborted or breaks off. At an end
 * of the iterator's own it keeps its batch, to confirm it. No timer runs but the linger.
 */
export class MessageIterator implements AsyncIterableIterator<PersistentMessage> {
  #ended = false;
  #afterSummary = false;
  /** Calls of `next` in order: two at once must not claim for one waiter. */
  #last: Promise<unknown> = Promise.resolve();
  #claimed = 0;

  /** @param controller aborted by the owner to stop the reading, and by the iterator when its consumer breaks off. */
  constructor(
    private readonly session: MutableSession,
    private readonly controller: AbortController,
    readonly lease: string,
    private readonly queue: PendingMessageStore,
    private readonly clock: Clock,
    private readonly lingerMs: number,
  ) {}

  get ended(): boolean {
    return this.#ended;
  }

  /** Messages yielded so far. */
  get claimed(): number {
    return this.#claimed;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<PersistentMessage, undefined>> {
    const result = this.#last.then(() => this.#next());
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** The consumer breaks off or threw: what it held is `pending` again when this resolves. */
  async return(): Promise<IteratorResult<PersistentMessage, undefined>> {
    // The controller of a reading that has ended may be that of the next one.
    if (!this.#ended) this.controller.abort();
    this.#ended = true;
    await this.#last;
    await this.queue.release(this.lease);
    return { done: true, value: undefined };
  }

  async #next(): Promise<IteratorResult<PersistentMessage, undefined>> {
    while (!this.#ended) {
      if (this.controller.signal.aborted) return this.#aborted();
      // Read before looking: a message that is queued while we look changes it, and the wait ends at once.
      const { version } = this.session.wake;
      const message = await this.queue.claimNext(this.session.id, this.lease);
      if (message) {
        this.session.claimed(message);
        if (this.controller.signal.aborted) return this.#aborted();
        this.#claimed++;
        this.#afterSummary = message.body.kind === 'summary';
        return { done: false, value: message };
      }
      if (this.#afterSummary && version === this.session.wake.version) break;
      if (
        (await this.session.wake.wait(version, this.lingerMs, this.controller.signal, this.clock)) ===
        'timeout'
      )
        break;
    }
    this.#ended = true;
    return { done: true, value: undefined };
  }

  async #aborted(): Promise<IteratorResult<PersistentMessage, undefined>> {
    this.#ended = true;
    await this.queue.release(this.lease);
    return { done: true, value: undefined };
  }
}
