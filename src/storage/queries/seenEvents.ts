import type { DedupeKey } from '../../queue/message';
import type { Sql } from '../sql';

/**
 * Records an event under all its keys, in the transaction that stores it. False when one of them is known:
 * then the event was accepted before, perhaps over another route, and its other keys are recorded too.
 */
export function markSeen(sql: Sql, keys: readonly DedupeKey[], at: number): boolean {
  const time = Math.round(at);
  let known = false;
  for (const { key, withinMs } of keys) {
    const seen = sql.get<{ seen_at: number }>('SELECT seen_at FROM seen_events WHERE key = ?', key);
    if (seen && (withinMs === undefined || Math.abs(time - seen.seen_at) <= withinMs)) known = true;
  }
  for (const { key } of keys) {
    sql.run(
      'INSERT INTO seen_events (key, seen_at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET seen_at = max(seen_at, excluded.seen_at)',
      key,
      time,
    );
  }
  return !known;
}
