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
