import type { Clock } from '../base/clock';
import {
  dayStartOf,
  type DayUsage,
  type PlannedRequest,
  type ProviderUsage,
  type SettledUsage,
  type UsageLedger,
} from '../distill/usage';
import type { DayUsageFile } from './dayUsageFile';
import type { Engine } from './sqljs/engine';

/** The ledger over the engine. `today` is for getters that can't wait: it changes with committed answers only. */
export class EngineUsageStore implements UsageLedger {
  private constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly file: DayUsageFile,
    private day: DayUsage,
  ) {}

  /** Takes over what the file knows of today's spending and this store doesn't: it was cleared or replaced. */
  static async open(engine: Engine, clock: Clock, file: DayUsageFile): Promise<EngineUsageStore> {
    const dayStart = dayStartOf(clock.now());
    const known = await file.read();
    if (known?.dayStart === dayStart) await engine.call('carryUsage', { at: clock.now(), known });
    return new EngineUsageStore(engine, clock, file, await engine.call('usageSince', { dayStart }));
  }

  get today(): DayUsage {
    const dayStart = dayStartOf(this.clock.now());
    if (this.day.dayStart === dayStart) return this.day;
    return { dayStart, requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, observations: 0 };
  }

  async reserve(request: PlannedRequest): Promise<number | undefined> {
    const id = await this.engine.call('reserveUsage', request);
    await this.#refresh();
    return id;
  }

  async settle(id: number, used: SettledUsage | undefined): Promise<void> {
    await this.engine.call('settleUsage', { id, ...(used && { used }) });
    await this.#refresh();
  }

  /** What a session's memory came to, by the provider and model that made it. */
  ofSession(sessionId: number): Promise<ProviderUsage[]> {
    return this.engine.call('sessionUsage', { sessionId });
  }

  async #refresh(): Promise<void> {
    this.day = await this.engine.call('usageSince', { dayStart: dayStartOf(this.clock.now()) });
    await this.file.write(this.day);
  }
}
