import { INDEX_VERSION, indexedText, type IndexedText } from '../../memory/search/indexedText';
import { IndexDamagedError, StorageFailedError, StoreUnreadableError } from '../errors';
import type { Row, Sql } from '../sql';
import type { OperationContext } from './context';

/**
 * The full-text index: derived from observations and summaries, in step with them by triggers that name what has
 * changed (`search_pending`), whoever changed it. Most is indexed in the transaction of the change; what is more
 * than a few documents, and an index that has to be made anew, in slices.
 *
 * state (in `meta`):  none ──▶ ready ──damage, other version──▶ clearing ──▶ naming:<id> ──▶ ready
 */
const STATE = 'search.index';
const READY = `ready:${INDEX_VERSION}`;
const CLEARING = 'clearing';

/** Documents that one commit of others' work may index besides. */
const BESIDES = 16;
/** Documents, and rows that are cleared, in one slice: a few milliseconds. */
const SLICE = 32;
const CLEAR_SLICE = 200;
const NAME_SLICE = 2_000;

const CREATE = `
  CREATE VIRTUAL TABLE search_index USING fts4(title, body, names, tokenize=simple);
  INSERT INTO search_index (search_index) VALUES ('automerge=8');`;

/** Called before each commit. Never the reason why one fails: a damaged index is noted, and made anew later. */
export function indexBeforeCommit(sql: Sql): void {
  indexPending(sql, BESIDES);
}

/**
 * One slice of what is to be done until the index has everything. Called again and again, so that other work comes
 * in between. `damaged`: it was found to be, and is to be made anew, by more slices.
 */
export function maintainIndex({ sql }: OperationContext): 'done' | 'more' | 'damaged' {
  const state = stateOf(sql);
  if (state === READY || state === undefined) {
    indexPending(sql, SLICE);
    if (stateOf(sql) === CLEARING) return 'damaged';
    return isBehind(sql) ? 'more' : 'done';
  }
  if (state.startsWith('naming:')) nameDocuments(sql, Number(state.slice('naming:'.length)));
  else clear(sql);
  return 'more';
}

/** The index is to be made anew, by `maintainIndex`. */
export function rebuildIndex({ sql }: OperationContext): void {
  setState(sql, CLEARING);
}

/** What the index takes on disk, about, in bytes: its terms and its own copy of them. */
export function indexSize({ sql }: OperationContext): { bytes: number } {
  return sql.get<{ bytes: number }>(
    `SELECT (SELECT ifnull(sum(length(block)), 0) FROM search_index_segments)
     + (SELECT ifnull(sum(length(root)), 0) FROM search_index_segdir)
     + (SELECT ifnull(sum(length(c0title) + length(c1body) + length(c2names)), 0) FROM search_index_content) AS bytes`,
  ) as unknown as { bytes: number };
}

/** Whether a search would miss something. */
export function isBehind(sql: Sql): boolean {
  return hasPending(sql) || stateOf(sql) !== READY;
}

function hasPending(sql: Sql): boolean {
  return sql.get('SELECT 1 AS found FROM search_pending LIMIT 1') !== undefined;
}

function stateOf(sql: Sql): string | undefined {
  return sql.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', STATE)?.value;
}

function setState(sql: Sql, state: string): void {
  sql.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', STATE, state);
}

/** Searches and changes of the index run through here. @throws IndexDamagedError */
export function onIndex<T>(sql: Sql, use: () => T): T {
  return sql.onIndex ? sql.onIndex(use) : use();
}

function indexPending(sql: Sql, most: number): void {
  const pending = sql.all<{ docid: number }>('SELECT docid FROM search_pending ORDER BY docid LIMIT ?', most);
  const state = pending.length > 0 || most === SLICE ? (stateOf(sql) ?? make(sql)) : READY;
  if (pending.length === 0 || state !== READY) return;
  indexDocuments(
    sql,
    pending.map(({ docid }) => docid),
  );
}

/**
 * One that can't be indexed, for whatever reason, is left out of the index, and takes no other with it.
 *
 * FTS4 writes the terms that it has gathered as one segment when asked to flush, and else at every statement that
 * may have to be undone, and at COMMIT. There damage would take the whole transaction with it, and can't be undone
 * by a savepoint. So its table is written to last, by statements of its own, and flushed: one segment a slice.
 */
function indexDocuments(sql: Sql, docids: readonly number[]): void {
  sql.exec('SAVEPOINT search');
  try {
    const former = docids.filter((docid) => unlistDocument(sql, docid));
    const texts = docids.flatMap((docid) => {
      const text = listDocument(sql, docid);
      return text ? [{ docid, text }] : [];
    });
    for (const docid of docids) sql.run('DELETE FROM search_pending WHERE docid = ?', docid);
    onIndex(sql, () => {
      for (const docid of former) sql.run('DELETE FROM search_index WHERE docid = ?', docid);
      for (const { docid, text } of texts)
        sql.run(
          'INSERT INTO search_index (docid, title, body, names) VALUES (?, ?, ?, ?)',
          ...[docid, text.title, text.body, text.names],
        );
      sql.run(`INSERT INTO search_index (search_index) VALUES ('flush')`);
    });
    sql.exec('RELEASE search');
  } catch (error) {
    if (error instanceof StorageFailedError || error instanceof StoreUnreadableError) throw error;
    sql.exec('ROLLBACK TO search; RELEASE search');
    if (error instanceof IndexDamagedError) setState(sql, CLEARING);
    else if (docids.length > 1) for (const docid of docids) indexDocuments(sql, [docid]);
    else leaveOut(sql, docids[0]!);
  }
}

function leaveOut(sql: Sql, docid: number): void {
  sql.run('DELETE FROM search_pending WHERE docid = ?', docid);
  if (unlistDocument(sql, docid))
    onIndex(sql, () => sql.run('DELETE FROM search_index WHERE docid = ?', docid));
}

function make(sql: Sql): string {
  sql.exec(CREATE);
  setState(sql, READY);
  return READY;
}

function clear(sql: Sql): void {
  // The rows of its tables first: to drop a large table is one long step.
  for (const table of ['search_index_content', 'search_index_segments', 'search_index_docsize']) {
    if (clearSlice(sql, table)) return;
  }
  sql.exec('DROP TABLE IF EXISTS search_index; DELETE FROM search_documents; DELETE FROM search_sessions');
  sql.exec('DELETE FROM search_pending');
  sql.exec(CREATE);
  setState(sql, 'naming:0');
}

function clearSlice(sql: Sql, table: string): boolean {
  if (!sql.get('SELECT 1 AS found FROM sqlite_schema WHERE name = ?', table)) return false;
  try {
    return onIndex(sql, () => {
      sql.exec(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} ORDER BY rowid LIMIT ${CLEAR_SLICE})`,
      );
      return sql.get(`SELECT 1 AS found FROM ${table} LIMIT 1`) !== undefined;
    });
  } catch (error) {
    // Damage in the middle: dropping it as a whole reads less of it.
    if (error instanceof IndexDamagedError) return false;
    throw error;
  }
}

function nameDocuments(sql: Sql, after: number): void {
  const until = after + NAME_SLICE;
  sql.run(
    `INSERT OR IGNORE INTO search_pending
     SELECT id * 2 FROM observations WHERE id > ?1 AND id <= ?2
     UNION ALL SELECT id * 2 + 1 FROM summaries WHERE id > ?1 AND id <= ?2`,
    after,
    until,
  );
  const { last } = sql.get<{ last: number }>(
    `SELECT max(ifnull((SELECT max(id) FROM observations), 0), ifnull((SELECT max(id) FROM summaries), 0)) AS last`,
  )!;
  setState(sql, until >= last ? READY : `naming:${until}`);
}

/** Whether it was in the index, of which it is no part any more once it is deleted there. */
function unlistDocument(sql: Sql, docid: number): boolean {
  const old = sql.get<{ session_id: number; length: number }>(
    'SELECT session_id, length FROM search_documents WHERE docid = ?',
    docid,
  );
  if (!old) return false;
  sql.run('DELETE FROM search_documents WHERE docid = ?', docid);
  sql.run(
    'UPDATE search_sessions SET documents = documents - 1, length = length - ? WHERE session_id = ?',
    old.length,
    old.session_id,
  );
  return true;
}

/** What is to be indexed of it; undefined where it is not remembered any more. */
function listDocument(sql: Sql, docid: number): IndexedText | undefined {
  const source = docid % 2 === 0 ? observationSource(sql, docid / 2) : summarySource(sql, (docid - 1) / 2);
  if (!source) return undefined;
  const { text, sessionId, createdAt, type } = source;
  const { position } = sql.get<{ position: number }>(
    `INSERT INTO search_sessions (session_id, documents, length, next_position) VALUES (?1, 1, ?2, 1)
     ON CONFLICT (session_id) DO UPDATE SET documents = documents + 1, length = length + ?2, next_position = next_position + 1
     RETURNING next_position - 1 AS position`,
    sessionId,
    text.length,
  )!;
  sql.run(
    'INSERT INTO search_documents (docid, session_id, position, length, created_at, type) VALUES (?, ?, ?, ?, ?, ?)',
    ...[docid, sessionId, position, text.length, createdAt, type],
  );
  return text;
}

interface Source {
  readonly text: IndexedText;
  readonly sessionId: number;
  readonly createdAt: number;
  readonly type: string;
}

interface SourceRow extends Row {
  session_id: number;
  created_at: number;
  type: string;
  title: string;
  body: string;
  files_read: string;
  files_modified: string;
}

function observationSource(sql: Sql, id: number): Source | undefined {
  const row = sql.get<SourceRow & { facts: string; concepts: string }>(
    `SELECT session_id, created_at, type, title, concat_ws(char(10), subtitle, narrative) AS body, facts, concepts,
     files_read, files_modified FROM observations WHERE id = ?`,
    id,
  );
  return row && source(row, [row.body, ...list(row.facts), ...list(row.concepts)].join('\n'));
}

function summarySource(sql: Sql, id: number): Source | undefined {
  const row = sql.get<SourceRow>(
    `SELECT session_id, created_at, 'summary' AS type, request AS title,
     concat_ws(char(10), investigated, learned, completed, next_steps) AS body, files_read, files_modified
     FROM summaries WHERE id = ?`,
    id,
  );
  return row && source(row, row.body);
}

function source(row: SourceRow, body: string): Source {
  const files = [...list(row.files_read), ...list(row.files_modified)];
  return {
    text: indexedText(row.title, body, files, row.created_at),
    sessionId: row.session_id,
    createdAt: row.created_at,
    type: row.type,
  };
}

const list = (json: string) => JSON.parse(json) as string[];
