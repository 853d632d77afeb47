import type { MemoriesQuery, MemoryGroup, MemoryGrouping, SourceEvent } from '../../memory/library';
import type { Observation, ObservationContent } from '../../memory/observation';
import type { Sql, SqlValue } from '../sql';
import type { OperationContext } from './context';
import {
  contentColumns,
  contentValues,
  observationColumns,
  toObservation,
  type ObservationRow,
} from './memoryRows';

/** A project of few sessions is read by these; of one with more, the newest observations are found sooner by time. */
const FEW_SESSIONS = 200;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** Each group is found by a step through an index, so that nothing has to be counted. */
export function groups(
  { sql }: OperationContext,
  { by, after, limit }: { by: MemoryGrouping; after?: string; limit: number },
): MemoryGroup[] {
  if (by === 'project') return projects(sql, after, limit);
  if (by === 'day') return days(sql, after, limit);
  const next = {
    type: 'SELECT min(type) AS next FROM observations WHERE type > ?',
    file: 'SELECT min(path) AS next FROM observation_files WHERE path > ?',
  }[by];
  const found: MemoryGroup[] = [];
  for (let key: string | null = after ?? ''; found.length < limit;) {
    key = sql.get<{ next: string | null }>(next, key)!.next;
    if (key === null) break;
    found.push({ key, name: key });
  }
  return found;
}

function projects(sql: Sql, after: string | undefined, limit: number): MemoryGroup[] {
  return sql
    .all<{ id: number; name: string }>(
      `SELECT id, name FROM projects p WHERE EXISTS (SELECT 1 FROM sessions s JOIN observations o ON o.session_id = s.id
         WHERE s.project_id = p.id)
       AND (?1 IS NULL OR (name COLLATE NOCASE, id) > ((SELECT name FROM projects WHERE id = ?1), ?1))
       ORDER BY name COLLATE NOCASE, id LIMIT ?2`,
      after === undefined ? null : Number(after),
      limit,
    )
    .map(({ id, name }) => ({ key: String(id), name }));
}

function days(sql: Sql, after: string | undefined, limit: number): MemoryGroup[] {
  const found: MemoryGroup[] = [];
  for (let before = after === undefined ? Number.MAX_SAFE_INTEGER : Number(after); found.length < limit;) {
    const { newest } = sql.get<{ newest: number | null }>(
      'SELECT max(created_at) AS newest FROM observations WHERE created_at < ?',
      before,
    )!;
    if (newest === null) break;
    before = new Date(newest).setHours(0, 0, 0, 0);
    found.push({ key: String(before), name: String(before) });
  }
  return found;
}

/** Newest first, in slices that need no sort of more than a few sessions. */
export function memories({ sql }: OperationContext, query: MemoriesQuery): Observation[] {
  const { after, limit, pinned } = query;
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const and = (condition: string, ...given: SqlValue[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  if (query.group) groupCondition(sql, query.group, and);
  if (pinned) and('o.pinned_at IS NOT NULL');
  if (after) and('(o.created_at, o.id) < (?, ?)', after.at, after.id);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return sql
    .all<ObservationRow>(
      `SELECT ${observationColumns} ${where} ORDER BY o.created_at DESC, o.id DESC LIMIT ?`,
      ...values,
      limit,
    )
    .map(toObservation);
}

function groupCondition(
  sql: Sql,
  { by, key }: { by: MemoryGrouping; key: string },
  and: (condition: string, ...values: SqlValue[]) => void,
): void {
  switch (by) {
    case 'type':
      return and('o.type = ?', key);
    case 'file':
      return and('o.id IN (SELECT observation_id FROM observation_files WHERE path = ?)', key);
    case 'day': {
      const start = Number(key);
      // The next midnight: a day may have 23 or 25 hours.
      return and(
        'o.created_at >= ? AND o.created_at < ?',
        start,
        new Date(start + 1.5 * DAY_MS).setHours(0, 0, 0, 0),
      );
    }
    case 'project': {
      const { n } = sql.get<{ n: number }>(
        'SELECT count(*) AS n FROM (SELECT 1 FROM sessions WHERE project_id = ? LIMIT ?)',
        Number(key),
        FEW_SESSIONS + 1,
      )!;
      // A unary plus keeps SQLite from using the index behind a column.
      const column = n > FEW_SESSIONS ? '+o.session_id' : 'o.session_id';
      return and(`${column} IN (SELECT id FROM sessions WHERE project_id = ?)`, Number(key));
    }
  }
}

export function sources({ sql }: OperationContext, { id }: { id: number }): SourceEvent[] {
  return sql
    .all<{ message_id: number; tool_use_id: string | null; tool: string | null; created_at: number | null }>(
      'SELECT message_id, tool_use_id, tool, created_at FROM outcomes WHERE observation_id = ? ORDER BY message_id',
      id,
    )
    .map((row) => ({
      messageId: row.message_id,
      ...(row.tool_use_id !== null && { toolUseId: row.tool_use_id }),
      ...(row.tool !== null && { tool: row.tool }),
      ...(row.created_at !== null && { at: row.created_at }),
    }));
}

/** The sessions of those that changed. */
export function pin(
  { sql }: OperationContext,
  { ids, pinned, at }: { ids: readonly number[]; pinned: boolean; at: number },
): number[] {
  return ids.flatMap(
    (id) =>
      sql.get<{ session_id: number }>(
        `UPDATE observations SET pinned_at = ? WHERE id = ? AND (pinned_at IS NULL) = ? RETURNING session_id`,
        pinned ? Math.round(at) : null,
        id,
        pinned ? 1 : 0,
      )?.session_id ?? [],
  );
}

/** The session of the observation that was changed. */
export function editObservation(
  { sql }: OperationContext,
  { id, content, at }: { id: number; content: ObservationContent; at: number },
): number | undefined {
  return sql.get<{ session_id: number }>(
    `UPDATE observations SET ${contentColumns.map((c) => `${c} = ?`).join(', ')}, edited_at = ? WHERE id = ?
     RETURNING session_id`,
    ...contentValues(content),
    Math.round(at),
    id,
  )?.session_id;
}
