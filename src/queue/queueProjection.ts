import type { QueueCounts } from './message';
import type { Transition } from './transition';

interface Counts {
  pending: number;
  processing: number;
  failed: number;
}

const none: QueueCounts = Object.freeze({ pending: 0, processing: 0, failed: 0 });

/**
 * How many messages are in which state, for getters that can't wait. Made from the store's counts at opening
 * and changed by committed transitions only, in their order: there is no second count to disagree with.
 */
export class QueueProjection {
  readonly #sessions = new Map<number, Counts>();
  readonly #total: Counts = { ...none };

  constructor(initial: readonly (QueueCounts & { sessionId: number })[]) {
    for (const { sessionId, pending, processing, failed } of initial) {
      this.#sessions.set(sessionId, { pending, processing, failed });
      this.#total.pending += pending;
      this.#total.processing += processing;
      this.#total.failed += failed;
    }
  }

  apply(transitions: readonly Transition[]): void {
    for (const { sessionId, from, to } of transitions) {
      let counts = this.#sessions.get(sessionId);
      if (!counts) this.#sessions.set(sessionId, (counts = { ...none }));
      for (const target of [counts, this.#total]) {
        if (from) target[from]--;
        if (to) target[to]++;
      }
      if (counts.pending === 0 && counts.processing === 0 && counts.failed === 0)
        this.#sessions.delete(sessionId);
    }
  }

  counts(sessionId?: number): QueueCounts {
    return { ...(sessionId === undefined ? this.#total : (this.#sessions.get(sessionId) ?? none)) };
  }

  sessionsWithPending(): number[] {
    return [...this.#sessions].filter(([, counts]) => counts.pending > 0).map(([id]) => id);
  }
}
