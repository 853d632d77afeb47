import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { ProviderPausedError } from '../distill/providerErrors';

/**
 * The rest of a provider that can't work:
 *
 * working ──begin──▶ resting ──its time is over, or settings change──▶ working
 *                      └──begin again──▶ resting, for the newer reason
 */
export class ProviderRest implements Disposable {
  #reason: ProviderPausedError | undefined;
  #timer: Disposable | undefined;
  #work: { stop: () => void; go: () => void } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onChange: (() => void) | undefined,
  ) {}

  /** @param work what rests: `stop` takes effect before it returns, so that nothing is claimed after it. */
  connect(work: { stop: () => void; go: () => void }): void {
    this.#work = work;
  }

  get reason(): ProviderPausedError | undefined {
    return this.#reason;
  }

  begin(reason: ProviderPausedError): void {
    this.#reason = reason;
    this.#work?.stop();
    this.#timer?.dispose();
    this.#timer = undefined;
    if (reason.retryAt !== undefined) {
      const wait = Math.max(0, reason.retryAt - this.clock.now());
      this.#timer = this.clock.schedule(wait, () => this.end());
    }
    this.onChange?.();
  }

  /** Work goes on; it may have stopped for another reason, which its owner knows. */
  end(): void {
    const rested = this.#reason !== undefined;
    this.#reason = undefined;
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#work?.go();
    if (rested) this.onChange?.();
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#work = undefined;
  }
}
