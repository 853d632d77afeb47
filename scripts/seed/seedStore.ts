import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { migrate } from '../../src/storage/migrations';
import { EngineSearchStore } from '../../src/storage/searchStore';
import { Engine } from '../../src/storage/sqljs/engine';
import { nodeFileSystem } from '../../src/storage/sqljs/fileSystem';
import { loadSqlite, SqliteConnection, type Sqlite } from '../../src/storage/sqljs/sqlite';
import { Random } from '../../test/support/random';
import { engineFiles } from '../build';
import { SeedFiller, type SeedCounts, type SeedOptions } from './fill';

/** Sessions in one transaction. */
const SLICE = 200;

/** It can be loaded once a process. */
let sqlite: Promise<Sqlite> | undefined;

/**
 * Makes a store in `folder`, which must not have one, and fills it through the real engine; its search index is made,
 * too. The same seed and time give the same memory. `dist/` must be built.
 */
export async function seedStore(
  folder: string,
  options: SeedOptions & { readonly seed: number },
  progress: (line: string) => void = () => undefined,
): Promise<SeedCounts> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'tidemark.db');
  sqlite ??= loadSqlite(readFileSync(engineFiles.wasmFile), nodeFileSystem);
  const connection = SqliteConnection.open(await sqlite, file);
  const filler = new SeedFiller(connection, new Random(options.seed), options);
  try {
    migrate(connection);
    if (connection.get('SELECT 1 AS one FROM projects LIMIT 1'))
      throw new Error(`There is memory in ${file} already.`);
    inTransaction(connection, () => filler.projects());
    for (let from = 0; from < options.sessions; from += SLICE) {
      const to = Math.min(options.sessions, from + SLICE);
      inTransaction(connection, () => {
        for (let index = from; index < to; index++) filler.session(index);
      });
      progress(`${to} of ${options.sessions} sessions, ${filler.counts.observations} observations`);
    }
  } finally {
    connection.close();
  }
  progress('making the search index');
  const engine = await Engine.open({ file, ...engineFiles, log: silentLogger });
  try {
    await new EngineSearchStore(engine, systemClock).catchUp();
  } finally {
    await engine.close();
  }
  return filler.counts;
}

function inTransaction(connection: SqliteConnection, work: () => void): void {
  connection.exec('BEGIN IMMEDIATE');
  work();
  connection.exec('COMMIT');
}
