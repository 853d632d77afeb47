import type { RecentMemory, ToolOutcome } from '../../memory/memoryStore';
import type { Observation, Summary } from '../../memory/observation';
import type { OperationContext } from './context';
import {
  observationColumns,
  summaryColumns,
  toObservation,
  toSummary,
  type ObservationRow,
  type SummaryRow,
} from './memoryRows';

export function observations(
  { sql }: OperationContext,
  args: { sessionId: number; promptNumber?: number },
): Observation[] {
  const rows =
    args.promptNumber === undefined
      ? sql.all<ObservationRow>(
          `SELECT ${observationColumns} WHERE o.session_id = ? ORDER BY o.id`,
          args.sessionId,
        )
      : sql.all<ObservationRow>(
          `SELECT ${observationColumns} WHERE o.session_id = ? AND o.prompt_number = ? ORDER BY o.id`,
          args.sessionId,
          args.promptNumber,
        );
  return rows.map(toObservation);
}

/** Titles of what is remembered of the session's other turns, newest first. */
export function otherTitles(
  { sql }: OperationContext,
  args: { sessionId: number; promptNumber: number; limit: number },
): string[] {
  return sql
    .all<{ title: string }>(
      'SELECT title FROM observations WHERE session_id = ? AND prompt_number <> ? ORDER BY id DESC LIMIT ?',
      args.sessionId,
      args.promptNumber,
      args.limit,
    )
    .map(({ title }) => title);
}

export function summaries({ sql }: OperationContext, args: { sessionId: number }): Summary[] {
  return sql
    .all<SummaryRow>(`SELECT ${summaryColumns} WHERE m.session_id = ? ORDER BY m.id`, args.sessionId)
    .map(toSummary);
}

export function observation({ sql }: OperationContext, { id }: { id: number }): Observation | undefined {
  const row = sql.get<ObservationRow>(`SELECT ${observationColumns} WHERE o.id = ?`, id);
  return row && toObservation(row);
}

export function summary({ sql }: OperationContext, { id }: { id: number }): Summary | undefined {
  const row = sql.get<SummaryRow>(`SELECT ${summaryColumns} WHERE m.id = ?`, id);
  return row && toSummary(row);
}

/** More than a context has room for, and few enough to sort at once, whatever the project has seen. */
const newestSessions = 'SELECT id FROM sessions WHERE project_id = ? ORDER BY last_activity_at DESC LIMIT 50';
const MOST_PINNED = 50;

export function recentMemory(
  { sql }: OperationContext,
  args: { projectId: number; limit: number },
): RecentMemory {
  const { projectId, limit } = args;
  const observations = sql.all<ObservationRow>(
    `SELECT ${observationColumns} WHERE o.session_id IN (${newestSessions})
     ORDER BY o.created_at DESC, o.id DESC LIMIT ?`,
    projectId,
    limit,
  );
  const pinned = sql.all<ObservationRow>(
    `SELECT ${observationColumns} WHERE o.pinned_at IS NOT NULL AND s.project_id = ?
     ORDER BY o.created_at DESC, o.id DESC LIMIT ${MOST_PINNED}`,
    projectId,
  );
  const summaries = sql.all<SummaryRow>(
    `SELECT ${summaryColumns} WHERE m.session_id IN (${newestSessions})
     ORDER BY m.created_at DESC, m.id DESC LIMIT ?`,
    projectId,
    limit,
  );
  return {
    observations: observations.map(toObservation),
    pinned: pinned.map(toObservation),
    summaries: summaries.map(toSummary),
  };
}

export function toolOutcomes({ sql }: OperationContext, args: { sessionId: number }): ToolOutcome[] {
  return sql
    .all<{ tool_use_id: string; outcome: string; rule: string | null }>(
      'SELECT tool_use_id, outcome, rule FROM outcomes WHERE session_id = ? AND tool_use_id IS NOT NULL ORDER BY message_id',
      args.sessionId,
    )
    .map(({ tool_use_id, outcome, rule }) => ({
      toolUseId: tool_use_id,
      outcome: outcome as ToolOutcome['outcome'],
      ...(rule !== null && { rule }),
    }));
}
