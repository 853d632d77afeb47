import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { Logger } from '../base/logger';
import type { DayUsage } from '../distill/usage';

/**
 * What today's requests came to, in a small file beside the store. It outlives the store, which a person can clear
 * or have replaced, so that neither gives back a budget that is spent. It holds sums, and nothing of what was sent.
 */
export class DayUsageFile {
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly log: Logger,
  ) {}

  /** What was written last; undefined where there is nothing that can be read. Never rejects. */
  async read(): Promise<DayUsage | undefined> {
    try {
      const day = JSON.parse(await readFile(this.file, 'utf8')) as DayUsage;
      const sums = [day.dayStart, day.inputTokens, day.outputTokens, day.costUsd];
      return sums.every((sum) => Number.isFinite(sum) && sum >= 0) ? day : undefined;
    } catch {
      return undefined;
    }
  }

  /** Durable when it resolves. Never rejects: the store has the same, and a full disk must not stop the work. */
  write(day: DayUsage): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#replace(`${JSON.stringify(day)}\n`))
      .catch((error: unknown) =>
        this.log.error('The day’s spending could not be written beside the store.', error),
      );
    return this.#writing;
  }

  async #replace(text: string): Promise<void> {
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, this.file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
