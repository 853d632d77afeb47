import type { AgentId, ProjectRef } from '../../capture/vocabulary';
import type { Observation, Summary } from '../../memory/observation';
import type { OperationContext } from './context';
import { observation, summary } from './memory';
import { ensureSession } from './sessions';

/** The id of the project with this key. */
export function findProject({ sql }: OperationContext, { key }: { key: string }): number | undefined {
  return sql.get<{ id: number }>('SELECT id FROM projects WHERE key = ?', key)?.id;
}

/** What was remembered next before and after a time, both together, oldest first. */
export function timeline(
  context: OperationContext,
  args: { at: number; projectId?: number; before: number; after: number },
): { observations: Observation[]; summaries: Summary[] } {
  const side = (condition: string, order: string, limit: number) =>
    context.sql.all<{ kind: number; id: number }>(
      `SELECT kind, id FROM (
         SELECT 0 AS kind, id, session_id, created_at FROM observations WHERE created_at ${condition} ?1
         UNION ALL SELECT 1, id, session_id, created_at FROM summaries WHERE created_at ${condition} ?1) m
       WHERE ?2 IS NULL OR (SELECT project_id FROM sessions s WHERE s.id = m.session_id) = ?2
       ORDER BY created_at ${order}, id ${order} LIMIT ?3`,
      args.at,
      args.projectId ?? null,
      limit,
    );
  const rows = [...side('<', 'DESC', args.before), ...side('>=', 'ASC', args.after)];
  return {
    observations: rows.flatMap(({ kind, id }) => (kind === 0 ? (observation(context, { id }) ?? []) : [])),
    summaries: rows.flatMap(({ kind, id }) => (kind === 1 ? (summary(context, { id }) ?? []) : [])),
  };
}

/** Stores what an agent asked to have remembered, in a session of the project's notes. Its id. */
export function addNote(
  context: OperationContext,
  note: { agent: AgentId; project: ProjectRef; title: string; text: string; at: number },
): number {
  const { agent, project, at } = note;
  const session = ensureSession(context, { agent, agentSessionId: `notes:${project.key}`, project, at });
  return context.sql.get<{ id: number }>(
    `INSERT INTO observations (session_id, prompt_number, created_at, provider, type, title, narrative, facts, concepts,
     files_read, files_modified) VALUES (?, 0, ?, 'agent', 'note', ?, ?, '[]', '[]', '[]', '[]') RETURNING id`,
    session.id,
    Math.round(at),
    note.title,
    note.text === note.title ? null : note.text,
  )!.id;
}
