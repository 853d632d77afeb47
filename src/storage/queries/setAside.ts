import type { SetAside, SetAsideEvent } from '../../capture/setAsideStore';
import type { SetAsideReason } from '../../capture/spoolRecord';
import type { OperationContext } from './context';
import { markSeen } from './seenEvents';

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

/** Forgets what was set aside: of one content, or all. The number of rows. */
export function dismissSetAside({ sql }: OperationContext, { sha256 }: { sha256?: string }): number {
  return sha256 === undefined
    ? sql.run('DELETE FROM set_aside')
    : sql.run('DELETE FROM set_aside WHERE sha256 = ?', sha256);
}
