import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/errors';

/** Events that the hook program could not keep, by reason. */
export interface DroppedEvents {
  /** The spool had reached its limit: nobody had read it for long. */
  readonly full: number;
  /** The event could not be written: the disk was full, most often. */
  readonly failed: number;
}

/** One letter an event: adding one is a single append, which many hooks at once can't disturb. */
const letters = { full: 'f', failed: 'x' } as const;

export function droppedEventsFile(storeDir: string): string {
  return join(storeDir, 'dropped-events');
}

/** Counts one event that is lost. Never throws: on a full disk even this may not be possible. */
export function countDropped(storeDir: string, reason: keyof DroppedEvents): void {
  try {
    appendFileSync(droppedEventsFile(storeDir), letters[reason], { mode: 0o600 });
  } catch {
    return;
  }
}

/**
 * Takes what was counted since the last call, in whichever process: each event is told once. Undefined where there
 * is none. Throws what the file system throws.
 */
export async function takeDropped(storeDir: string): Promise<DroppedEvents | undefined> {
  const file = droppedEventsFile(storeDir);
  const taken = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, taken);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const text = await readFile(taken, 'latin1');
  await rm(taken, { force: true });
  const count = (letter: string) => text.split(letter).length - 1;
  return { full: count(letters.full), failed: count(letters.failed) };
}
