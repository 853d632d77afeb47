import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { storageLayout } from './storageFolder';

/**
 * Deletes everything that Tidemark has stored, for good: damaged stores that were set aside, too. The store must be
 * closed, and the folder owned. What today has cost stays (dayUsageFile.ts), and so do settings and connections.
 */
export async function deleteStoredData(folder: string): Promise<void> {
  const { database, spool, context, privateMarkers } = storageLayout(folder);
  const damaged = (await fs.readdir(folder)).filter((name) => name.startsWith('damaged-'));
  const paths = [`${database}-wal`, `${database}-journal`, database, spool, context, privateMarkers];
  for (const path of [...paths, ...damaged.map((name) => join(folder, name))])
    await fs.rm(path, { recursive: true, force: true });
}
