import { readFileSync } from 'node:fs';
import * as fs from 'node:fs';
import { engineFiles } from '../../scripts/build';
import { refuseForeign, migrate } from '../../src/storage/migrations';
import { underSqlite } from '../../src/storage/sqljs/engineThread';
import { makeFileSystem, type FileSystem, type SystemCalls } from '../../src/storage/sqljs/fileSystem';
import { loadSqlite, SqliteConnection, type Sqlite } from '../../src/storage/sqljs/sqlite';

/** SQLite can be loaded once a process, so the disk under it is exchangeable here. */
let disk: FileSystem;
let loading: Promise<Sqlite> | undefined;

const exchangeable: FileSystem = {
  open: (...args) => disk.open(...args),
  close: (...args) => disk.close(...args),
  read: (...args) => disk.read(...args),
  write: (...args) => disk.write(...args),
  truncate: (...args) => disk.truncate(...args),
  flush: (...args) => disk.flush(...args),
  sync: (...args) => disk.sync(...args),
  size: (...args) => disk.size(...args),
  exists: (...args) => disk.exists(...args),
  remove: (...args) => disk.remove(...args),
};

/** SQLite in this thread, on the disk as it is until `openHere` puts another under it. */
export function loadHere(): Promise<Sqlite> {
  disk = makeFileSystem(fs);
  loading ??= loadSqlite(readFileSync(engineFiles.wasmFile), exchangeable);
  return loading;
}

/**
 * Opens a store in this thread as the engine does, on the real disk or on a made one, which stays under every
 * connection until the next call.
 */
export async function openHere(file: string, calls: SystemCalls = fs): Promise<SqliteConnection> {
  const sqlite = await loadHere();
  disk = underSqlite(makeFileSystem(calls));
  const connection = SqliteConnection.open(sqlite, file, refuseForeign);
  try {
    migrate(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
