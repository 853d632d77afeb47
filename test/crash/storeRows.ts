import type { MessageBody } from '../../src/queue/message';
import type { Row, Sql } from '../../src/storage/sql';
import { tokenOf } from './queueModel';

/** What SQLite finds wrong with the file; empty where it is sound. */
export function defects(sql: Sql): string[] {
  const integrity = sql.all<{ integrity_check: string }>('PRAGMA integrity_check');
  const references = sql.all('PRAGMA foreign_key_check');
  const bodies = sql.get<{ n: number }>(
    `SELECT (SELECT count(*) FROM message_bodies) - (SELECT count(*) FROM messages) AS n`,
  );
  return [
    ...integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...references.map((row) => `dangling reference: ${JSON.stringify(row)}`),
    ...(bodies?.n === 0 ? [] : [`${bodies?.n} bodies without a message`]),
  ];
}

/** Everything that the store holds, as `QueueModel.rows` has it. */
export function storeRows(sql: Sql): Map<string, string> {
  const rows = new Map<string, string>();
  const each = <T extends Row>(query: string, entry: (row: T) => [string, string]) => {
    for (const row of sql.all<T>(query)) rows.set(...entry(row));
  };
  each<{ id: number; name: string }>('SELECT id, agent_session_id AS name FROM sessions', (row) => [
    `session ${row.id}`,
    row.name,
  ]);
  each<{ session_id: number; number: number; text: string }>('SELECT * FROM prompts', (row) => [
    `prompt ${row.session_id} ${row.number}`,
    row.text,
  ]);
  each<{ key: string }>('SELECT key FROM seen_events', ({ key }) => [`seen ${key}`, '']);
  each<Row & { id: number; body: string | null }>(
    'SELECT m.*, body FROM messages m LEFT JOIN message_bodies ON message_id = id',
    (row) => [
      `message ${row.id}`,
      JSON.stringify([
        row['session_id'],
        row.body === null ? null : tokenOf(JSON.parse(row.body) as MessageBody),
        row.body?.length ?? 0,
        ...[row['tool_use_id'], row['state'], row['attempts'], row['available_at']],
        ...[row['lease'], row['error']],
      ]),
    ],
  );
  each<Row>('SELECT * FROM outcomes', (row) => [
    `outcome ${String(row['message_id'])}`,
    JSON.stringify([
      ...[row['session_id'], row['tool_use_id'], row['outcome'], row['rule'], row['observation_id']],
    ]),
  ]);
  for (const [kind, table, text] of [
    ['observation', 'observations', 'title'],
    ['summary', 'summaries', 'request'],
  ]) {
    each<{ id: number; session_id: number; said: string }>(
      `SELECT id, session_id, ${text} AS said FROM ${table}`,
      (row) => [`${kind} ${row.id}`, JSON.stringify([row.session_id, row.said])],
    );
  }
  each<{ name: string; seq: number }>('SELECT name, seq FROM sqlite_sequence WHERE seq > 0', (row) => [
    `last ${row.name}`,
    String(row.seq),
  ]);
  return rows;
}
