import { TidemarkError } from '../base/errors';

export type PauseReason = 'overloaded' | 'quota' | 'auth' | 'budget' | 'network';

/**
 * The provider can't work now, whatever the message: no attempt is burned, and distilling pauses until
 * `retryAt`, or, without it, until a person changes something (a key, a budget, the provider).
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

/** The batch is too large for the provider: it is split. A single message that is too large has failed. */
export class BatchTooLargeError extends TidemarkError {
  readonly code = 'batch-too-large';
}
