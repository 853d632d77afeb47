import type { AgentId } from '../../capture/vocabulary';
import type { SetAside, SetAsideEvent } from '../../capture/setAsideStore';
import type { SetAsideReason } from '../../capture/spoolRecord';
import type { BatchResult } from '../../distill/resultStore';
import type { ToolOutcome } from '../../memory/memoryStore';
import type {
  Observation,
  ObservationContent,
  ObservationType,
  Summary,
  SummaryContent,
} from '../../memory/observation';
import type { Row } from '../sql';
import type { OperationContext } from './context';
import { markSeen } from './seenEvents';
import { attribute } from './subagents';
import { finishMessage, heldMessages, type Outcome } from './messages';

interface ObservationRow extends Row {
  id: number;
  session_id: number;
  project_id: number;
  agent: string;
  prompt_number: number;
  created_at: number;
  provider: string;
  type: string;
  title: string;
  subtitle: string | null;
  narrative: string | null;
  facts: string;
  concepts: string;
  files_read: string;
  files_modified: string;
  subagent_id: string | null;
  subagent_type: string | null;
}

const observationColumns = `o.*, s.project_id, s.agent FROM observations o JOIN sessions s ON s.id = o.session_id`;

const list = (json: string) => JSON.parse(json) as string[];

function toObservation(row: ObservationRow): Observation {
  return {
    id: row.id,
    sessionId: row.session_id,
    projectId: row.project_id,
    agent: row.agent as AgentId,
    promptNumber: row.prompt_number,
    createdAt: row.created_at,
    provider: row.provider,
    type: row.type as ObservationType,
    title: row.title,
    ...(row.subtitle !== null && { subtitle: row.subtitle }),
    ...(row.narrative !== null && { narrative: row.narrative }),
    facts: list(row.facts),
    concepts: list(row.concepts),
    filesRead: list(row.files_read),
    filesModified: list(row.files_modified),
    ...(row.subagent_id !== null && {
      subagent: { id: row.subagent_id, ...(row.subagent_type !== null && { type: row.subagent_type }) },
    }),
  };
}

interface SummaryRow extends Row {
  id: number;
  session_id: number;
  project_id: number;
  prompt_number: number;
  created_at: number;
  provider: string;
  request: string;
  investigated: string | null;
  learned: string | null;
  completed: string | null;
  next_steps: string | null;
  files_read: string;
  files_modified: string;
}

const summaryColumns = `m.*, s.project_id FROM summaries m JOIN sessions s ON s.id = m.session_id`;

function toSummary(row: SummaryRow): Summary {
  return {
    id: row.id,
    sessionId: row.session_id,
    projectId: row.project_id,
    promptNumber: row.prompt_number,
    createdAt: row.created_at,
    provider: row.provider,
    request: row.request,
    ...(row.investigated !== null && { investigated: row.investigated }),
    ...(row.learned !== null && { learned: row.learned }),
    ...(row.completed !== null && { completed: row.completed }),
    ...(row.next_steps !== null && { nextSteps: row.next_steps }),
    filesRead: list(row.files_read),
    filesModified: list(row.files_modified),
  };
}

/** Results in, messages out: the caller's transaction makes it one step. */
export function storeResults(context: OperationContext, result: BatchResult): boolean {
  const held = heldMessages(context, result);
  if (held.length !== result.messageIds.length) return false;
  const { observations, skips, summary } = result.distillation;
  const createdAt = new Map(held.map((message) => [message.id, message.created_at]));
  const outcomes = new Map<number, Outcome>();
  for (const draft of observations) {
    // Stamped with the time of the work, not of its distilling.
    const at = Math.min(...draft.messageIds.map((id) => createdAt.get(id)!));
    const isNew = draft.replaces === undefined;
    const observationId = isNew
      ? insertObservation(context, result, draft.content, at)
      : updateObservation(context, result.sessionId, draft.replaces!, draft.content);
    attribute(context, observationId, draft.messageIds, isNew);
    draft.messageIds.forEach((id, i) => {
      const outcome = isNew && i === 0 ? 'observed' : 'merged';
      if (outcome === 'observed' || !outcomes.has(id)) outcomes.set(id, { outcome, observationId });
    });
  }
  for (const { messageId, rule } of skips) outcomes.set(messageId, { outcome: 'skipped', rule });
  if (summary) {
    const unsaid = held.filter(({ id }) => !outcomes.has(id));
    // An observation, too, can rest on the words that end a turn.
    const closing = unsaid.length > 0 ? unsaid : held.slice(-1);
    insertSummary(context, result, summary, Math.min(...closing.map((message) => message.created_at)));
  }
  for (const message of held)
    finishMessage(context, message, outcomes.get(message.id) ?? { outcome: 'summarised' });
  return true;
}

const contentColumns = [
  'type',
  'title',
  'subtitle',
  'narrative',
  'facts',
  'concepts',
  'files_read',
  'files_modified',
];

function contentValues(content: ObservationContent): (string | null)[] {
  return [
    content.type,
    content.title,
    content.subtitle ?? null,
    content.narrative ?? null,
    JSON.stringify(content.facts),
    JSON.stringify(content.concepts),
    JSON.stringify(content.filesRead),
    JSON.stringify(content.filesModified),
  ];
}

function insertObservation(
  { sql }: OperationContext,
  result: BatchResult,
  content: ObservationContent,
  createdAt: number,
): number {
  return sql.get<{ id: number }>(
    `INSERT INTO observations (session_id, prompt_number, created_at, provider, ${contentColumns.join(', ')})
     VALUES (?, ?, ?, ?, ${contentColumns.map(() => '?').join(', ')}) RETURNING id`,
    result.sessionId,
    result.promptNumber,
    createdAt,
    result.provider,
    ...contentValues(content),
  )!.id;
}

function updateObservation(
  { sql }: OperationContext,
  sessionId: number,
  id: number,
  content: ObservationContent,
): number {
  const changed = sql.run(
    `UPDATE observations SET ${contentColumns.map((c) => `${c} = ?`).join(', ')} WHERE id = ? AND session_id = ?`,
    ...contentValues(content),
    id,
    sessionId,
  );
  if (changed !== 1) throw new Error(`Observation ${id} is not one of session ${sessionId}.`);
  return id;
}

function insertSummary(
  { sql }: OperationContext,
  result: BatchResult,
  summary: SummaryContent,
  createdAt: number,
): void {
  sql.run(
    `INSERT INTO summaries (session_id, prompt_number, created_at, provider, request, investigated, learned, completed,
     next_steps, files_read, files_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    result.sessionId,
    result.promptNumber,
    createdAt,
    result.provider,
    summary.request,
    summary.investigated ?? null,
    summary.learned ?? null,
    summary.completed ?? null,
    summary.nextSteps ?? null,
    JSON.stringify(summary.filesRead),
    JSON.stringify(summary.filesModified),
  );
}

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

export function recentMemory(
  { sql }: OperationContext,
  args: { projectId: number; limit: number },
): { observations: Observation[]; summaries: Summary[] } {
  return {
    observations: sql
      .all<ObservationRow>(
        `SELECT ${observationColumns} WHERE o.session_id IN (${newestSessions})
         ORDER BY o.created_at DESC, o.id DESC LIMIT ?`,
        args.projectId,
        args.limit,
      )
      .map(toObservation),
    summaries: sql
      .all<SummaryRow>(
        `SELECT ${summaryColumns} WHERE m.session_id IN (${newestSessions})
         ORDER BY m.created_at DESC, m.id DESC LIMIT ?`,
        args.projectId,
        args.limit,
      )
      .map(toSummary),
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

export function setAside({ sql }: OperationContext, event: SetAsideEvent): void {
  if (!markSeen(sql, [{ key: `event:${event.eventId}` }], event.at)) return;
  sql.run(
    `INSERT INTO set_aside (reason, sha256, size, head, first_at, last_at, count) VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)
     ON CONFLICT (reason, sha256) DO UPDATE SET count = count + 1, last_at = max(last_at, excluded.last_at)`,
    event.reason,
    event.sha256,
    event.size,
    event.head ?? null,
    Math.round(event.at),
  );
}

export function listSetAside({ sql }: OperationContext, args: { limit: number }): SetAside[] {
  return sql
    .all<{
      reason: string;
      sha256: string;
      size: number;
      head: string | null;
      last_at: number;
      count: number;
    }>(
      'SELECT reason, sha256, size, head, last_at, count FROM set_aside ORDER BY last_at DESC, sha256 LIMIT ?',
      args.limit,
    )
    .map(({ reason, sha256, size, head, last_at, count }) => ({
      ...{ reason: reason as SetAsideReason, sha256, size, count, lastAt: last_at },
      ...(head !== null && { head }),
    }));
}
