import type { Distillation } from './provider';

export interface BatchResult {
  sessionId: number;
  promptNumber: number;
  /** The lease under which the messages are held. */
  lease: string;
  /** Every message of the batch. */
  messageIds: readonly number[];
  provider: string;
  distillation: Distillation;
}

export interface ResultStore {
  /**
   * Stores what a batch gave and deletes its messages, in one transaction: durable when it resolves, or
   * nothing of it. False, and nothing stored, when one of the messages is no longer held under the lease.
   */
  storeResults(result: BatchResult): Promise<boolean>;
}
