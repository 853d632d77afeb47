import { backoff } from '../base/backoff';

const WAITS = { firstMs: 2_000, maxMs: 5 * 60 * 1_000 };

/**
 * How long to wait after a failed attempt, ms: exponential, with jitter, so that what failed together does
 * not come back together.
 * @param failures failed attempts before this one.
 * @param random from 0 (inclusive) to 1.
 */
export function retryDelay(failures: number, random: number): number {
  const full = backoff(failures, WAITS);
  return full / 2 + (full / 2) * random;
}
