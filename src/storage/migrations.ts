import { StoreTooNewError, StoreUnreadableError } from './errors';
import type { Sql } from './sql';

/** "TDMK": marks the file as a Tidemark store, so that a foreign database is never written to. */
const APPLICATION_ID = 0x54444d4b;

/**
 * Numbered by position, append-only: a step that has shipped is never edited. Each runs once, in a
 * transaction of its own with the version's increase, so that a crash leaves the old version or the new one.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

  CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    root TEXT NOT NULL
  );

  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    agent TEXT NOT NULL,
    agent_session_id TEXT NOT NULL,
    project_id INTEGER NOT NULL REFERENCES projects,
    started_at INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    UNIQUE (agent, agent_session_id)
  );
  CREATE INDEX sessions_by_activity ON sessions (last_activity_at);

  CREATE TABLE prompts (
    session_id INTEGER NOT NULL REFERENCES sessions,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    is_private INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, number)
  ) WITHOUT ROWID;

  -- The queue. AUTOINCREMENT: an id is never used again, though rows are deleted.
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL REFERENCES sessions,
    prompt_number INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'processing', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    available_at INTEGER NOT NULL DEFAULT 0,
    lease TEXT,
    batch INTEGER,
    error TEXT,
    tool_use_id TEXT
  );
  CREATE INDEX messages_by_session ON messages (session_id, state, id);
  -- Small ones for what looks over all sessions: however many wait, few are held, failed or put off.
  CREATE INDEX messages_held ON messages (lease) WHERE state = 'processing';
  CREATE INDEX messages_failed ON messages (available_at) WHERE state = 'failed';
  CREATE INDEX messages_due ON messages (available_at) WHERE state = 'pending' AND available_at > 0;
  -- Bodies apart from the queue's state: a claim or a retry then rewrites small rows only.
  CREATE TABLE message_bodies (
    message_id INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    body TEXT NOT NULL
  );

  -- What has been accepted before, under any of its keys.
  CREATE TABLE seen_events (key TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX seen_events_by_time ON seen_events (seen_at);

  CREATE TABLE observations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL REFERENCES sessions,
    prompt_number INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    provider TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    subtitle TEXT,
    narrative TEXT,
    facts TEXT NOT NULL,
    concepts TEXT NOT NULL,
    files_read TEXT NOT NULL,
    files_modified TEXT NOT NULL
  );
  CREATE INDEX observations_by_turn ON observations (session_id, prompt_number);
  CREATE INDEX observations_by_time ON observations (created_at);

  CREATE TABLE summaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL REFERENCES sessions,
    prompt_number INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    provider TEXT NOT NULL,
    request TEXT NOT NULL,
    investigated TEXT,
    learned TEXT,
    completed TEXT,
    next_steps TEXT,
    files_read TEXT NOT NULL,
    files_modified TEXT NOT NULL
  );
  CREATE INDEX summaries_by_turn ON summaries (session_id, prompt_number);
  CREATE INDEX summaries_by_time ON summaries (created_at);

  -- What became of each message: written in the transaction that deletes it.
  CREATE TABLE outcomes (
    message_id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES sessions,
    tool_use_id TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('observed', 'merged', 'skipped', 'summarised', 'discarded')),
    rule TEXT,
    -- No reference: what has become of a message stays known when the observation is forgotten.
    observation_id INTEGER
  );
  CREATE INDEX outcomes_by_session ON outcomes (session_id);

  -- The same unreadable payload again is counted, not kept again.
  CREATE TABLE set_aside (
    reason TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    head TEXT,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (reason, sha256)
  ) WITHOUT ROWID;
  `,
  `
  -- Which turn an event belongs to, whether a turn came to its end, and which sub-agent found something out.
  ALTER TABLE prompts ADD COLUMN agent_prompt_id TEXT;
  ALTER TABLE prompts ADD COLUMN ended_at INTEGER;
  UPDATE prompts SET ended_at = created_at;
  ALTER TABLE observations ADD COLUMN subagent_id TEXT;
  ALTER TABLE observations ADD COLUMN subagent_type TEXT;
  `,
  // Full-text search (queries/searchIndex.ts). A document is an observation (twice its id) or a summary (twice its
  // id and one). Whoever writes to these, the triggers name it as pending, and it is indexed before the commit.
  `
  CREATE TABLE search_documents (
    docid INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    length INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    type TEXT NOT NULL
  );
  CREATE TABLE search_sessions (
    session_id INTEGER PRIMARY KEY,
    documents INTEGER NOT NULL,
    length INTEGER NOT NULL,
    next_position INTEGER NOT NULL
  );
  CREATE TABLE search_pending (docid INTEGER PRIMARY KEY);
  INSERT INTO search_pending SELECT id * 2 FROM observations UNION ALL SELECT id * 2 + 1 FROM summaries;

  CREATE TRIGGER search_observation_added AFTER INSERT ON observations BEGIN
    INSERT OR IGNORE INTO search_pending VALUES (new.id * 2);
  END;
  CREATE TRIGGER search_observation_changed AFTER UPDATE ON observations BEGIN
    INSERT OR IGNORE INTO search_pending VALUES (old.id * 2), (new.id * 2);
  END;
  CREATE TRIGGER search_observation_removed AFTER DELETE ON observations BEGIN
    INSERT OR IGNORE INTO search_pending VALUES (old.id * 2);
  END;
  CREATE TRIGGER search_summary_added AFTER INSERT ON summaries BEGIN
    INSERT OR IGNORE INTO search_pending VALUES (new.id * 2 + 1);
  END;
  CREATE TRIGGER search_summary_changed AFTER UPDATE ON summaries BEGIN
    INSERT OR IGNORE INTO search_pending VALUES (old.id * 2 + 1), (new.id * 2 + 1);
  END;
  CREATE TRIGGER search_summary_removed AFTER DELETE ON summaries BEGIN
    INSERT OR IGNORE INTO search_pending VALUES (old.id * 2 + 1);
  END;
  `,
  `
  -- What requests to paid providers used: at its estimate until it is settled. It outlives its session.
  CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost_micros INTEGER NOT NULL,
    observations INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX usage_by_time ON usage (at);
  CREATE INDEX usage_by_session ON usage (session_id);
  `,
  // What people do with their memory: names, pins, edits, forgetting; and what shows how it fares.
  `
  ALTER TABLE sessions ADD COLUMN title TEXT;
  ALTER TABLE sessions ADD COLUMN agent_title TEXT;
  ALTER TABLE sessions ADD COLUMN archived_at INTEGER;
  CREATE INDEX sessions_by_project ON sessions (project_id);

  ALTER TABLE observations ADD COLUMN pinned_at INTEGER;
  ALTER TABLE observations ADD COLUMN edited_at INTEGER;
  CREATE INDEX observations_pinned ON observations (created_at) WHERE pinned_at IS NOT NULL;
  CREATE INDEX observations_by_type ON observations (type, created_at);

  -- A row leaves its table when it is forgotten, so that no query has to leave it out. What it said is erased
  -- later; the fingerprint stays, so that the same work doesn't bring it back.
  CREATE TABLE forgotten (
    kind TEXT NOT NULL CHECK (kind IN ('observation', 'summary')),
    id INTEGER NOT NULL,
    session_id INTEGER NOT NULL REFERENCES sessions,
    prompt_number INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    forgotten_at INTEGER NOT NULL,
    title TEXT,
    row TEXT,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
  CREATE INDEX forgotten_by_session ON forgotten (session_id);
  CREATE INDEX forgotten_by_time ON forgotten (forgotten_at) WHERE row IS NOT NULL;

  -- Which files an observation is about, and what was in them when it was made (null: nobody looked).
  CREATE TABLE observation_files (
    observation_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT,
    PRIMARY KEY (observation_id, path)
  ) WITHOUT ROWID;
  CREATE INDEX observation_files_by_path ON observation_files (path, observation_id);
  INSERT OR IGNORE INTO observation_files (observation_id, path)
    SELECT o.id, f.value FROM observations o, json_each(o.files_read) f
    UNION ALL SELECT o.id, f.value FROM observations o, json_each(o.files_modified) f;
  CREATE TRIGGER files_of_added AFTER INSERT ON observations BEGIN
    INSERT OR IGNORE INTO observation_files (observation_id, path)
      SELECT new.id, value FROM json_each(new.files_read) UNION ALL SELECT new.id, value FROM json_each(new.files_modified);
  END;
  CREATE TRIGGER files_of_changed AFTER UPDATE OF files_read, files_modified ON observations BEGIN
    DELETE FROM observation_files WHERE observation_id = new.id AND path NOT IN
      (SELECT value FROM json_each(new.files_read) UNION ALL SELECT value FROM json_each(new.files_modified));
    INSERT OR IGNORE INTO observation_files (observation_id, path)
      SELECT new.id, value FROM json_each(new.files_read) UNION ALL SELECT new.id, value FROM json_each(new.files_modified);
  END;
  CREATE TRIGGER files_of_removed AFTER DELETE ON observations BEGIN
    DELETE FROM observation_files WHERE observation_id = old.id;
  END;

  ALTER TABLE outcomes ADD COLUMN tool TEXT;
  ALTER TABLE outcomes ADD COLUMN created_at INTEGER;
  CREATE INDEX outcomes_by_observation ON outcomes (observation_id) WHERE observation_id IS NOT NULL;

  -- Counted as it happens, because the rows that it is about go. An hour is its ms since the epoch / 3,600,000.
  CREATE TABLE latency_counts (
    hour INTEGER NOT NULL,
    -- Twice the binary logarithm of the ms from accepted to distilled.
    bucket INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (hour, bucket)
  ) WITHOUT ROWID;
  CREATE TABLE context_counts (
    hour INTEGER PRIMARY KEY,
    times INTEGER NOT NULL,
    characters INTEGER NOT NULL
  );
  `,
];

export const SCHEMA_VERSION = migrations.length;

/**
 * Reads whose file this is, before anything is written to it. The version that it has.
 * @throws StoreTooNewError when a newer Tidemark wrote it, StoreUnreadableError when it is another program's
 * database.
 */
export function refuseForeign(sql: Sql, known = SCHEMA_VERSION): { version: number; isEmpty: boolean } {
  const version = sql.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  const id = sql.get<{ application_id: number }>('PRAGMA application_id')?.application_id ?? 0;
  const tables = sql.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0;
  if (id !== APPLICATION_ID && (tables > 0 || version > 0 || id !== 0)) {
    throw new StoreUnreadableError('The file is the database of another program, not a Tidemark store.');
  }
  if (version > known) throw new StoreTooNewError(version, known);
  return { version, isEmpty: tables === 0 };
}

/**
 * Brings the file up to this version. Durable when it returns.
 * @throws what `refuseForeign` throws; the file is unchanged then.
 */
export function migrate(sql: Sql, steps: readonly string[] = migrations): void {
  const { version, isEmpty } = refuseForeign(sql, steps.length);
  // Only an empty file can take these; they are part of the first migration.
  if (isEmpty) sql.exec('PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL; VACUUM');
  for (let step = version; step < steps.length; step++) {
    sql.exec('BEGIN IMMEDIATE');
    try {
      sql.exec(steps[step]!);
      sql.exec(`PRAGMA application_id=${APPLICATION_ID}; PRAGMA user_version=${step + 1}`);
      sql.exec('COMMIT');
    } catch (error) {
      rollBack(sql);
      throw error;
    }
  }
}

/** After some errors SQLite has rolled back by itself, and refuses to do it again. */
function rollBack(sql: Sql): void {
  try {
    sql.exec('ROLLBACK');
  } catch {
    // The error that led here is the one to tell.
  }
}
