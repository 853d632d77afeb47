/**
 * An error that callers tell apart by its class and people can act on. `message` says what happened and
 * what it means; `advice`, where there is any, says what to do next.
 */
export abstract class TidemarkError extends Error {
  abstract readonly code: string;
  readonly advice?: string;

  constructor(message: string, options: { cause?: unknown; advice?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    if (options.advice !== undefined) this.advice = options.advice;
  }
}

/** What a person can do about a thrown value. Not by class: an error may come from another of our bundles. */
export function adviceOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('advice' in error)) return undefined;
  return typeof error.advice === 'string' ? error.advice : undefined;
}

/** The Node.js error code (`ENOENT`, …) of an unknown thrown value, if it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A thrown value as an Error, for places that must hand one on. */
export function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
