import type { BatchResult } from '../../distill/resultStore';
import type { ObservationContent, SummaryContent } from '../../memory/observation';
import { countLatency } from './activity';
import type { OperationContext } from './context';
import { forgottenAlike, isForgotten, isSummaryForgotten } from './forgetting';
import { contentColumns, contentValues } from './memoryRows';
import { finishMessage, heldMessages, type Outcome } from './messages';
import { attribute } from './subagents';

/** Results in, messages out: the caller's transaction makes it one step. */
export function storeResults(context: OperationContext, result: BatchResult): boolean {
  const held = heldMessages(context, result);
  if (held.length !== result.messageIds.length) return false;
  const { observations, skips, summary } = result.distillation;
  const byId = new Map(held.map((message) => [message.id, message]));
  const outcomes = new Map<number, Outcome>();
  for (const draft of observations) {
    const messages = draft.messageIds.map((id) => byId.get(id)!);
    // Stamped with the time of the work, not of its distilling.
    const at = Math.min(...messages.map((message) => message.created_at));
    const toolUseIds = messages.map((message) => message.tool_use_id);
    const forgotten = forgottenBy(context, result, draft, toolUseIds);
    if (forgotten !== undefined) {
      for (const id of draft.messageIds) outcomes.set(id, { outcome: 'merged', observationId: forgotten });
      continue;
    }
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
  if (summary && !isSummaryForgotten(context.sql, result.sessionId, result.promptNumber)) {
    const unsaid = held.filter(({ id }) => !outcomes.has(id));
    // An observation, too, can rest on the words that end a turn.
    const closing = unsaid.length > 0 ? unsaid : held.slice(-1);
    insertSummary(context, result, summary, Math.min(...closing.map((message) => message.created_at)));
  }
  for (const message of held)
    finishMessage(context, message, outcomes.get(message.id) ?? { outcome: 'summarised' });
  countLatency(
    context.sql,
    held.map((message) => message.created_at),
  );
  return true;
}

/** The forgotten observation that a draft would bring back, or go on with. */
function forgottenBy(
  { sql }: OperationContext,
  { sessionId, promptNumber }: BatchResult,
  { replaces, content }: BatchResult['distillation']['observations'][number],
  toolUseIds: readonly (string | null)[],
): number | undefined {
  if (replaces !== undefined) return isForgotten(sql, 'observation', replaces) ? replaces : undefined;
  return forgottenAlike(sql, { sessionId, promptNumber, toolUseIds }, content);
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
  // What a person wrote stays, whatever else is learned.
  const kept = sql.get('SELECT 1 AS found FROM observations WHERE id = ? AND edited_at IS NOT NULL', id);
  if (kept) return id;
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
