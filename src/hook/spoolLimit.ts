import { opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { countDropped, droppedEventsFile } from '../capture/droppedEvents';
import type { SpoolRecord } from '../capture/spoolRecord';
import { writeSpoolRecord } from './spoolWriter';

/** How much may wait in a spool that nobody reads, about: weeks of work, and no disk filled up. */
const spoolLimit = { files: 50_000, bytes: 500 * 1_048_576 };

/** No record is larger, bytes. */
const largestRecord = 160 * 1_024;

/** Counting takes the longer the more there is, so that one event in so many does it. */
const COUNTED_ONE_IN = 16;

/** For so long after an event was dropped every event counts, so that the next one that fits is kept, ms. */
const RECENTLY_MS = 60_000;

const SAMPLED_ONE_IN = 100;

/**
 * Writes a record like `writeSpoolRecord`, or counts it as dropped where the spool has reached its limit. Throws
 * what the file system throws; what is lost by that is counted, too.
 */
export function writeWithinLimit(storeDir: string, record: SpoolRecord): void {
  if (mustCount(storeDir, record.id) && isSpoolFull(join(storeDir, 'spool')))
    return countDropped(storeDir, 'full');
  try {
    writeSpoolRecord(storeDir, record);
  } catch (error) {
    // A full stack: the record is too deep, and is set aside instead.
    if (!(error instanceof RangeError)) countDropped(storeDir, 'failed');
    throw error;
  }
}

/** Whether a spool has reached a limit; its bytes are estimated from some of its files. Never throws. */
export function isSpoolFull(spool: string, limit = spoolLimit): boolean {
  try {
    const { count, sample } = countFiles(spool, limit.files);
    if (count >= limit.files) return true;
    if (count * largestRecord < limit.bytes) return false;
    const bytes = sample.reduce((sum, name) => sum + sizeOf(join(spool, name)), 0);
    return (bytes / sample.length) * count >= limit.bytes;
  } catch {
    // Not there yet, most often. What else is wrong with it shows when it is written.
    return false;
  }
}

/** Entry by entry, so that a spool of any size costs no more than its limit. */
function countFiles(spool: string, most: number): { count: number; sample: string[] } {
  const folder = opendirSync(spool);
  try {
    const sample: string[] = [];
    let count = 0;
    for (let entry = folder.readSync(); entry && count < most; entry = folder.readSync())
      if (count++ % SAMPLED_ONE_IN === 0) sample.push(entry.name);
    return { count, sample };
  } finally {
    folder.closeSync();
  }
}

function mustCount(storeDir: string, id: string): boolean {
  if (parseInt(id.slice(-4), 16) % COUNTED_ONE_IN === 0) return true;
  const dropped = statSync(droppedEventsFile(storeDir), { throwIfNoEntry: false });
  return dropped !== undefined && Date.now() - dropped.mtimeMs < RECENTLY_MS;
}

/** 0 where it was read and deleted meanwhile. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
