import type { ExportedSession, ExportPage, ImportCounts } from '../../memory/library';
import type { OperationContext } from './context';
import { forgottenAlike, isSummaryForgotten } from './forgetting';
import { observations, summaries } from './memory';
import { contentColumns, contentValues } from './memoryRows';
import { ensureSession, getPrompts, getSession, renameSession, touchSession } from './sessions';

/** Sessions behind `from` by their ids, of one project or all. */
export function exportSessions(
  context: OperationContext,
  args: { projectId?: number; from: number; limit: number },
): ExportPage {
  const ids = context.sql.all<{ id: number }>(
    'SELECT id FROM sessions WHERE id > ?1 AND (?2 IS NULL OR project_id = ?2) ORDER BY id LIMIT ?3',
    args.from,
    args.projectId ?? null,
    args.limit,
  );
  return {
    sessions: ids.map(({ id }) => exported(context, id)),
    ...(ids.length === args.limit && { next: ids.at(-1)!.id }),
  };
}

function exported(context: OperationContext, id: number): ExportedSession {
  const { agent, agentSessionId, project, title, startedAt, lastActivityAt } = getSession(context, { id })!;
  return {
    ...{ agent, agentSessionId, project: { key: project.key, name: project.name, root: project.root } },
    ...(title !== undefined && { title }),
    ...{ startedAt, lastActivityAt },
    prompts: getPrompts(context, { sessionId: id }).map(({ number, text, createdAt }) => ({
      ...{ number, text, createdAt },
    })),
    observations: observations(context, { sessionId: id }).map(
      ({ id: _, sessionId: _s, projectId: _p, agent: _a, ...rest }) => rest,
    ),
    summaries: summaries(context, { sessionId: id }).map(
      ({ id: _, sessionId: _s, projectId: _p, ...rest }) => rest,
    ),
  };
}

/** Adds what is not there and was not forgotten: known by its turn, its time and its name. */
export function importSessions(
  context: OperationContext,
  { sessions }: { sessions: readonly ExportedSession[] },
): ImportCounts {
  let added = 0;
  let known = 0;
  const count = (isNew: boolean) => (isNew ? added++ : known++);
  for (const session of sessions) {
    const id = sessionOf(context, session);
    for (const prompt of session.prompts)
      context.sql.run(
        `INSERT OR IGNORE INTO prompts (session_id, number, text, created_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?4)`,
        ...[id, prompt.number, prompt.text, Math.round(prompt.createdAt)],
      );
    for (const observation of session.observations) count(addObservation(context, id, observation));
    for (const summary of session.summaries) count(addSummary(context, id, summary));
  }
  return { added, known };
}

function sessionOf(context: OperationContext, session: ExportedSession): number {
  const { agentSessionId, project, title, startedAt, lastActivityAt } = session;
  const agent = session.agent;
  const isNew =
    context.sql.get(
      'SELECT 1 AS found FROM sessions WHERE agent = ? AND agent_session_id = ?',
      agent,
      agentSessionId,
    ) === undefined;
  const { id } = ensureSession(context, { agent, agentSessionId, project, at: startedAt });
  touchSession(context.sql, id, lastActivityAt);
  if (!isNew) return id;
  // Nobody works in it here.
  context.sql.run('UPDATE sessions SET ended_at = last_activity_at WHERE id = ?', id);
  if (title !== undefined) renameSession(context, { id, title });
  return id;
}

function addObservation(
  { sql }: OperationContext,
  sessionId: number,
  observation: ExportedSession['observations'][number],
): boolean {
  const { promptNumber, createdAt, provider, subagent, pinnedAt, editedAt, title } = observation;
  const at = Math.round(createdAt);
  const isKnown = sql.get(
    `SELECT 1 AS found FROM observations WHERE session_id = ? AND prompt_number = ? AND created_at = ? AND title = ?`,
    ...[sessionId, promptNumber, at, title],
  );
  const work = { sessionId, promptNumber, toolUseIds: [null] };
  if (isKnown || forgottenAlike(sql, work, observation) !== undefined) return false;
  sql.run(
    `INSERT INTO observations (session_id, prompt_number, created_at, provider, subagent_id, subagent_type,
     pinned_at, edited_at, ${contentColumns.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ${contentColumns.map(() => '?').join(', ')})`,
    ...[sessionId, promptNumber, at, provider, subagent?.id ?? null, subagent?.type ?? null],
    ...[pinnedAt ?? null, editedAt ?? null],
    ...contentValues(observation),
  );
  return true;
}

function addSummary(
  { sql }: OperationContext,
  sessionId: number,
  summary: ExportedSession['summaries'][number],
): boolean {
  const { promptNumber, createdAt, provider, request } = summary;
  const at = Math.round(createdAt);
  const isKnown = sql.get(
    `SELECT 1 AS found FROM summaries WHERE session_id = ? AND prompt_number = ? AND created_at = ? AND request = ?`,
    ...[sessionId, promptNumber, at, request],
  );
  if (isKnown || isSummaryForgotten(sql, sessionId, promptNumber)) return false;
  sql.run(
    `INSERT INTO summaries (session_id, prompt_number, created_at, provider, request, investigated, learned, completed,
     next_steps, files_read, files_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[sessionId, promptNumber, at, provider, request],
    ...[summary.investigated, summary.learned, summary.completed, summary.nextSteps].map((t) => t ?? null),
    ...[JSON.stringify(summary.filesRead), JSON.stringify(summary.filesModified)],
  );
  return true;
}
