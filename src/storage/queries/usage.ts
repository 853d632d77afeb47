import type { DayUsage, PlannedRequest, ProviderUsage, SettledUsage } from '../../distill/usage';
import type { Row } from '../sql';
import type { OperationContext } from './context';

/** Sums of money are kept in millionths of a dollar: whole numbers add up. */
const micros = (usd: number) => Math.ceil(usd * 1_000_000);

/** Writes the request down at its estimate, unless the day could then cost more than its budget. */
export function reserveUsage(context: OperationContext, request: PlannedRequest): number | undefined {
  const { tokens, budgetUsd } = request;
  if (budgetUsd !== undefined) {
    const { costUsd } = usageSince(context, { dayStart: request.dayStart });
    if (micros(costUsd) + micros(request.costUsd) > micros(budgetUsd)) return undefined;
  }
  return context.sql.get<{ id: number }>(
    `INSERT INTO usage (at, session_id, provider, model, input_tokens, output_tokens, cache_read_tokens,
     cache_write_tokens, cost_micros) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    Math.round(request.at),
    request.sessionId,
    request.provider,
    request.model,
    tokens.inputTokens,
    tokens.outputTokens,
    tokens.cacheReadTokens,
    tokens.cacheWriteTokens,
    micros(request.costUsd),
  )!.id;
}

export function settleUsage(
  { sql }: OperationContext,
  { id, used }: { id: number; used?: SettledUsage },
): void {
  if (!used) return void sql.run('DELETE FROM usage WHERE id = ?', id);
  sql.run(
    `UPDATE usage SET settled = 1, input_tokens = ?, output_tokens = ?, cache_read_tokens = ?,
     cache_write_tokens = ?, cost_micros = ?, observations = ? WHERE id = ?`,
    used.inputTokens,
    used.outputTokens,
    used.cacheReadTokens,
    used.cacheWriteTokens,
    micros(used.costUsd),
    used.observations,
    id,
  );
}

const sums = `count(*) AS requests,
  ifnull(sum(input_tokens + cache_read_tokens + cache_write_tokens), 0) AS input,
  ifnull(sum(output_tokens), 0) AS output, ifnull(sum(cost_micros), 0) AS micros,
  ifnull(sum(observations), 0) AS observations`;

interface SumRow extends Row {
  requests: number;
  input: number;
  output: number;
  micros: number;
  observations: number;
}

const totals = ({ requests, input, output, micros: cost, observations }: SumRow) => ({
  ...{ requests, inputTokens: input, outputTokens: output, costUsd: cost / 1_000_000, observations },
});

export function usageSince({ sql }: OperationContext, { dayStart }: { dayStart: number }): DayUsage {
  const row = sql.get<SumRow>(`SELECT ${sums} FROM usage WHERE at >= ?`, Math.round(dayStart))!;
  return { dayStart, ...totals(row) };
}

/** Of no session: what an earlier store knew of the day. */
const CARRIED_OVER = 'carried-over';

/** Adds what is known of a day beyond what this store has of it. The same again adds nothing. */
export function carryUsage(context: OperationContext, { at, known }: { at: number; known: DayUsage }): void {
  const here = usageSince(context, known);
  if (micros(known.costUsd) <= micros(here.costUsd)) return;
  context.sql.run(
    `INSERT INTO usage (at, session_id, provider, model, settled, input_tokens, output_tokens, cache_read_tokens,
     cache_write_tokens, cost_micros, observations) VALUES (?, 0, ?, '', 1, ?, ?, 0, 0, ?, ?)`,
    Math.round(at),
    CARRIED_OVER,
    Math.max(0, known.inputTokens - here.inputTokens),
    Math.max(0, known.outputTokens - here.outputTokens),
    micros(known.costUsd) - micros(here.costUsd),
    Math.max(0, known.observations - here.observations),
  );
}

/** What a session's memory came to, by the provider that made it. */
export function sessionUsage(
  { sql }: OperationContext,
  { sessionId }: { sessionId: number },
): ProviderUsage[] {
  return sql
    .all<SumRow & { provider: string; model: string }>(
      `SELECT provider, model, ${sums} FROM usage WHERE session_id = ? GROUP BY provider, model ORDER BY provider, model`,
      sessionId,
    )
    .map((row) => ({ provider: row.provider, model: row.model, ...totals(row) }));
}
