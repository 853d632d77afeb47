import type { Row } from '../sql';
import type { OperationContext } from './context';

interface SubagentRow extends Row {
  id: string | null;
  type: string | null;
}

/** Under this id the agent's own account of what it compacted comes as a report: no sub-agent's work. */
const NO_SUBAGENT = 'compaction';

/**
 * Notes which sub-agent the messages of an observation come from, while they are still there: exactly one, and no
 * work of the session's own agent among them. An observation that work of another is added to is nobody's alone.
 */
export function attribute(
  { sql }: OperationContext,
  observationId: number,
  messageIds: readonly number[],
  isNew: boolean,
): void {
  const authors = sql.all<SubagentRow>(
    `SELECT DISTINCT coalesce(body ->> '$.use.subagent.id', nullif(body ->> '$.report.subagent.id', '${NO_SUBAGENT}')) AS id,
       coalesce(body ->> '$.use.subagent.type', body ->> '$.report.subagent.type') AS type
     FROM message_bodies WHERE message_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(messageIds),
  );
  const [author] = authors;
  const only = authors.length === 1 && author?.id ? author : { id: null, type: null };
  sql.run(
    isNew
      ? 'UPDATE observations SET subagent_id = ?1, subagent_type = ?2 WHERE id = ?3 AND ?1 IS NOT NULL'
      : 'UPDATE observations SET subagent_id = NULL, subagent_type = NULL WHERE id = ?3 AND subagent_id IS NOT ?1',
    ...(isNew ? [only.id, only.type, observationId] : [only.id, null, observationId]),
  );
}
