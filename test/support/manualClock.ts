import type { Clock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';

interface Timer {
  readonly ms: number;
  readonly due: number;
  readonly callback: () => void;
}

/** A clock that stands still until the test moves it: timers fire in their order inside `advance`. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #waiting = new Set<() => void>();
  #now: number;

  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  schedule(ms: number, callback: () => void): Disposable {
    const timer: Timer = { ms, due: this.#now + ms, callback };
    this.#timers.add(timer);
    for (const check of [...this.#waiting]) check();
    return { dispose: () => void this.#timers.delete(timer) };
  }

  /** Delays of the timers that run, in ms. */
  get running(): number[] {
    return [...this.#timers].map(({ ms }) => ms);
  }

  /** Resolves as soon as a timer of this delay runs. */
  scheduled(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!this.running.includes(ms)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.due);
      timer.callback();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }
}
