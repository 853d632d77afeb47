import assert from 'node:assert/strict';
import { join } from 'node:path';
import { StatementError } from '../../../src/storage/errors';
import type { Row } from '../../../src/storage/sql';
import { SqliteConnection } from '../../../src/storage/sqljs/sqlite';
import { makeFolder, removeFolders } from '../../support/store';
import { loadHere } from '../../support/sqlite';

describe('a prepared statement', () => {
  let connection: SqliteConnection;
  before(async () => {
    connection = SqliteConnection.open(await loadHere(), join(await makeFolder(), 'a.db'));
    connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, value UNIQUE)');
  });
  after(async () => {
    connection.close();
    await removeFolders();
  });

  const back = (value: string | number | null | Uint8Array) =>
    connection.get<Row>('SELECT ? AS value', value)?.['value'];

  it('gives back what was bound, of every type and at every edge', () => {
    const numbers = [0, -1, 1.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, Date.now()];
    const texts = ['', 'a', 'Zürich, 東京, 🌊', '\u{10ffff}', `'; DROP TABLE t; --`];
    for (const value of [...numbers, ...texts, null]) assert.equal(back(value), value);
    for (const bytes of [[], [0], [1, 0, 255]])
      assert.deepEqual(back(Uint8Array.from(bytes)), Uint8Array.from(bytes));
  });

  it('finds its memory again where binding has made that grow', () => {
    const large = 'ü'.repeat(24 << 20);
    const row = connection.get<{ a: string; b: string; c: string }>(
      ...(['SELECT ? AS a, ? AS b, ? AS c', 'before', large, 'behind'] as const),
    );
    assert.ok(row?.b === large);
    assert.deepEqual([row.a, row.c], ['before', 'behind']);
  });

  it('does not see the values of the time before', () => {
    assert.deepEqual(connection.all('SELECT ? AS a, ? AS b', 1, 'x'), [{ a: 1, b: 'x' }]);
    assert.deepEqual(connection.all('SELECT ? AS a, ? AS b', 2), [{ a: 2, b: null }]);
  });

  it('can be used again after it has failed, and holds up no commit', () => {
    const insert = 'INSERT INTO t (value) VALUES (?)';
    assert.equal(connection.run(insert, 'once'), 1);
    connection.run('BEGIN');
    assert.throws(() => connection.run(insert, 'once'), StatementError);
    assert.equal(connection.run(insert, 'other'), 1);
    connection.run('COMMIT');
    assert.throws(() => connection.run('INSERT INTO nowhere VALUES (1)'), { message: /nowhere/ });
    assert.deepEqual(
      connection.all('SELECT value FROM t ORDER BY id').map(({ value }) => value),
      ['once', 'other'],
    );
  });

  it('has the columns that the table has by now', () => {
    const select = 'SELECT * FROM t ORDER BY id LIMIT 1';
    assert.deepEqual(Object.keys(connection.get(select)!), ['id', 'value']);
    connection.exec('ALTER TABLE t ADD COLUMN more');
    assert.deepEqual(Object.keys(connection.get(select)!), ['id', 'value', 'more']);
  });
});
