import type { AgentId } from '../../capture/vocabulary';
import type { ObservationType } from '../../memory/observation';
import { parseQuery, type ParsedQuery, type Wish } from '../../memory/search/queryText';
import { orderSessions, rank, type Candidate, type Collection } from '../../memory/search/ranking';
import { snippetOf } from '../../memory/search/snippet';
import { SEARCH_LIMIT, type SearchHit, type SearchQuery, type SessionHit } from '../../memory/search';
import type { Row, Sql, SqlValue } from '../sql';
import type { OperationContext } from './context';
import { isBehind, onIndex } from './searchIndex';
import { documentsWith, matchOf, termCounts, type Match } from './searchMatch';
import { refine } from './searchRefine';

/** Texts that one slice reads: a few milliseconds, after which other work may come in between. */
const SLICE = 500;
/** Texts that one search reads. Wishes that are too common for it only help to put the found in order. */
const MOST_READ = 2_000;
/** From so many texts on, slices are half as large, and to count the texts with one word takes as long as one. */
const MANY = 40_000;
/** Searches of which the rest has not been asked for; the oldest is given up. */
const MOST_OPEN = 32;

export interface SearchAnswer {
  readonly hits: SearchHit[];
  readonly sessions: SessionHit[];
}

/** `more` is to be continued, `behind` tells that the index has to be brought up to date before. */
export type SearchReply =
  { kind: 'found'; answer: SearchAnswer } | { kind: 'more'; search: number } | { kind: 'behind' };

interface OpenSearches {
  next: number;
  readonly running: Map<number, Generator<void, SearchAnswer>>;
}
const openSearches = new WeakMap<Sql, OpenSearches>();

/** The first slice of a search. @throws IndexDamagedError */
export function beginSearch(
  context: OperationContext,
  args: { query: SearchQuery; now: number },
): SearchReply {
  const { sql } = context;
  if (isBehind(sql)) return { kind: 'behind' };
  const open: OpenSearches = openSearches.get(sql) ?? { next: 1, running: new Map() };
  openSearches.set(sql, open);
  const search = open.next++;
  open.running.set(search, searching(sql, args.query, args.now));
  for (const oldest of open.running.keys()) {
    if (open.running.size <= MOST_OPEN) break;
    open.running.delete(oldest);
  }
  return continueSearch(context, { search });
}

/** The next slice. A search that was given up is answered as if the index were behind: it is to begin again. */
export function continueSearch({ sql }: OperationContext, { search }: { search: number }): SearchReply {
  const running = openSearches.get(sql)?.running;
  const generator = running?.get(search);
  if (!generator) return { kind: 'behind' };
  try {
    const step = onIndex(sql, () => generator.next());
    if (!step.done) return { kind: 'more', search };
    running!.delete(search);
    return { kind: 'found', answer: step.value };
  } catch (error) {
    running!.delete(search);
    throw error;
  }
}

function* searching(sql: Sql, query: SearchQuery, now: number): Generator<void, SearchAnswer> {
  const limit = Math.max(0, Math.min(query.limit, SEARCH_LIMIT));
  const parsed = parseQuery(query.text);
  const collection = collectionOf(sql, query);
  const common = yield* tooCommon(sql, parsed, collection);
  const match = matchOf(parsed, common, query.file);
  const filter = filterOf(query);
  const most = collection.documents > MANY ? SLICE / 2 : SLICE;
  const candidates: Candidate[] = [];
  let below = Number.MAX_SAFE_INTEGER;
  while (candidates.length < MOST_READ) {
    const slice = readSlice(sql, match, filter, parsed.wishes.length, below, match ? most : limit);
    candidates.push(...slice);
    if (slice.length < most) break;
    below = slice.at(-1)!.docid;
    yield;
  }
  const ranking = rank(candidates, collection, common, now, pinned(sql));
  if (candidates.length > SLICE) yield;
  refine(sql, ranking, parsed, common);
  orderSessions(ranking);
  if (candidates.length > SLICE) yield;
  return {
    hits: hitsOf(sql, ranking.documents.slice(0, limit), parsed),
    sessions: ranking.sessions.slice(0, limit),
  };
}

/** The newest of what is pinned, as documents: people pin few. */
function pinned(sql: Sql): Set<number> {
  const rows = sql.all<{ id: number }>(
    'SELECT id FROM observations WHERE pinned_at IS NOT NULL ORDER BY created_at DESC LIMIT 1000',
  );
  return new Set(rows.map(({ id }) => id * 2));
}

/** What is searched as a whole: of the project, where one is asked for. */
function collectionOf(sql: Sql, { projectId }: SearchQuery): Collection {
  return sql.get<{ documents: number; length: number; sessions: number }>(
    `SELECT ifnull(sum(documents), 0) AS documents, ifnull(sum(length), 0) AS length, count(*) AS sessions
     FROM search_sessions${projectId === undefined ? '' : ' JOIN sessions s ON s.id = session_id AND s.project_id = ?'}`,
    ...(projectId === undefined ? [] : [projectId]),
  )!;
}

/**
 * For each wish, how many texts have it when it is too common to be looked for, else 0. The rarest wishes are
 * looked for as long as there is room; required ones always, and at least one.
 */
function* tooCommon(sql: Sql, { wishes }: ParsedQuery, { documents }: Collection): Generator<void, number[]> {
  const common = wishes.map(() => 0);
  if (documents <= MOST_READ || wishes.length < 2) return common;
  const countOf = termCounts(sql);
  const counts: { index: number; wish: Wish; count: number }[] = [];
  for (const [index, wish] of wishes.entries()) {
    counts.push({ index, wish, count: documentsWith(wish, countOf) });
    if (documents > MANY) yield;
  }
  counts.sort((a, b) => Number(b.wish.isRequired) - Number(a.wish.isRequired) || a.count - b.count);
  let read = 0;
  for (const { index, wish, count } of counts) {
    if (read > 0 && !wish.isRequired && read + count > MOST_READ) common[index] = count;
    else read += wish.isRequired ? 0 : count;
  }
  return common;
}

interface Filter {
  readonly join: string;
  readonly where: string;
  readonly values: SqlValue[];
}

function filterOf({ projectId, types, file, agent, since, until }: SearchQuery): Filter {
  const where: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, ...bound: SqlValue[]) => {
    where.push(` AND ${condition}`);
    values.push(...bound);
  };
  if (projectId !== undefined) add('s.project_id = ?', projectId);
  if (agent !== undefined) add('s.agent = ?', agent);
  if (since !== undefined) add('d.created_at >= ?', since);
  if (until !== undefined) add('d.created_at < ?', until);
  if (types !== undefined) add('d.type IN (SELECT value FROM json_each(?))', JSON.stringify(types));
  if (file !== undefined) {
    const path = file.replaceAll('\\', '/');
    const has = (table: string) =>
      `SELECT 1 FROM ${table} m, json_each('[' || m.files_read || ',' || m.files_modified || ']') l, json_each(l.value) f
       WHERE m.id = d.docid / 2 AND (replace(f.value, '\\', '/') = ? OR substr(replace(f.value, '\\', '/'), -?) = ?)`;
    const bound = [path, path.length + 1, `/${path}`];
    add(
      `CASE d.docid % 2 WHEN 0 THEN EXISTS (${has('observations')}) ELSE EXISTS (${has('summaries')}) END`,
      ...bound,
      ...bound,
    );
  }
  const bySession = projectId !== undefined || agent !== undefined;
  return { join: bySession ? ' JOIN sessions s ON s.id = d.session_id' : '', where: where.join(''), values };
}

interface CandidateRow extends Row {
  docid: number;
  session_id: number;
  position: number;
  created_at: number;
  length: number;
  session_length: number;
  found: Uint8Array | null;
}

const columns = 'd.docid, d.session_id, d.position, d.created_at, d.length, t.length AS session_length';

function readSlice(
  sql: Sql,
  match: Match | undefined,
  { join, where, values }: Filter,
  wishes: number,
  below: number,
  limit: number,
): Candidate[] {
  const rest = `JOIN search_sessions t ON t.session_id = d.session_id${join}`;
  const rows = match
    ? sql.all<CandidateRow>(
        `SELECT ${columns}, matchinfo(search_index, 'y') AS found FROM search_index
         CROSS JOIN search_documents d ON d.docid = search_index.docid ${rest}
         WHERE search_index MATCH ? AND search_index.docid < ?${where} ORDER BY search_index.docid DESC LIMIT ?`,
        ...[match.expression, below, ...values, limit],
      )
    : sql.all<CandidateRow>(
        `SELECT ${columns}, NULL AS found FROM search_documents d ${rest}
         WHERE d.docid < ?${where} ORDER BY d.created_at DESC, d.docid DESC LIMIT ?`,
        ...[below, ...values, limit],
      );
  return rows.map((row) => ({
    docid: row.docid,
    sessionId: row.session_id,
    position: row.position,
    createdAt: row.created_at,
    length: row.length,
    sessionLength: row.session_length,
    hits: match ? match.hits(row.found!) : new Array<number>(wishes).fill(0),
    score: 0,
  }));
}

interface HitRow extends Row {
  id: number;
  session_id: number;
  project_id: number;
  agent: string;
  type: string;
  title: string;
  body: string;
  facts: string | null;
  created_at: number;
}

const summaryRows = `SELECT m.id, m.session_id, s.project_id, s.agent, 'summary' AS type, m.request AS title, m.created_at,
  concat_ws(' ', m.investigated, m.learned, m.completed, m.next_steps) AS body, NULL AS facts
  FROM summaries m JOIN sessions s ON s.id = m.session_id WHERE m.id IN (SELECT value FROM json_each(?))`;
const observationRows = `SELECT o.id, o.session_id, s.project_id, s.agent, o.type, o.title, o.created_at,
  concat_ws(' ', o.subtitle, o.narrative) AS body, o.facts
  FROM observations o JOIN sessions s ON s.id = o.session_id WHERE o.id IN (SELECT value FROM json_each(?))`;

/** The rows themselves: what is not there any more is never shown, whatever the index says. */
function hitsOf(sql: Sql, ranked: readonly Candidate[], parsed: ParsedQuery): SearchHit[] {
  const terms = new Set(parsed.wishes.flatMap(({ variants }) => variants.flatMap((v) => v.terms)));
  const rows = (statement: string, kind: number) => {
    const ids = ranked.filter(({ docid }) => docid % 2 === kind).map(({ docid }) => Math.floor(docid / 2));
    const found = ids.length > 0 ? sql.all<HitRow>(statement, JSON.stringify(ids)) : [];
    return found.map((row) => [row.id * 2 + kind, row] as const);
  };
  const byDocid = new Map([...rows(observationRows, 0), ...rows(summaryRows, 1)]);
  return ranked.flatMap(({ docid, score }): SearchHit[] => {
    const row = byDocid.get(docid);
    return row ? [{ ...hitOf(row, terms), score }] : [];
  });
}

function hitOf(row: HitRow, terms: ReadonlySet<string>): Omit<SearchHit, 'score'> {
  const facts = row.facts === null ? [] : (JSON.parse(row.facts) as string[]);
  return {
    kind: row.type === 'summary' ? 'summary' : 'observation',
    id: row.id,
    sessionId: row.session_id,
    projectId: row.project_id,
    agent: row.agent as AgentId,
    type: row.type as ObservationType | 'summary',
    title: row.title,
    snippet: snippetOf([row.body, ...facts].join(' ').trim() || row.title, terms),
    createdAt: row.created_at,
  };
}
