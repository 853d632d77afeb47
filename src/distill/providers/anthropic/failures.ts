import {
  APIConnectionTimeoutError,
  APIError,
  AuthenticationError,
  BadRequestError,
  ContentTooLargeError,
  NotFoundError,
  PaymentRequiredError,
  PermissionDeniedError,
} from '@anthropic-ai/sdk';
import type { ModelAnswer } from '../model/model';

/** Waits where the service names none, ms. */
const OVERLOADED_MS = 30_000;
const NETWORK_MS = 15_000;
const QUOTA_MS = 30 * 60_000;
/** A wait that the service names is heeded up to this, ms. */
const MAX_WAIT_MS = 24 * 60 * 60_000;

/** Codes that say: the account may spend no more. */
const spendCodes = new Set([
  'contract_spend_limit_reached',
  'enforced_spend_limit_reached',
  'linked_organization_billing_unavailable',
  'linked_organization_spend_limit_reached',
]);

/** What a failed call means for the queue. @param now ms since the epoch. */
export function answerOfFailure(error: unknown, now: number): ModelAnswer {
  if (!(error instanceof APIError)) return connectionFailure(error, now);
  const failure = error as APIError;
  const { status } = failure;
  if (status === undefined) return connectionFailure(failure, now);
  if (isAboutMoney(failure))
    return {
      ...unavailable(
        'quota',
        'The Anthropic account may not spend more at present.',
        now + QUOTA_MS,
        failure,
      ),
      advice: 'Add credit or raise the limit in the Anthropic console.',
    };
  if (failure instanceof AuthenticationError || failure instanceof PermissionDeniedError)
    return {
      ...unavailable('auth', 'Anthropic does not accept the API key.', undefined, failure),
      advice: 'Set another key.',
    };
  if (failure instanceof NotFoundError)
    return {
      ...unavailable('auth', 'Anthropic does not offer this model to this key.', undefined, failure),
      advice: 'Choose another model in the settings.',
    };
  if (failure instanceof ContentTooLargeError) return { kind: 'tooLarge' };
  if (failure instanceof BadRequestError || status === 422)
    return {
      kind: 'rejected',
      message: `Anthropic rejected the request (${codeOf(failure)}).`,
      cause: failure,
    };
  const busy = `Anthropic takes no requests at the moment (${status}).`;
  return unavailable('overloaded', busy, retryTime(failure, now), failure);
}

/** The answer, though its status said success, was none: cut off, an error, or not from the service at all. */
export function answerOfGarbage(now: number): ModelAnswer {
  return {
    ...unavailable('network', 'What came back was not a whole answer of Anthropic.', now + NETWORK_MS),
    mayBePaid: true,
  };
}

function connectionFailure(error: unknown, now: number): ModelAnswer {
  const message =
    error instanceof APIConnectionTimeoutError
      ? 'Anthropic did not answer in time.'
      : 'The connection to Anthropic failed.';
  return { ...unavailable('network', message, now + NETWORK_MS, error), mayBePaid: true };
}

type Unavailable = Extract<ModelAnswer, { kind: 'unavailable' }>;

function unavailable(
  reason: Unavailable['reason'],
  message: string,
  retryAt?: number,
  cause?: unknown,
): Unavailable {
  return {
    ...{ kind: 'unavailable', reason, message, mayBePaid: false, cause },
    ...(retryAt !== undefined && { retryAt }),
  };
}

function codeOf(error: APIError): string {
  return [String(error.status), error.type, error.errorCode].filter(Boolean).join(', ');
}

function isAboutMoney(error: APIError): boolean {
  if (error instanceof PaymentRequiredError || error.type === 'billing_error') return true;
  return error.errorCode !== null && spendCodes.has(error.errorCode);
}

/** `retry-after` in seconds or as a date; `retry-after-ms` before it. */
function retryTime(error: APIError, now: number): number {
  const ms = Number(error.headers?.get('retry-after-ms') ?? NaN);
  if (ms >= 0) return now + Math.min(ms, MAX_WAIT_MS);
  const after = error.headers?.get('retry-after');
  if (!after) return now + OVERLOADED_MS;
  const seconds = Number(after);
  const wait = Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1_000;
  return now + (wait >= 0 ? Math.min(wait, MAX_WAIT_MS) : OVERLOADED_MS);
}
