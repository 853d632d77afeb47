import { TidemarkError } from '../base/errors';

export type PauseReason = 'overloaded' | 'quota' | 'auth' | 'budget' | 'network';

/**
 * The provider can't work now, and no message is at fault: no attempt is burned, and the provider rests until
 * `retryAt` or, where that is absent, until settings change.
 */
export class ProviderPausedError extends TidemarkError {
  readonly code = 'provider-paused';
  /** ms since the epoch. */
  readonly retryAt?: number;

  constructor(
    readonly reason: PauseReason,
    message: string,
    options: { retryAt?: number; cause?: unknown; advice?: string } = {},
  ) {
    super(message, options);
    if (options.retryAt !== undefined) this.retryAt = options.retryAt;
  }
}

/** The batch, or the answer to it, has no room: smaller batches may have. */
export class BatchTooLargeError extends TidemarkError {
  readonly code = 'batch-too-large';
}
