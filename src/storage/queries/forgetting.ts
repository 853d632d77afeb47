import { createHash } from 'node:crypto';
import type { ObservationContent } from '../../memory/observation';
import type { FileHash } from '../../memory/fileHashes';
import type { ForgottenMemory, MemoryRef } from '../../memory/library';
import type { Row, Sql } from '../sql';
import type { OperationContext } from './context';
import { fileHashes, setFileHashes } from './fileHashes';

const tables = { observation: 'observations', summary: 'summaries' } as const;

interface MemoryRow extends Row {
  id: number;
  session_id: number;
  prompt_number: number;
}

/** What is needed to bring one back. */
interface Kept {
  row: MemoryRow;
  hashes: FileHash[];
}

/** By what work that is distilled again is known: where it was and what it came to. */
function fingerprint(kind: MemoryRef['kind'], title: string): string {
  // A turn has one account of it, whatever its words.
  return kind === 'summary' ? 'summary' : hash(title.toLowerCase().replace(/\s+/g, ' ').trim());
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Moves memories out of their tables. The number of those that were there. */
export function forget(
  { sql }: OperationContext,
  { memories, at }: { memories: readonly MemoryRef[]; at: number },
): number {
  let count = 0;
  for (const { kind, id } of memories) {
    const row = sql.get<MemoryRow>(`SELECT * FROM ${tables[kind]} WHERE id = ?`, id);
    if (!row) continue;
    const title = String(row['title'] ?? row['request']);
    const kept: Kept = { row, hashes: kind === 'observation' ? fileHashes({ sql }, { ids: [id] }) : [] };
    sql.run(
      `INSERT OR REPLACE INTO forgotten (kind, id, session_id, prompt_number, fingerprint, forgotten_at, title, row)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[kind, id, row.session_id, row.prompt_number, fingerprint(kind, title), Math.round(at), title],
      JSON.stringify(kept),
    );
    sql.run(`DELETE FROM ${tables[kind]} WHERE id = ?`, id);
    count++;
  }
  return count;
}

/** The sessions of those that came back. */
export function restore(
  { sql }: OperationContext,
  { memories }: { memories: readonly MemoryRef[] },
): number[] {
  return memories.flatMap(({ kind, id }) => {
    const kept = sql.get<{ row: string }>(
      'SELECT row FROM forgotten WHERE kind = ? AND id = ? AND row IS NOT NULL',
      kind,
      id,
    );
    if (!kept) return [];
    const { row, hashes } = JSON.parse(kept.row) as Kept;
    const columns = Object.keys(row);
    sql.run(
      `INSERT INTO ${tables[kind]} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      ...columns.map((column) => row[column]!),
    );
    setFileHashes({ sql }, { hashes });
    sql.run('DELETE FROM forgotten WHERE kind = ? AND id = ?', kind, id);
    return [row.session_id];
  });
}

export function forgotten({ sql }: OperationContext, { limit }: { limit: number }): ForgottenMemory[] {
  return sql
    .all<{ kind: MemoryRef['kind']; id: number; session_id: number; title: string; forgotten_at: number }>(
      `SELECT kind, id, session_id, title, forgotten_at FROM forgotten WHERE row IS NOT NULL
       ORDER BY forgotten_at DESC, id DESC LIMIT ?`,
      limit,
    )
    .map(({ kind, id, session_id, title, forgotten_at }) => ({
      ...{ kind, id, sessionId: session_id, title, forgottenAt: forgotten_at },
    }));
}

/** Erases what forgotten memories said. They are known by their fingerprints after that. */
export function eraseForgotten(sql: Sql, before: number, limit: number): number {
  return sql.run(
    `UPDATE forgotten SET row = NULL, title = NULL WHERE (kind, id) IN
     (SELECT kind, id FROM forgotten WHERE row IS NOT NULL AND forgotten_at < ? LIMIT ?)`,
    before,
    limit,
  );
}

export function isForgotten(sql: Sql, kind: MemoryRef['kind'], id: number): boolean {
  return sql.get('SELECT 1 AS found FROM forgotten WHERE kind = ? AND id = ?', kind, id) !== undefined;
}

/**
 * The forgotten observation that this one would bring back: of the same turn and name, or all of it resting on
 * tool uses that one rested on.
 */
export function forgottenAlike(
  sql: Sql,
  of: { sessionId: number; promptNumber: number; toolUseIds: readonly (string | null)[] },
  content: Pick<ObservationContent, 'title'>,
): number | undefined {
  if (!sql.get('SELECT 1 AS found FROM forgotten WHERE session_id = ? LIMIT 1', of.sessionId))
    return undefined;
  const named = sql.get<{ id: number }>(
    `SELECT id FROM forgotten WHERE session_id = ? AND kind = 'observation' AND prompt_number = ? AND fingerprint = ?`,
    of.sessionId,
    of.promptNumber,
    fingerprint('observation', content.title),
  );
  if (named || of.toolUseIds.includes(null)) return named?.id;
  return sql.get<{ id: number }>(
    `SELECT f.id FROM forgotten f WHERE f.session_id = ?1 AND f.kind = 'observation' AND NOT EXISTS (
       SELECT 1 FROM json_each(?2) t WHERE NOT EXISTS (
         SELECT 1 FROM outcomes o WHERE o.observation_id = f.id AND o.tool_use_id = t.value)) LIMIT 1`,
    of.sessionId,
    JSON.stringify(of.toolUseIds),
  )?.id;
}

/** Whether the account of this turn was forgotten. */
export function isSummaryForgotten(sql: Sql, sessionId: number, promptNumber: number): boolean {
  return (
    sql.get(
      `SELECT 1 AS found FROM forgotten WHERE session_id = ? AND kind = 'summary' AND prompt_number = ?`,
      sessionId,
      promptNumber,
    ) !== undefined
  );
}
