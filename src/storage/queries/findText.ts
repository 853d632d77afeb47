import type { ObservationType } from '../../memory/observation';
import type { OperationContext } from './context';

export interface TextQuery {
  text: string;
  limit: number;
  /** Only memory of the project with this key. */
  projectKey?: string;
}

export interface TextHit {
  kind: 'observation' | 'summary';
  id: number;
  sessionId: number;
  type?: ObservationType;
  title: string;
  text: string;
  createdAt: number;
}

/** What holds the text as it stands, without regard to the case of plain letters; newest first. Reads all rows. */
export function findText({ sql }: OperationContext, { text, limit, projectKey }: TextQuery): TextHit[] {
  return sql
    .all<{
      kind: TextHit['kind'];
      id: number;
      session_id: number;
      type: ObservationType | null;
      title: string;
      text: string;
      created_at: number;
    }>(
      `SELECT * FROM (
         SELECT 'observation' AS kind, id, session_id, type, title,
           concat_ws(char(10), subtitle, narrative, (SELECT group_concat(value, char(10)) FROM json_each(facts))) AS text,
           created_at FROM observations
         UNION ALL
         SELECT 'summary', id, session_id, NULL, request,
           concat_ws(char(10), investigated, learned, completed, next_steps), created_at FROM summaries
       ) WHERE (title || char(10) || text) LIKE ?1 ESCAPE '\\'
         AND (?2 IS NULL OR session_id IN (SELECT s.id FROM sessions s JOIN projects p ON p.id = s.project_id WHERE p.key = ?2))
       ORDER BY created_at DESC, kind, id DESC LIMIT ?3`,
      `%${text.replace(/[\\%_]/g, '\\$&')}%`,
      projectKey ?? null,
      limit,
    )
    .map(({ session_id, created_at, type, ...hit }) => ({
      ...hit,
      sessionId: session_id,
      createdAt: created_at,
      ...(type !== null && { type }),
    }));
}
