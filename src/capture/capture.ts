import { createHash } from 'node:crypto';
import type { Logger } from '../base/logger';
import { readClaudeCode } from './agents/claudeCode';
import { readCodex } from './agents/codex';
import { readCopilotCli } from './agents/copilotCli';
import { readGeminiCli } from './agents/geminiCli';
import { readVscode } from './agents/vscodeLocal';
import { connectionTestEvent, isIgnoredEvent } from './events';
import type { Ingest } from './ingest';
import type { SetAsideStore } from './setAsideStore';
import type { UnreadableFile } from './spool';
import type { SetAsideReason, SpooledEvent, SpoolRecord } from './spoolRecord';
import type { Reading } from './reading';
import type { AgentEvent, AgentId } from './vocabulary';

const HEAD_CHARACTERS = 200;

/** What became of an event: its kind where it was stored, or the rule by which nothing of it was kept. */
export type CaptureOutcome =
  { captured: AgentEvent['type'] } | { ignored: string } | { setAside: SetAsideReason };

/** Turns spool records into events of the one vocabulary and hands them on; sets aside what it can't read. */
export class Capture {
  constructor(
    private readonly ingest: Ingest,
    private readonly store: Pick<SetAsideStore, 'setAside'>,
    private readonly log: Logger,
  ) {}

  /** Durable when it resolves; accepting a record again changes nothing. */
  async accept(record: SpoolRecord): Promise<CaptureOutcome> {
    if ('setAside' in record) {
      const { reason } = record.setAside;
      this.log.warn(`An event was set aside: ${reason}.`);
      await this.store.setAside({ eventId: record.id, at: record.at, ...record.setAside });
      return { setAside: reason };
    }
    const reading = read(record);
    if ('type' in reading) {
      const isNew = await this.ingest.accept(reading);
      return isNew ? { captured: reading.type } : { ignored: 'duplicate' };
    }
    if ('setAside' in reading) await this.#setAside(record, reading.setAside);
    return reading;
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
  if (record.event === connectionTestEvent) return { ignored: 'uninteresting-event' };
  if (isIgnoredEvent(record.event, record.agent)) return { ignored: 'uninteresting-event' };
  return readers[record.agent](record);
}

const readers: Record<AgentId, (record: SpooledEvent) => Reading> = {
  'claude-code': readClaudeCode,
  'copilot-cli': readCopilotCli,
  codex: readCodex,
  'gemini-cli': readGeminiCli,
  vscode: readVscode,
  // Other extensions speak through an interface of their own, not through hooks.
  extension: readClaudeCode,
};
