import type { Event } from '../base/event';
import type { NewMessage, PersistentMessage, QueueCounts, QueuedMessage } from './message';
import type { Transition } from './transition';

export interface EnqueueResult {
  /** Absent for a duplicate. */
  id?: number;
  /** Accepted before, under one of its keys: nothing was added. */
  duplicate: boolean;
}

export interface FailureOptions {
  /** Not tried again before this time, ms since the epoch. */
  retryAt: number;
  /** False where the message is not at fault (overload, quota, a bad key): burns no attempt. Default true. */
  countAttempt?: boolean;
}

/**
 * The durable queue. What a write's promise stands for is on disk when it resolves; when it rejects, nothing
 * of it was kept. A claim is held under a lease: a string that its owner makes, unique for ever. Only the
 * holder of the lease can confirm, fail or release a message, so a late answer of a former owner has no effect.
 */
export interface PendingMessageStore {
  enqueue(message: NewMessage): Promise<EnqueueResult>;
  /** The session's first message that is due, `processing` from now on under this lease. */
  claimNext(sessionId: number, lease: string): Promise<PersistentMessage | undefined>;
  /** What `claimNext` would give, unchanged. */
  peekPending(sessionId: number): Promise<PersistentMessage | undefined>;
  /** Deletes these messages, though they gave no result. False, and nothing changed, when the lease is lost. */
  confirmProcessed(messageIds: readonly number[], lease: string): Promise<boolean>;
  /**
   * One attempt failed: back to `pending` until `retryAt`, or `failed` when the attempts are used up. Messages
   * no longer held under the lease stay as they are.
   */
  markFailed(
    messageIds: readonly number[],
    lease: string,
    reason: string,
    options: FailureOptions,
  ): Promise<void>;
  /**
   * Remembers that these messages are one batch, so that it is taken up as it was after a crash. False, and
   * nothing changed, when the lease is lost.
   */
  sealBatch(messageIds: readonly number[], lease: string): Promise<boolean>;
  /** Back to `pending` at once, no attempt burned. All of the lease's messages where no ids are given. */
  release(lease: string, messageIds?: readonly number[]): Promise<void>;
  /** Failed messages become `pending` with all their attempts. Of all sessions where no ids are given. */
  retry(messageIds?: readonly number[]): Promise<number>;
  /** Failed messages are deleted. Of all sessions where no ids are given. */
  discard(messageIds?: readonly number[]): Promise<number>;
  /**
   * `processing` messages that no live lease of this process holds go back to `pending`: of one session, or
   * of all. Only the owner of the store may call it.
   */
  resetStuck(liveLeases: readonly string[], sessionId?: number): Promise<number>;
  /** Messages of a session as people see them, in order. */
  list(sessionId: number, limit: number): Promise<QueuedMessage[]>;
  /** Sessions with messages, the one that has waited longest first; `oldestAt` is when its oldest work was done. */
  queuedSessions(limit: number): Promise<{ sessionId: number; oldestAt: number }[]>;
  /** When the next `pending` message that is not due yet becomes due, ms since the epoch. */
  nextDueAt(): Promise<number | undefined>;

  /** Pending messages of one session or of all: from committed answers, synchronous. */
  pendingCount(sessionId?: number): number;
  counts(sessionId?: number): QueueCounts;
  /** Sessions with pending messages. */
  sessionsWithPending(): number[];
  /**
   * Announces committed changes of state, in their order, once the counts above show them and before the
   * promises of the calls that made them resolve.
   */
  readonly onTransitions: Event<readonly Transition[]>;
}

export const DEFAULT_MAX_ATTEMPTS = 3;
