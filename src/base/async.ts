import type { Clock } from './clock';

/** A promise with its ends in hand. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T | PromiseLike<T>) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** Waits for `work` at most `ms`. True when it ended in time, whether it resolved or rejected. */
export async function endsWithin(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const late = new Deferred<boolean>();
  const timer = clock.schedule(ms, () => late.resolve(false));
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => true,
      ),
      late.promise,
    ]);
  } finally {
    timer.dispose();
  }
}

/**
 * Wakes a waiter at once and is never missed: who reads `version` before looking for work and waits with it
 * afterwards is woken by every `notify` in between. One waiter leaves one listener, and takes it along.
 */
export class WakeSignal {
  #version = 0;
  #waiters = new Set<() => void>();

  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version++;
    for (const wake of [...this.#waiters]) wake();
  }

  wait(
    version: number,
    ms: number,
    signal: AbortSignal,
    clock: Clock,
  ): Promise<'woken' | 'aborted' | 'timeout'> {
    if (signal.aborted) return Promise.resolve('aborted');
    if (version !== this.#version) return Promise.resolve('woken');
    return new Promise((resolve) => {
      const end = (why: 'woken' | 'aborted' | 'timeout') => {
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', abort);
        timer.dispose();
        resolve(why);
      };
      const wake = () => end('woken');
      const abort = () => end('aborted');
      const timer = clock.schedule(ms, () => end('timeout'));
      this.#waiters.add(wake);
      signal.addEventListener('abort', abort);
    });
  }
}
