import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { SystemCalls } from '../../../src/storage/sqljs/fileSystem';
import type { SqliteConnection } from '../../../src/storage/sqljs/sqlite';
import { makeFolder, removeFolders } from '../../support/store';
import { openHere } from '../../support/sqlite';

const ROOM = 1 << 20;

describe('the room in the log', () => {
  after(removeFolders);

  const add = (connection: SqliteConnection, key: string) =>
    connection.run(`INSERT INTO projects (key, name, root) VALUES (?, 'n', 'r')`, key);
  const keys = (connection: SqliteConnection) =>
    connection.all<{ key: string }>('SELECT key FROM projects ORDER BY id').map(({ key }) => key);

  it('is made in large steps, so that most commits do not change the length of the log', async () => {
    const file = join(await makeFolder(), 'a.db');
    const connection = await openHere(file);
    const sizes = new Set<number>();
    for (let n = 0; n < 100; n++) {
      add(connection, `k${n}`);
      sizes.add(fs.statSync(`${file}-wal`).size);
    }
    connection.close();
    assert.ok(sizes.size <= 3, `${sizes.size} lengths in 100 commits`);
  });

  for (const [what, fill] of [
    ['zeros', 0],
    ['what a power cut has left there', 0xa5],
  ] as const) {
    it(`is not taken for commits, be it ${what}`, async () => {
      const folder = await makeFolder();
      const connection = await openHere(join(folder, 'a.db'));
      add(connection, 'a');
      const end = lastWritten(join(folder, 'a.db-wal'));
      for (const suffix of ['', '-wal']) {
        fs.copyFileSync(join(folder, `a.db${suffix}`), join(folder, `copy.db${suffix}`));
      }
      connection.close();
      const log = fs.readFileSync(join(folder, 'copy.db-wal'));
      assert.ok(log.length - end > ROOM / 2, 'there is room in the log');
      fs.writeFileSync(join(folder, 'copy.db-wal'), log.fill(fill, end));

      const found = await openHere(join(folder, 'copy.db'));
      assert.deepEqual(keys(found), ['a']);
      add(found, 'b');
      assert.deepEqual(keys(found), ['a', 'b']);
      assert.equal(found.get<{ ok: string }>('PRAGMA integrity_check')?.['integrity_check' as never], 'ok');
      found.close();
    });
  }

  it('is done without where the disk has none for it, and the commit is kept', async () => {
    const file = join(await makeFolder(), 'a.db');
    let refused = 0;
    const calls: SystemCalls = {
      ...fs,
      writeSync(fd, buffer, offset, length, position) {
        if (length !== ROOM) return fs.writeSync(fd, buffer, offset, length, position);
        refused++;
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      },
    };
    const connection = await openHere(file, calls);
    add(connection, 'a');
    connection.close();
    assert.ok(refused > 0);
    const found = await openHere(file);
    assert.deepEqual(keys(found), ['a']);
    found.close();
  });
});

/** Where the zeros begin. */
function lastWritten(file: string): number {
  const log = fs.readFileSync(file);
  let end = log.length;
  while (end > 0 && log[end - 1] === 0) end--;
  // A page may end in zeros of its own.
  return 32 + Math.ceil((end - 32) / 4120) * 4120;
}
