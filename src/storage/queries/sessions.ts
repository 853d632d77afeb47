import type { AgentId, ProjectRef } from '../../capture/vocabulary';
import type { DedupeKey } from '../../queue/message';
import type { StoredPrompt, StoredSession } from '../../session/sessionStore';
import type { Row, Sql } from '../sql';
import type { OperationContext } from './context';
import { markSeen } from './seenEvents';

const sessionColumns = `
  s.id, s.agent, s.agent_session_id, s.started_at, s.last_activity_at, s.ended_at, s.end_reason,
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

export function listSessions({ sql }: OperationContext, { limit }: { limit: number }): StoredSession[] {
  return sql
    .all<SessionRow>(`SELECT ${sessionColumns} ORDER BY s.last_activity_at DESC, s.id DESC LIMIT ?`, limit)
    .map(toSession);
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
