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
    // Hardly any event is seen twice: one statement for most.
    if (sql.run('INSERT INTO seen_events (key, seen_at) VALUES (?, ?) ON CONFLICT DO NOTHING', key, time) > 0)
      continue;
    const { seen_at } = sql.get<{ seen_at: number }>('SELECT seen_at FROM seen_events WHERE key = ?', key)!;
    if (withinMs === undefined || Math.abs(time - seen_at) <= withinMs) known = true;
    if (time > seen_at) sql.run('UPDATE seen_events SET seen_at = ? WHERE key = ?', time, key);
  }
  return !known;
}
