import type { Disposable } from './disposable';

/** Time comes in from outside, so that tests own it. All times are milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Calls `callback` once after `ms`; disposing cancels it. */
  schedule(ms: number, callback: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, 0x7fffffff));
    return { dispose: () => clearTimeout(timer) };
  },
};
