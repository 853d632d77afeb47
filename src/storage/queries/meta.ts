import type { OperationContext } from './context';

/** Small facts about the store itself. Absent where it was never set. */
export function getMeta({ sql }: OperationContext, { key }: { key: string }): string | undefined {
  return sql.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value;
}

export function setMeta({ sql }: OperationContext, { key, value }: { key: string; value: string }): void {
  sql.run(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    key,
    value,
  );
}

/** One more than the last time, and than `above`. Counts the times the store was opened. */
export function raiseGeneration(context: OperationContext, { above }: { above: number }): number {
  const key = 'generation';
  const generation = Math.max(above, Number(getMeta(context, { key }) ?? 0)) + 1;
  setMeta(context, { key, value: String(generation) });
  return generation;
}
