import type {
  MessageBody,
  MessageState,
  NewMessage,
  PersistentMessage,
  QueueCounts,
  QueuedMessage,
} from '../../queue/message';
import type { EnqueueResult } from '../../queue/pendingMessageStore';
import type { Row } from '../sql';
import type { OperationContext } from './context';
import { markSeen } from './seenEvents';
import { touchSession } from './sessions';

interface MessageRow extends Row {
  id: number;
  session_id: number;
  prompt_number: number;
  created_at: number;
  attempts: number;
  batch: number | null;
  body: string;
}

interface QueuedRow extends MessageRow {
  state: MessageState;
  available_at: number;
  error: string | null;
}

const messageColumns = 'id, session_id, prompt_number, created_at, attempts, batch';

function toMessage(row: MessageRow): PersistentMessage {
  return {
    id: row.id,
    sessionId: row.session_id,
    promptNumber: row.prompt_number,
    createdAt: row.created_at,
    attempts: row.attempts,
    ...(row.batch !== null && { batch: row.batch }),
    body: JSON.parse(row.body) as MessageBody,
  };
}

export function enqueue({ sql, moved }: OperationContext, message: NewMessage): EnqueueResult {
  if (!markSeen(sql, message.dedupeKeys, message.createdAt)) return { duplicate: true };
  const { body } = message;
  const toolUseId = body.kind === 'observation' && 'use' in body ? (body.use.toolUseId ?? null) : null;
  // Asking for the id by RETURNING would make SQLite build a table for the answer, at twice the cost.
  sql.run(
    'INSERT INTO messages (session_id, prompt_number, created_at, tool_use_id) VALUES (?, ?, ?, ?)',
    message.sessionId,
    message.promptNumber,
    Math.round(message.createdAt),
    toolUseId,
  );
  const { id } = sql.get<{ id: number }>('SELECT last_insert_rowid() AS id')!;
  sql.run('INSERT INTO message_bodies (message_id, body) VALUES (?, ?)', id, JSON.stringify(body));
  touchSession(sql, message.sessionId, message.createdAt);
  moved({ messageId: id, sessionId: message.sessionId, to: 'pending' });
  return { id, duplicate: false };
}

/**
 * The unary plus costs nothing and saves much: without it SQLite plans the statement anew for each value that is
 * bound, to see whether a partial index would do.
 */
const firstDue = `SELECT id FROM messages INDEXED BY messages_by_session
  WHERE session_id = +?1 AND state = 'pending' AND available_at <= +?2 ORDER BY id LIMIT 1`;

export function claimNext(
  context: OperationContext,
  args: { sessionId: number; lease: string; now: number },
): PersistentMessage | undefined {
  const message = peekPending(context, args);
  if (!message) return undefined;
  const { id } = message;
  context.sql.run(`UPDATE messages SET state = 'processing', lease = ? WHERE id = ?`, args.lease, id);
  context.moved({ messageId: id, sessionId: args.sessionId, from: 'pending', to: 'processing' });
  return message;
}

export function peekPending(
  { sql }: OperationContext,
  args: { sessionId: number; now: number },
): PersistentMessage | undefined {
  const row = sql.get<MessageRow>(
    `SELECT ${messageColumns}, body FROM messages JOIN message_bodies ON message_id = id WHERE id = (${firstDue})`,
    args.sessionId,
    args.now,
  );
  return row && toMessage(row);
}

interface Held {
  lease: string;
  messageIds: readonly number[];
}

interface HeldRow extends Row {
  id: number;
  session_id: number;
  attempts: number;
  tool_use_id: string | null;
  created_at: number;
}

/** Those of the messages that this lease still holds: the fence against late answers. */
export function heldMessages({ sql }: OperationContext, { lease, messageIds }: Held): HeldRow[] {
  return messageIds.flatMap(
    (id) =>
      sql.get<HeldRow>(
        `SELECT id, session_id, attempts, tool_use_id, created_at FROM messages WHERE id = ? AND state = 'processing' AND lease = ?`,
        id,
        lease,
      ) ?? [],
  );
}

export interface Outcome {
  outcome: 'observed' | 'merged' | 'skipped' | 'summarised';
  rule?: string;
  observationId?: number;
}

/** Removes a held message; what became of it stays known. */
export function finishMessage({ sql, moved }: OperationContext, message: HeldRow, outcome: Outcome): void {
  sql.run(
    `INSERT INTO outcomes (message_id, session_id, tool_use_id, created_at, tool, outcome, rule, observation_id)
     VALUES (?1, ?2, ?3, ?4, (SELECT body ->> '$.use.tool' FROM message_bodies WHERE message_id = ?1), ?5, ?6, ?7)`,
    message.id,
    message.session_id,
    message.tool_use_id,
    message.created_at,
    outcome.outcome,
    outcome.rule ?? null,
    outcome.observationId ?? null,
  );
  sql.run('DELETE FROM messages WHERE id = ?', message.id);
  moved({ messageId: message.id, sessionId: message.session_id, from: 'processing' });
}

export function confirmProcessed(context: OperationContext, held: Held): boolean {
  const messages = heldMessages(context, held);
  if (messages.length !== held.messageIds.length) return false;
  for (const message of messages) finishMessage(context, message, { outcome: 'skipped', rule: 'confirmed' });
  return true;
}

export function markFailed(
  context: OperationContext,
  args: Held & { reason: string; retryAt: number; countAttempt: boolean; maxAttempts: number; now: number },
): void {
  for (const { id, session_id, attempts } of heldMessages(context, args)) {
    const tried = attempts + (args.countAttempt ? 1 : 0);
    const to = tried >= args.maxAttempts ? 'failed' : 'pending';
    context.sql.run(
      'UPDATE messages SET state = ?, attempts = ?, available_at = ?, lease = NULL, batch = NULL, error = ? WHERE id = ?',
      to,
      tried,
      // Of one that has failed, the time since which it waits for a person.
      Math.round(to === 'failed' ? args.now : args.retryAt),
      args.reason,
      id,
    );
    context.moved({ messageId: id, sessionId: session_id, from: 'processing', to });
  }
}

export function sealBatch(context: OperationContext, held: Held): boolean {
  const messages = heldMessages(context, held);
  if (messages.length !== held.messageIds.length) return false;
  const last = Math.max(...held.messageIds);
  for (const { id } of messages) context.sql.run('UPDATE messages SET batch = ? WHERE id = ?', last, id);
  return true;
}

interface IdRow extends Row {
  id: number;
  session_id: number;
}

function putBack({ sql, moved }: OperationContext, rows: readonly IdRow[]): void {
  for (const { id, session_id } of rows) {
    sql.run(`UPDATE messages SET state = 'pending', lease = NULL WHERE id = ?`, id);
    moved({ messageId: id, sessionId: session_id, from: 'processing', to: 'pending' });
  }
}

export function release(
  context: OperationContext,
  args: { lease: string; messageIds?: readonly number[] },
): void {
  const rows = args.messageIds
    ? heldMessages(context, { lease: args.lease, messageIds: args.messageIds })
    : context.sql.all<IdRow>(
        `SELECT id, session_id FROM messages INDEXED BY messages_held WHERE state = 'processing' AND lease = ?`,
        args.lease,
      );
  putBack(context, rows);
}

export function resetStuck(
  context: OperationContext,
  args: { liveLeases: readonly string[]; sessionId?: number },
): number {
  const rows = context.sql
    .all<IdRow & { lease: string }>(
      `SELECT id, session_id, lease FROM messages INDEXED BY messages_held
       WHERE state = 'processing' AND session_id = ifnull(?, session_id)`,
      args.sessionId ?? null,
    )
    .filter(({ lease }) => !args.liveLeases.includes(lease));
  putBack(context, rows);
  return rows.length;
}

function failedMessages({ sql }: OperationContext, ids: readonly number[] | undefined): IdRow[] {
  if (!ids)
    return sql.all<IdRow>(
      `SELECT id, session_id FROM messages INDEXED BY messages_failed WHERE state = 'failed'`,
    );
  return ids.flatMap(
    (id) => sql.get<IdRow>(`SELECT id, session_id FROM messages WHERE id = ? AND state = 'failed'`, id) ?? [],
  );
}

export function retry(context: OperationContext, args: { messageIds?: readonly number[] }): number {
  const rows = failedMessages(context, args.messageIds);
  for (const { id, session_id } of rows) {
    context.sql.run(
      `UPDATE messages SET state = 'pending', attempts = 0, available_at = 0, error = NULL WHERE id = ?`,
      id,
    );
    context.moved({ messageId: id, sessionId: session_id, from: 'failed', to: 'pending' });
  }
  return rows.length;
}

export function discard(context: OperationContext, args: { messageIds?: readonly number[] }): number {
  const rows = failedMessages(context, args.messageIds);
  for (const { id, session_id } of rows) {
    context.sql.run(
      `INSERT INTO outcomes (message_id, session_id, tool_use_id, outcome)
       SELECT id, session_id, tool_use_id, 'discarded' FROM messages WHERE id = ?`,
      id,
    );
    context.sql.run('DELETE FROM messages WHERE id = ?', id);
    context.moved({ messageId: id, sessionId: session_id, from: 'failed' });
  }
  return rows.length;
}

export function listMessages(
  { sql }: OperationContext,
  args: { sessionId: number; limit: number },
): QueuedMessage[] {
  return sql
    .all<QueuedRow>(
      `SELECT ${messageColumns}, state, available_at, error, body FROM messages JOIN message_bodies ON message_id = id
       WHERE session_id = ? ORDER BY id LIMIT ?`,
      args.sessionId,
      args.limit,
    )
    .map((row) => ({
      ...toMessage(row),
      state: row.state,
      availableAt: row.available_at,
      ...(row.error !== null && { error: row.error }),
    }));
}

/** Sessions with messages, the one that has waited longest first, and when each one's oldest message was made. */
export function queuedSessions(
  { sql }: OperationContext,
  { limit }: { limit: number },
): { sessionId: number; oldestAt: number }[] {
  return sql
    .all<{ session_id: number; oldest: number }>(
      'SELECT session_id, min(created_at) AS oldest FROM messages GROUP BY session_id ORDER BY oldest LIMIT ?',
      limit,
    )
    .map(({ session_id, oldest }) => ({ sessionId: session_id, oldestAt: oldest }));
}

export function nextDueAt({ sql }: OperationContext, args: { now: number }): number | undefined {
  const row = sql.get<{ due: number | null }>(
    `SELECT min(available_at) AS due FROM messages INDEXED BY messages_due
     WHERE state = 'pending' AND available_at > 0 AND available_at > ?`,
    args.now,
  );
  return row?.due ?? undefined;
}

export function queueCounts(
  { sql }: OperationContext,
  _args: Record<string, never>,
): (QueueCounts & { sessionId: number })[] {
  return sql
    .all<{ session_id: number; pending: number; processing: number; failed: number }>(
      `SELECT session_id, sum(state = 'pending') AS pending, sum(state = 'processing') AS processing,
       sum(state = 'failed') AS failed FROM messages GROUP BY session_id`,
    )
    .map(({ session_id, pending, processing, failed }) => ({
      sessionId: session_id,
      pending,
      processing,
      failed,
    }));
}
