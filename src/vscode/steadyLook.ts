import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';

/** How long work, or the absence of work, must last before it shows, ms. */
export const STEADY_MS = 250;

export interface SteadyLookOptions<Look> {
  readonly clock: Clock;
  /** How it is now. */
  readonly read: () => Look;
  /** `quiet` looks come and go with each piece of work. */
  readonly isQuiet: (look: Look) => boolean;
  readonly isSame: (a: Look, b: Look) => boolean;
  readonly draw: (look: Look) => void;
}

/**
 * Draws what changes without flicker. From one quiet look to another (idle, working, another number) it waits until
 * the change has stood for a while: a batch of 50 ms draws nothing. Whatever else changes is drawn at once.
 *
 * steady ──another quiet look──▶ waiting ──it passes──▶ steady        (nothing was drawn)
 *    ▲                              └──250 ms──▶ drawn as it is then ──▶ steady
 *    └──any other look: drawn at once
 *
 * One timer while it waits, none else.
 */
export class SteadyLook<Look> implements Disposable {
  #drawn: Look | undefined;
  #timer: Disposable | undefined;

  constructor(private readonly options: SteadyLookOptions<Look>) {}

  /** Something has changed. */
  update(): void {
    const { clock, read, isQuiet, isSame } = this.options;
    const look = read();
    const drawn = this.#drawn;
    if (drawn !== undefined && isSame(look, drawn)) return this.#stopWaiting();
    if (drawn === undefined || !isQuiet(look) || !isQuiet(drawn)) return this.#draw(look);
    // Not begun anew by each change: a number that changes all the time is drawn four times a second.
    this.#timer ??= clock.schedule(STEADY_MS, () => {
      const now = read();
      this.#stopWaiting();
      if (!isSame(now, drawn)) this.#draw(now);
    });
  }

  #draw(look: Look): void {
    this.#stopWaiting();
    this.#drawn = look;
    this.options.draw(look);
  }

  #stopWaiting(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  dispose(): void {
    this.#stopWaiting();
  }
}
