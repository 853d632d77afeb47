import type { OperationContext } from './context';
import { eraseForgotten } from './forgetting';
import { discard } from './messages';

/** What is older than this may go, ms since the epoch; and how many rows one slice may take. */
export interface TrimArgs {
  failedBefore: number;
  seenBefore: number;
  setAsideBefore: number;
  forgottenBefore: number;
  limit: number;
}

/** Bytes in use and to be had back, and whether there is more to trim or to give back. */
export interface StoreSize {
  bytes: number;
  freeBytes: number;
}

/**
 * Names that can't come again after so long: of hooks' events, and those made from content alone. The agents' own
 * names stay, and so do imported events', so that a past session is imported once, whenever that is.
 */
const forgettable = `(key LIKE '%:hash:%' OR (key LIKE 'event:%' AND key NOT LIKE 'event:import-%'))`;

/**
 * One slice of forgetting what has served its time: failed messages that nobody has looked at, names of events
 * that can't come again, what was set aside. The number of rows; fewer than the limit means that nothing is left.
 */
export function trim(context: OperationContext, args: TrimArgs): number {
  const { sql } = context;
  const failed = sql.all<{ id: number }>(
    `SELECT id FROM messages INDEXED BY messages_failed WHERE state = 'failed' AND available_at < ? LIMIT ?`,
    args.failedBefore,
    args.limit,
  );
  let left = args.limit - discard(context, { messageIds: failed.map(({ id }) => id) });
  left -= sql.run(
    `DELETE FROM seen_events WHERE key IN (SELECT key FROM seen_events WHERE seen_at < ? AND ${forgettable} LIMIT ?)`,
    args.seenBefore,
    left,
  );
  left -= sql.run(
    `DELETE FROM set_aside WHERE (reason, sha256) IN
     (SELECT reason, sha256 FROM set_aside WHERE last_at < ? LIMIT ?)`,
    args.setAsideBefore,
    left,
  );
  left -= eraseForgotten(sql, args.forgottenBefore, left);
  return args.limit - left;
}

/** Gives up to `pages` free pages back to the file system. */
export function giveBack({ sql }: OperationContext, { pages }: { pages: number }): StoreSize {
  // Each step of the pragma frees one page: read to its end.
  sql.all(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`);
  return storeSize({ sql });
}

export function storeSize({ sql }: Pick<OperationContext, 'sql'>): StoreSize {
  const pragma = (name: string) => Number(Object.values(sql.get(`PRAGMA ${name}`) ?? {})[0] ?? 0);
  const pageSize = pragma('page_size');
  return { bytes: pragma('page_count') * pageSize, freeBytes: pragma('freelist_count') * pageSize };
}
