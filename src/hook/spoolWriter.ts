import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SpoolRecord } from '../capture/spoolRecord';
import { makeFolder } from '../base/makeFolder';

/** An id that no other event will ever have. */
export function newEventId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Writes one record as one new file of the spool; durable when it returns. A reader never sees half a record: it
 * appears under its name when it is whole and synced. Throws what the file system throws, leaving nothing behind.
 */
export function writeSpoolRecord(storeDir: string, record: SpoolRecord): void {
  const spool = join(storeDir, 'spool');
  const made = makeFolder(spool);
  const name = `${String(Math.floor(record.at * 1_000)).padStart(16, '0')}-${record.id}.json`;
  const temporary = join(spool, `${name}.tmp`);
  try {
    writeSynced(temporary, JSON.stringify(record));
    renameSync(temporary, join(spool, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(spool);
  if (made) syncFolder(dirname(spool));
}

function writeSynced(file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the names in a folder durable. Windows can't open folders, and needs no such thing. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
