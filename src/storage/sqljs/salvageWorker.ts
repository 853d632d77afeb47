import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Row } from '../sql';
import { nodeFileSystem } from './fileSystem';
import { toPlain } from './protocol';
import { loadSqlite, SqliteConnection } from './sqlite';

/** What a person would miss, in an order in which it can be read in again. */
const tables = ['projects', 'sessions', 'prompts', 'observations', 'summaries'] as const;
/** A damaged page hides at most some dozens of rows; this many misses in a row are the end of the table. */
const GIVE_UP_AFTER = 2_000;

export interface SalvageData {
  /** The damaged file. It is opened for reading only, by a name that nothing else uses. */
  file: string;
  wasmFile: string;
  /** Written anew: one JSON object a line, `{table, row}`. */
  into: string;
}

/** Reads every row that can be read, one by one, past the damage. The number of rows. */
function salvage(connection: SqliteConnection, write: (line: string) => void): number {
  let rows = 0;
  for (const table of tables) {
    // WITHOUT ROWID tables have no ids to step by: read as far as they go.
    const step = table === 'prompts' ? byOffset(connection, table) : byId(connection, table);
    for (const row of step) {
      write(JSON.stringify({ table, row }) + '\n');
      rows++;
    }
  }
  return rows;
}

function* byId(connection: SqliteConnection, table: string): Generator<Row> {
  let misses = 0;
  for (let id = 0; misses < GIVE_UP_AFTER;) {
    const next = attempt(() =>
      connection.get<Row & { id: number }>(`SELECT * FROM ${table} WHERE id > ? ORDER BY id LIMIT 1`, id),
    );
    if (next === undefined) return;
    if (next === 'damaged') {
      misses++;
      id++;
    } else {
      misses = 0;
      id = next.id;
      yield next;
    }
  }
}

function* byOffset(connection: SqliteConnection, table: string): Generator<Row> {
  for (let offset = 0; ; offset++) {
    const next = attempt(() => connection.get(`SELECT * FROM ${table} LIMIT 1 OFFSET ?`, offset));
    if (next === undefined || next === 'damaged') return;
    yield next;
  }
}

function attempt<T>(read: () => T): T | 'damaged' {
  try {
    return read();
  } catch {
    // Whatever the error is: this row can't be had, and another one perhaps can.
    return 'damaged';
  }
}

async function main({ file, wasmFile, into }: SalvageData): Promise<number> {
  const sqlite = await loadSqlite(readFileSync(wasmFile), nodeFileSystem);
  const connection = SqliteConnection.open(sqlite, file);
  const out = openSync(into, 'wx', 0o600);
  try {
    return salvage(connection, (line) => writeSync(out, line));
  } finally {
    fsyncSync(out);
    closeSync(out);
    attempt(() => connection.close());
  }
}

main(workerData as SalvageData).then(
  (rows) => parentPort!.postMessage({ rows }),
  (error: unknown) => parentPort!.postMessage({ rows: 0, error: toPlain(error) }),
);
