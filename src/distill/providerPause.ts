import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { PauseReason, ProviderPausedError } from './providerErrors';
import { retryDelay } from './retryPolicy';

/** Why distilling stands still, though nobody has paused it. */
export interface ProviderPause {
  readonly reason: PauseReason;
  /** In a person's words. */
  readonly message: string;
  /** When it is tried again, ms since the epoch; absent where that takes a person. */
  readonly retryAt?: number;
}

/** Reasons that pass by themselves: tried again after a growing wait where the provider named no time. */
const passing: ReadonlySet<PauseReason> = new Set(['overloaded', 'network']);

/**
 * The provider's pause.
 *
 * working ──pause──▶ paused ──`retryAt` comes, or `clear`──▶ working
 *
 * One timer while it is paused for a time, none else.
 */
export class ProviderPauseState implements Disposable {
  #current: ProviderPause | undefined;
  #failures = 0;
  #timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly onChange: () => void,
  ) {}

  get current(): ProviderPause | undefined {
    return this.#current;
  }

  /** Sessions report the same trouble one after the other: the first pauses. */
  pause({ reason, message, retryAt }: ProviderPausedError): void {
    if (this.#current) return;
    const until =
      retryAt ??
      (passing.has(reason) ? this.clock.now() + retryDelay(this.#failures, this.random()) : undefined);
    this.#failures++;
    this.#current = { reason, message, ...(until !== undefined && { retryAt: until }) };
    if (until !== undefined) {
      this.#timer = this.clock.schedule(Math.max(0, until - this.clock.now()), () => this.clear());
    }
    this.onChange();
  }

  /** The provider has answered: a further pause begins with a short wait again. */
  worked(): void {
    this.#failures = 0;
  }

  /** Work goes on: the time has come, or a person has changed something. */
  clear(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    if (!this.#current) return;
    this.#current = undefined;
    this.onChange();
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}
