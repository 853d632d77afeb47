import type { SessionItem, StoreStatus } from '../keeper/client';
import type { ProviderPause } from '../distill/providerPause';
import type { QueuedMessage } from '../queue/message';

/** What a message of the queue waits for. */
export type Waiting =
  /** For a person: its attempts are used up. */
  | { readonly for: 'person'; readonly attempts: number; readonly error: string | undefined }
  /** For a person to resume. */
  | { readonly for: 'resume' }
  | { readonly for: 'provider'; readonly pause: ProviderPause }
  /** Until this time, ms since the epoch, after a failed attempt. */
  | { readonly for: 'retry'; readonly at: number; readonly attempts: number; readonly error?: string }
  /** For what its session has in work. */
  | { readonly for: 'turn' }
  /** To be begun. */
  | { readonly for: 'start' }
  /** For the rest of its turn: a model is asked about a turn at once. */
  | { readonly for: 'rest' }
  /** For the provider's answer. */
  | { readonly for: 'answer' };

/** @param now ms since the epoch. */
export function waitingFor(
  message: QueuedMessage,
  session: Pick<SessionItem, 'queue'>,
  status: Pick<StoreStatus, 'paused' | 'providerPause' | 'provider'>,
  now: number,
): Waiting {
  const { state, attempts, error, availableAt, batch } = message;
  if (state === 'failed') return { for: 'person', attempts, error };
  if (state === 'processing') {
    // A batch for a model is sealed before it is sent; the built-in rules wait for nothing.
    const gathers = status.provider !== 'builtin' && batch === undefined;
    return { for: gathers ? 'rest' : 'answer' };
  }
  if (status.paused) return { for: 'resume' };
  if (status.providerPause) return { for: 'provider', pause: status.providerPause };
  if (availableAt > now)
    return { for: 'retry', at: availableAt, attempts, ...(error !== undefined && { error }) };
  return { for: session.queue.processing > 0 ? 'turn' : 'start' };
}
