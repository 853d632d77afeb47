import { createHash } from 'node:crypto';
import type { Logger } from '../base/logger';
import { readClaudeCode } from './agents/claudeCode';
import { isIgnoredEvent } from './events';
import type { Ingest } from './ingest';
import type { SetAsideStore } from './setAsideStore';
import type { UnreadableFile } from './spool';
import type { SetAsideReason, SpooledEvent, SpoolRecord } from './spoolRecord';
import type { AgentEvent } from './vocabulary';

const HEAD_CHARACTERS = 200;

/** An agent's payload in the one vocabulary, or why it is not. */
export type Reading = AgentEvent | { setAside: SetAsideReason } | { ignored: string };

/** Turns spool records into events of the one vocabulary and hands them on; sets aside what it can't read. */
export class Capture {
  constructor(
    private readonly ingest: Ingest,
    private readonly store: SetAsideStore,
    private readonly log: Logger,
  ) {}

  /** Durable when it resolves; accepting a record again changes nothing. */
  async accept(record: SpoolRecord): Promise<void> {
    if ('setAside' in record) {
      this.log.warn(`An event was set aside: ${record.setAside.reason}.`);
      await this.store.setAside({ eventId: record.id, at: record.at, ...record.setAside });
      return;
    }
    const reading = read(record);
    if ('type' in reading) await this.ingest.accept(reading);
    else if ('setAside' in reading) await this.#setAside(record, reading.setAside);
  }

  /** A file in the spool that is no record: only its size and hash are kept. */
  async acceptUnreadable(id: string, file: UnreadableFile, at: number): Promise<void> {
    this.log.warn('A file in the spool is no event record; it was set aside.');
    await this.store.setAside({ eventId: id, at, reason: 'not-json', ...file });
  }

  /** An event that could be read, but that the store refuses for good: it must not hold up what comes after it. */
  async refuse(record: SpoolRecord, error: unknown): Promise<void> {
    this.log.error(`Event ${record.id} was refused.`, error);
    if ('event' in record) await this.#setAside(record, 'bad-payload');
  }

  async #setAside(record: SpooledEvent, reason: SetAsideReason): Promise<void> {
    this.log.warn(`An event of ${record.agent} was set aside: ${reason}.`);
    const text = JSON.stringify(record.payload);
    await this.store.setAside({
      eventId: record.id,
      at: record.at,
      reason,
      size: Buffer.byteLength(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      // The hook program has redacted the payload before it wrote it.
      head: text.slice(0, HEAD_CHARACTERS),
    });
  }
}

function read(record: SpooledEvent): Reading {
  if (isIgnoredEvent(record.event)) return { ignored: 'event' };
  // Agents that read Claude Code's settings send payloads in its style.
  return readClaudeCode(record);
}
