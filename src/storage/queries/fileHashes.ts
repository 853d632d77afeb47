import type { FileHash } from '../../memory/fileHashes';
import type { OperationContext } from './context';

/** Files of a session's observations since a time that nobody has looked at yet. */
export function filesToHash(
  { sql }: OperationContext,
  args: { sessionId: number; since: number; limit: number },
): Omit<FileHash, 'sha256'>[] {
  return sql
    .all<{ observation_id: number; path: string }>(
      `SELECT f.observation_id, f.path FROM observations o JOIN observation_files f ON f.observation_id = o.id
       WHERE o.session_id = ? AND o.created_at >= ? AND f.sha256 IS NULL LIMIT ?`,
      args.sessionId,
      args.since,
      args.limit,
    )
    .map(({ observation_id, path }) => ({ observationId: observation_id, path }));
}

export function setFileHashes(
  { sql }: Pick<OperationContext, 'sql'>,
  { hashes }: { hashes: readonly FileHash[] },
): void {
  for (const { observationId, path, sha256 } of hashes)
    sql.run(
      'UPDATE observation_files SET sha256 = ? WHERE observation_id = ? AND path = ?',
      sha256,
      observationId,
      path,
    );
}

export function fileHashes(
  { sql }: Pick<OperationContext, 'sql'>,
  { ids }: { ids: readonly number[] },
): FileHash[] {
  return sql
    .all<{ observation_id: number; path: string; sha256: string }>(
      `SELECT observation_id, path, sha256 FROM observation_files
       WHERE observation_id IN (SELECT value FROM json_each(?)) AND sha256 IS NOT NULL ORDER BY observation_id, path`,
      JSON.stringify(ids),
    )
    .map(({ observation_id, path, sha256 }) => ({ observationId: observation_id, path, sha256 }));
}
