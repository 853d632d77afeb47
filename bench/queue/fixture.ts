import { closeSync, copyFileSync, existsSync, fdatasyncSync, openSync, readFileSync } from 'node:fs';
import { engineFiles } from '../../scripts/build';
import { migrate } from '../../src/storage/migrations';
import { operations } from '../../src/storage/queries/operations';
import { nodeFileSystem } from '../../src/storage/sqljs/fileSystem';
import { loadSqlite, SqliteConnection, type Sqlite } from '../../src/storage/sqljs/sqlite';
import { meanBodyBytes, newMessage } from './messages';

const MB = 1_000_000;
/** Sessions with waiting messages; the first is the one that is measured. */
const SESSIONS = 20;
/** What one waiting message takes beside its body: its row, its indexes, its names. */
const ROW_BYTES = 600;

let loading: Promise<Sqlite> | undefined;

/** The engine's own SQLite, in this thread: for building files, never for measuring. */
export function sqlite(): Promise<Sqlite> {
  loading ??= loadSqlite(readFileSync(engineFiles.wasmFile), nodeFileSystem);
  return loading;
}

export interface StoreShape {
  /** Size of the file, MB. What waits may make it larger. */
  megabytes: number;
  /** Messages that wait. */
  depth: number;
}

/** Makes a store of this shape, closed and on disk: work of the past, and what waits. Session 1 is in it. */
export async function buildStore(file: string, { megabytes, depth }: StoreShape): Promise<void> {
  const connection = SqliteConnection.open(await sqlite(), file);
  migrate(connection);
  connection.exec('PRAGMA cache_size=-262144; BEGIN');
  for (let n = 1; n <= SESSIONS; n++) addSession({ sql: connection, moved: () => undefined }, n);
  addHistory(connection, megabytes * MB - depth * (meanBodyBytes + ROW_BYTES));
  const context = { sql: connection, moved: () => undefined };
  for (let n = 0; n < depth; n++) operations.enqueue(context, newMessage(1 + (n % SESSIONS)));
  connection.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
  sync(file);
}

/** A copy that is on disk: the kernel's own writing back must not be going on while somebody measures. */
export function copyStore(from: string, to: string): void {
  for (const suffix of ['', '-wal']) {
    if (!existsSync(from + suffix)) continue;
    copyFileSync(from + suffix, to + suffix);
    sync(to + suffix);
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  fdatasyncSync(descriptor);
  closeSync(descriptor);
}

function addSession(context: Parameters<typeof operations.ensureSession>[0], n: number): void {
  const project = { key: `/home/dev/project${n % 5}/.git`, name: `project${n % 5}`, root: '/home/dev' };
  const at = 1_700_000_000_000 + n;
  const { id } = operations.ensureSession(context, {
    ...{ agent: 'claude-code', agentSessionId: `session-${n}`, project, at },
  });
  const text = 'Why does the test of the summer day fail? Please do not change what it expects.';
  operations.addPrompt(context, { sessionId: id, text, isPrivate: false, at, dedupeKeys: [] });
}

/** Finished messages, each with an observation, an outcome and two names, until the file has its size. */
function addHistory(connection: SqliteConnection, bytes: number): void {
  const pageCount = () => connection.get<{ page_count: number }>('PRAGMA page_count')!.page_count;
  const slab = 400;
  for (let first = 1; pageCount() * 4096 < bytes; first += slab) {
    const numbers = `WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${first + slab - 1})`;
    connection.exec(`
      ${numbers} INSERT INTO observations (session_id, prompt_number, created_at, provider, type, title, subtitle,
          narrative, facts, concepts, files_read, files_modified)
        SELECT 1 + i % ${SESSIONS}, 1, 1700000000000 + i, 'builtin', 'change', 'Changed src/time/day-' || i || '.ts',
          'The key of a day is made in the hotel''s own time zone',
          ${longText(12)}, json_array(${longText(3)}, ${longText(3)}), '["time zones"]',
          json_array('src/time/zone.ts'), json_array('src/time/day-' || i || '.ts') FROM n;
      ${numbers} INSERT INTO outcomes (message_id, session_id, tool_use_id, outcome, observation_id)
        SELECT i, 1 + i % ${SESSIONS}, 'toolu_' || hex(randomblob(12)), 'observed', i FROM n;
      ${numbers} INSERT INTO seen_events (key, seen_at)
        SELECT 'event:' || lower(hex(randomblob(16))), 1700000000000 + i FROM n;
      ${numbers} INSERT INTO seen_events (key, seen_at)
        SELECT 'claude-code:' || lower(hex(randomblob(16))) || ':toolUsed:toolu_' || i, 1700000000000 + i FROM n;
      DELETE FROM sqlite_sequence WHERE name = 'messages';
      INSERT INTO sqlite_sequence (name, seq) VALUES ('messages', ${first + slab - 1})`);
  }
}

/** An SQL expression: words that differ from row to row. */
function longText(words: number): string {
  return Array.from({ length: words }, (_, w) => `'the arrival of guest ' || (i * ${w + 7}) % 9973`).join(
    ` || ', ' || `,
  );
}
