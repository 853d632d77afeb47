import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface SetAsideResult {
  /** The folder with the damaged files, unchanged, and what could be read of them. */
  folder: string;
  /** Rows that could be read into `memory.jsonl` there. */
  rows: number;
}

/**
 * Moves a damaged store out of the way, into a folder beside it, and saves what can be read of it there as
 * `memory.jsonl`. Nothing is deleted. Call it only while nothing has the store open.
 * @throws what the file system throws; the store is then where it was, or in the folder as a whole.
 */
export async function setAsideDamaged(
  database: string,
  files: { salvageFile: string; wasmFile: string },
  now: number,
): Promise<SetAsideResult> {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-');
  const folder = join(dirname(database), `damaged-${stamp}`);
  await fs.mkdir(folder, { mode: 0o700 });
  for (const suffix of ['-wal', '-journal', '']) {
    const file = `${database}${suffix}`;
    if (existsSync(file)) await fs.rename(file, join(folder, basename(file)));
  }
  return { folder, rows: await salvage(folder, basename(database), files) };
}

/** Reads from a copy, because opening a database may write to it; the damaged original stays as it was. */
async function salvage(
  folder: string,
  name: string,
  { salvageFile, wasmFile }: { salvageFile: string; wasmFile: string },
): Promise<number> {
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(join(folder, name + suffix)))
      await fs.copyFile(join(folder, name + suffix), copy + suffix);
  }
  const workerData = { file: copy, wasmFile, into: join(folder, 'memory.jsonl') };
  const worker = new Worker(salvageFile, { workerData, env: {}, execArgv: [] });
  try {
    return await new Promise<number>((resolve) => {
      worker.once('message', ({ rows }: { rows: number }) => resolve(rows));
      // A build that can't go on with this file has saved nothing, and the file is still there.
      worker.once('error', () => resolve(0));
    });
  } finally {
    await worker.terminate();
    for (const suffix of ['', '-wal', '-journal']) await fs.rm(copy + suffix, { force: true });
  }
}
