import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../src/base/logger';
import type { Sql } from '../../src/storage/sql';
import { Engine } from '../../src/storage/sqljs/engine';
import { migrate } from '../../src/storage/migrations';
import { nodeFileSystem } from '../../src/storage/sqljs/fileSystem';
import { loadSqlite, SqliteConnection, type Sqlite } from '../../src/storage/sqljs/sqlite';
import { engineFiles } from '../../scripts/build';

export interface Memory {
  title: string;
  narrative?: string;
  files?: string[];
  at: number;
}

/** Writes many observations into the store's tables, as one transaction; the product's triggers see each. */
export class StoreFiller {
  constructor(private readonly sql: Sql) {}

  /** Its id. */
  project(name: string): number {
    return this.sql.get<{ id: number }>(
      'INSERT INTO projects (key, name, root) VALUES (?1, ?1, ?1) RETURNING id',
      name,
    )!.id;
  }

  /** Its id. */
  session(projectId: number, name: string, at: number): number {
    return this.sql.get<{ id: number }>(
      `INSERT INTO sessions (agent, agent_session_id, project_id, started_at, last_activity_at)
       VALUES ('claude-code', ?, ?, ?, ?) RETURNING id`,
      ...[name, projectId, at, at],
    )!.id;
  }

  /** Its id. */
  observation(sessionId: number, { title, narrative, files = [], at }: Memory): number {
    return this.sql.get<{ id: number }>(
      `INSERT INTO observations (session_id, prompt_number, created_at, provider, type, title, narrative, facts,
       concepts, files_read, files_modified) VALUES (?, 1, ?, 'bench', 'note', ?, ?, '[]', '[]', '[]', ?) RETURNING id`,
      ...[sessionId, at, title, narrative ?? null, JSON.stringify(files)],
    )!.id;
  }
}

/** It can be loaded once a process. */
let sqlite: Promise<Sqlite> | undefined;

/** Makes a store in `folder`, which must not have one, and fills it; its index is still to be made. */
export async function makeStore(folder: string, fill: (filler: StoreFiller) => void): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'tidemark.db');
  sqlite ??= loadSqlite(readFileSync(engineFiles.wasmFile), nodeFileSystem);
  const connection = SqliteConnection.open(await sqlite, file);
  migrate(connection);
  connection.exec('BEGIN IMMEDIATE');
  fill(new StoreFiller(connection));
  connection.exec('COMMIT');
  connection.close();
  return file;
}

export function openEngine(file: string): Promise<Engine> {
  return Engine.open({ file, ...engineFiles, log: silentLogger });
}
