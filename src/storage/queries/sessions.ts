import type { AgentId, ProjectRef } from '../../capture/vocabulary';
import type { DedupeKey, MessageState } from '../../queue/message';
import type { SessionsQuery, StoredPrompt, StoredSession } from '../../session/sessionStore';
import type { Row, Sql, SqlValue } from '../sql';
import type { OperationContext } from './context';
import { markSeen } from './seenEvents';

const sessionColumns = `
  s.id, s.agent, s.agent_session_id, s.started_at, s.last_activity_at, s.ended_at, s.end_reason,
  s.title, s.agent_title, s.archived_at >= s.last_activity_at AS is_archived,
  p.id AS project_id, p.key, p.name, p.root,
  (SELECT text FROM prompts WHERE session_id = s.id ORDER BY number LIMIT 1) AS first_prompt,
  (SELECT ifnull(max(number), 0) FROM prompts WHERE session_id = s.id) AS prompt_count
  FROM sessions s JOIN projects p ON p.id = s.project_id`;

interface SessionRow extends Row {
  id: number;
  agent: string;
  agent_session_id: string;
  started_at: number;
  last_activity_at: number;
  ended_at: number | null;
  end_reason: string | null;
  title: string | null;
  agent_title: string | null;
  is_archived: number | null;
  project_id: number;
  key: string;
  name: string;
  root: string;
  first_prompt: string | null;
  prompt_count: number;
}

function toSession(row: SessionRow): StoredSession {
  return {
    id: row.id,
    agent: row.agent as AgentId,
    agentSessionId: row.agent_session_id,
    project: { id: row.project_id, key: row.key, name: row.name, root: row.root },
    promptCount: row.prompt_count,
    startedAt: row.started_at,
    lastActivityAt: row.last_activity_at,
    ...(row.first_prompt !== null && { firstPrompt: row.first_prompt }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.end_reason !== null && { endReason: row.end_reason }),
    ...(row.title !== null && { title: row.title }),
    ...(row.agent_title !== null && { agentTitle: row.agent_title }),
    ...(row.is_archived === 1 && { isArchived: true }),
  };
}

export function getSession({ sql }: OperationContext, { id }: { id: number }): StoredSession | undefined {
  const row = sql.get<SessionRow>(`SELECT ${sessionColumns} WHERE s.id = ?`, id);
  return row && toSession(row);
}

export function findSession(
  { sql }: OperationContext,
  args: { agent: AgentId; agentSessionId: string },
): StoredSession | undefined {
  const row = sql.get<SessionRow>(
    `SELECT ${sessionColumns} WHERE s.agent = ? AND s.agent_session_id = ?`,
    args.agent,
    args.agentSessionId,
  );
  return row && toSession(row);
}

export function listSessions({ sql }: OperationContext, query: SessionsQuery): StoredSession[] {
  const { limit, after, text, archived = false, ids } = query;
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const and = (condition: string, ...given: SqlValue[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  if (ids) and('s.id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
  else
    and(archived ? 's.archived_at >= s.last_activity_at' : 'ifnull(s.archived_at < s.last_activity_at, 1)');
  if (after) and('(s.last_activity_at, s.id) < (?, ?)', after.at, after.id);
  if (text) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    const like = (column: string) => `${column} LIKE ? ESCAPE '\\'`;
    const prompts = `EXISTS (SELECT 1 FROM prompts WHERE session_id = s.id AND ${like('text')})`;
    const columns = ['s.title', 's.agent_title', 's.agent', 'p.name'].map(like);
    and(`(${[...columns, prompts].join(' OR ')})`, ...Array<string>(5).fill(pattern));
  }
  return sql
    .all<SessionRow>(
      `SELECT ${sessionColumns} WHERE ${conditions.join(' AND ')} ORDER BY s.last_activity_at DESC, s.id DESC LIMIT ?`,
      ...values,
      limit,
    )
    .map(toSession);
}

export function renameSession({ sql }: OperationContext, args: { id: number; title: string }): void {
  sql.run(`UPDATE sessions SET title = nullif(?, '') WHERE id = ?`, args.title, args.id);
}

export function setAgentTitle({ sql }: OperationContext, args: { id: number; title: string }): void {
  sql.run(`UPDATE sessions SET agent_title = nullif(?, '') WHERE id = ?`, args.title, args.id);
}

export function archiveSessions(
  { sql }: OperationContext,
  { ids, archived, at }: { ids: readonly number[]; archived: boolean; at: number },
): number {
  // Not before its last activity, which a clock that was set back may have put into the future.
  return sql.run(
    `UPDATE sessions SET archived_at = iif(?1, max(?2, last_activity_at), NULL)
     WHERE id IN (SELECT value FROM json_each(?3))`,
    archived ? 1 : 0,
    Math.round(at),
    JSON.stringify(ids),
  );
}

/** Rows of a session that one slice deletes: a few milliseconds. */
const DELETE_SLICE = 100;

/** One slice of deleting a session with all that belongs to it; false when nothing of it is left. */
export function deleteSessionPart({ sql, moved }: OperationContext, { id }: { id: number }): boolean {
  let left = DELETE_SLICE;
  const messages = sql.all<{ id: number; state: MessageState }>(
    'SELECT id, state FROM messages WHERE session_id = ? LIMIT ?',
    id,
    left,
  );
  for (const message of messages) {
    sql.run('DELETE FROM messages WHERE id = ?', message.id);
    moved({ messageId: message.id, sessionId: id, from: message.state });
  }
  left -= messages.length;
  for (const table of ['observations', 'summaries'])
    left -= sql.run(
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE session_id = ? LIMIT ?)`,
      id,
      left,
    );
  left -= sql.run(
    'DELETE FROM outcomes WHERE message_id IN (SELECT message_id FROM outcomes WHERE session_id = ? LIMIT ?)',
    id,
    left,
  );
  if (left === 0) return true;
  for (const table of ['prompts', 'forgotten']) sql.run(`DELETE FROM ${table} WHERE session_id = ?`, id);
  sql.run('DELETE FROM sessions WHERE id = ?', id);
  return false;
}

export function ensureSession(
  context: OperationContext,
  args: { agent: AgentId; agentSessionId: string; project: ProjectRef; at: number },
): StoredSession {
  const { sql } = context;
  const projectId = ensureProject(sql, args.project);
  const { id } = sql.get<{ id: number }>(
    `INSERT INTO sessions (agent, agent_session_id, project_id, started_at, last_activity_at) VALUES (?1, ?2, ?3, ?4, ?4)
     ON CONFLICT (agent, agent_session_id) DO UPDATE SET
       last_activity_at = max(last_activity_at, excluded.last_activity_at),
       ended_at = iif(excluded.last_activity_at > ended_at, NULL, ended_at),
       end_reason = iif(excluded.last_activity_at > ended_at, NULL, end_reason),
       project_id = iif((SELECT key FROM projects WHERE id = project_id) = '', excluded.project_id, project_id)
     RETURNING id`,
    args.agent,
    args.agentSessionId,
    projectId,
    Math.round(args.at),
  )!;
  return getSession(context, { id })!;
}

function ensureProject(sql: Sql, project: ProjectRef): number {
  return sql.get<{ id: number }>(
    `INSERT INTO projects (key, name, root) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, root = excluded.root RETURNING id`,
    project.key,
    project.name,
    project.root,
  )!.id;
}

export function addPrompt(
  { sql }: OperationContext,
  args: {
    sessionId: number;
    text: string;
    isPrivate: boolean;
    at: number;
    dedupeKeys: readonly DedupeKey[];
    agentPromptId?: string;
  },
): { number: number; duplicate: boolean } {
  const last = promptNumber(sql, args.sessionId);
  if (!markSeen(sql, args.dedupeKeys, args.at)) return { number: last, duplicate: true };
  sql.run(
    'INSERT INTO prompts (session_id, number, text, is_private, created_at, agent_prompt_id) VALUES (?, ?, ?, ?, ?, ?)',
    args.sessionId,
    last + 1,
    args.isPrivate ? '' : args.text,
    args.isPrivate ? 1 : 0,
    Math.round(args.at),
    args.agentPromptId ?? null,
  );
  touchSession(sql, args.sessionId, args.at);
  return { number: last + 1, duplicate: false };
}

/** The session was worked in at this time. */
export function touchSession(sql: Sql, id: number, at: number): void {
  sql.run('UPDATE sessions SET last_activity_at = max(last_activity_at, ?) WHERE id = ?', Math.round(at), id);
}

function promptNumber(sql: Sql, sessionId: number): number {
  return sql.get<{ n: number }>(
    'SELECT ifnull(max(number), 0) AS n FROM prompts WHERE session_id = ?',
    sessionId,
  )!.n;
}

export function getPromptNumber({ sql }: OperationContext, args: { sessionId: number }): number {
  return promptNumber(sql, args.sessionId);
}

export function getPrompts({ sql }: OperationContext, args: { sessionId: number }): StoredPrompt[] {
  return sql
    .all<{
      number: number;
      text: string;
      is_private: number;
      created_at: number;
      ended_at: number | null;
      agent_prompt_id: string | null;
    }>(
      'SELECT number, text, is_private, created_at, ended_at, agent_prompt_id FROM prompts WHERE session_id = ? ORDER BY number',
      args.sessionId,
    )
    .map((row) => ({
      number: row.number,
      text: row.text,
      isPrivate: row.is_private === 1,
      createdAt: row.created_at,
      ...(row.ended_at !== null && { endedAt: row.ended_at }),
      ...(row.agent_prompt_id !== null && { agentPromptId: row.agent_prompt_id }),
    }));
}

export function findPrompt(
  { sql }: OperationContext,
  args: { sessionId: number; agentPromptId: string },
): number | undefined {
  return sql.get<{ number: number }>(
    'SELECT number FROM prompts WHERE session_id = ? AND agent_prompt_id = ? ORDER BY number DESC LIMIT 1',
    args.sessionId,
    args.agentPromptId,
  )?.number;
}

export function endPrompt(
  { sql }: OperationContext,
  args: { sessionId: number; number: number; at: number },
): void {
  sql.run(
    'UPDATE prompts SET ended_at = ifnull(ended_at, ?) WHERE session_id = ? AND number = ?',
    Math.round(args.at),
    args.sessionId,
    args.number,
  );
}

export function endSession(
  { sql }: OperationContext,
  args: { sessionId: number; reason: string; at: number },
): void {
  sql.run(
    `UPDATE sessions SET ended_at = ?2, end_reason = ?3, last_activity_at = max(last_activity_at, ?2)
     WHERE id = ?1 AND ifnull(ended_at, 0) <= ?2 AND last_activity_at <= ?2`,
    args.sessionId,
    Math.round(args.at),
    args.reason,
  );
}
