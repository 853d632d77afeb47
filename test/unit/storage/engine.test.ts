import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFiles } from '../../../scripts/build';
import { silentLogger } from '../../../src/base/logger';
import {
  StatementError,
  StorageClosedError,
  StorageFailedError,
  StoreTooNewError,
  StoreUnreadableError,
} from '../../../src/storage/errors';
import { migrate, SCHEMA_VERSION } from '../../../src/storage/migrations';
import { Engine } from '../../../src/storage/sqljs/engine';
import { SqliteConnection, type Sqlite } from '../../../src/storage/sqljs/sqlite';
import { loadHere } from '../../support/sqlite';
import { makeFolder, openStore, project, removeFolders, toolUse } from '../../support/store';

const open = (file: string) => Engine.open({ file, ...engineFiles, log: silentLogger });
const message = (sessionId: number, id: string, key = id) => ({
  ...{ sessionId, promptNumber: 1, createdAt: 1_000, dedupeKeys: [{ key }] },
  body: { kind: 'observation' as const, use: toolUse(id) },
});

describe('the storage engine', () => {
  let sqlite: Sqlite;
  before(async () => (sqlite = await loadHere()));
  after(removeFolders);

  it('has on disk what it has acknowledged, without being closed', async () => {
    const folder = await makeFolder();
    const { engine, sessions, queue } = await openStore(folder);
    const { id } = await sessions.ensureSession('claude-code', 'a', project, 1);
    await queue.enqueue(message(id, 't1'));

    // What a power cut would leave: the bytes of the file and its log, nothing of the process.
    const copy = await makeFolder();
    for (const suffix of ['', '-wal']) {
      await copyFile(join(folder, `tidemark.db${suffix}`), join(copy, `tidemark.db${suffix}`));
    }
    const found = await openStore(copy);
    assert.deepEqual(found.queue.counts(), { pending: 1, processing: 0, failed: 0 });
    await found.engine.close();
    await engine.close();
  });

  it('writes through the pager, not by exporting: the file grows by pages while it is open', async () => {
    const folder = await makeFolder();
    const connection = SqliteConnection.open(sqlite, join(folder, 'a.db'));
    migrate(connection);
    assert.equal(connection.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode, 'wal');
    assert.equal(connection.get<{ auto_vacuum: number }>('PRAGMA auto_vacuum')?.auto_vacuum, 2);
    assert.equal(connection.get<{ secure_delete: number }>('PRAGMA secure_delete')?.secure_delete, 1);
    assert.equal(connection.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous, 2);
    const before = (await readFile(join(folder, 'a.db-wal'))).length;
    connection.run(`INSERT INTO projects (key, name, root) VALUES ('k', 'n', 'r')`);
    const grown = (await readFile(join(folder, 'a.db-wal'))).length - before;
    assert.ok(grown > 0 && grown <= 8 * 4120, `one commit wrote ${grown} bytes`);
    connection.close();
  });

  it('keeps the work of the others when one operation of a shared commit fails', async () => {
    const { engine, sessions, queue } = await openStore(await makeFolder());
    const { id } = await sessions.ensureSession('claude-code', 'a', project, 1);
    const results = await Promise.allSettled([
      queue.enqueue(message(id, 't1')),
      queue.enqueue(message(999, 't2')),
      queue.enqueue(message(id, 't3')),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok((results[1] as PromiseRejectedResult).reason instanceof StatementError);
    assert.deepEqual(
      (await queue.list(id, 10)).map(
        ({ body }) => body.kind === 'observation' && 'use' in body && body.use.toolUseId,
      ),
      ['t1', 't3'],
    );
    assert.equal(
      (await queue.enqueue(message(id, 't2'))).duplicate,
      false,
      'a rejected event is not marked as seen',
    );
    await engine.close();
  });

  it('announces state changes before the promise of their transaction resolves', async () => {
    const { engine, sessions, queue } = await openStore(await makeFolder());
    const { id } = await sessions.ensureSession('claude-code', 'a', project, 1);
    const seen: string[] = [];
    queue.onTransitions((transitions) => seen.push(...transitions.map(({ to }) => `to ${to}`)));
    await queue.enqueue(message(id, 't1')).then(() => seen.push('resolved'));
    assert.deepEqual(seen, ['to pending', 'resolved']);
    await engine.close();
  });

  it('rejects what is in flight when its worker dies, says so once, and opens again with all it acknowledged', async () => {
    const folder = await makeFolder();
    const { engine, sessions, queue } = await openStore(folder);
    const { id } = await sessions.ensureSession('claude-code', 'a', project, 1);
    await queue.enqueue(message(id, 't1'));
    const failed = new Promise<Error>((resolve) => engine.onDidFail(resolve));
    const inFlight = queue.enqueue(message(id, 't2'));
    await (engine as unknown as { worker: { terminate(): Promise<number> } }).worker.terminate();
    await assert.rejects(inFlight, StorageFailedError);
    assert.ok((await failed) instanceof StorageFailedError);
    await assert.rejects(queue.enqueue(message(id, 't3')), StorageFailedError);

    const again = await openStore(folder);
    assert.ok(again.queue.counts().pending >= 1);
    await again.engine.close();
  });

  it('finishes what was asked before it closes, and refuses what comes after', async () => {
    const { engine, sessions } = await openStore(await makeFolder());
    const asked = sessions.ensureSession('claude-code', 'a', project, 1);
    const closing = engine.close();
    assert.equal(engine.close(), closing);
    await closing;
    assert.equal((await asked).agentSessionId, 'a');
    await assert.rejects(sessions.getSessionById(1), StorageClosedError);
  });

  describe('refuses, and leaves as it is,', () => {
    const unchanged = async (file: string, error: new (...args: never[]) => Error) => {
      const before = await readFile(file);
      await assert.rejects(open(file), error);
      assert.deepEqual(await readFile(file), before);
    };

    it('a file that is no database', async () => {
      const file = join(await makeFolder(), 'tidemark.db');
      await writeFile(file, 'This is not a database. '.repeat(500));
      await unchanged(file, StoreUnreadableError);
    });

    it('the database of another program', async () => {
      const file = join(await makeFolder(), 'tidemark.db');
      const connection = SqliteConnection.open(sqlite, file);
      connection.exec('CREATE TABLE theirs (a)');
      connection.close();
      await unchanged(file, StoreUnreadableError);
    });

    it('a store that a newer Tidemark wrote', async () => {
      const file = join(await makeFolder(), 'tidemark.db');
      const connection = SqliteConnection.open(sqlite, file);
      migrate(connection);
      connection.exec(`PRAGMA user_version=${SCHEMA_VERSION + 1}`);
      connection.close();
      await unchanged(file, StoreTooNewError);
    });
  });

  it('tells which file error kept it from opening', async () => {
    await assert.rejects(open(join(await makeFolder(), 'missing', 'tidemark.db')), (error: Error) => {
      assert.ok(error instanceof StoreUnreadableError);
      return (error.cause as NodeJS.ErrnoException).code === 'ENOENT';
    });
  });

  it('leaves the old version or the new one when a migration fails half way', async () => {
    const connection = SqliteConnection.open(sqlite, join(await makeFolder(), 'a.db'));
    migrate(connection, ['CREATE TABLE one (a)']);
    assert.throws(
      () => migrate(connection, ['', 'CREATE TABLE two (a); CREATE TABLE two (a)']),
      StatementError,
    );
    assert.equal(connection.get<{ user_version: number }>('PRAGMA user_version')?.user_version, 1);
    assert.equal(connection.get(`SELECT 1 AS found FROM sqlite_schema WHERE name = 'two'`), undefined);
    migrate(connection, ['', 'CREATE TABLE two (a)']);
    assert.equal(connection.get<{ user_version: number }>('PRAGMA user_version')?.user_version, 2);
    connection.close();
  });

  it('tells why a migration failed, also where SQLite has rolled it back by itself', async () => {
    const connection = SqliteConnection.open(sqlite, join(await makeFolder(), 'a.db'));
    assert.throws(() => migrate(connection, ['ROLLBACK; SELECT * FROM missing']), /no such table: missing/);
    connection.close();
  });

  it('stores any text, with what lies behind a NUL and lone surrogates', async () => {
    const { engine, sessions, queue } = await openStore(await makeFolder());
    const { id } = await sessions.ensureSession('claude-code', 'nul\0behind', project, 1);
    await sessions.addPrompt(id, { text: 'a\0b\ud800c', at: 1, dedupeKeys: [] });
    assert.equal((await sessions.getPrompts(id))[0]?.text, 'a\uFFFDb\uFFFDc');
    await queue.enqueue(message(id, 'a\0b\ud800c'));
    const [stored] = await queue.list(id, 1);
    assert.deepEqual(stored?.body, message(id, 'a\0b\ud800c').body);
    await engine.close();
  });
});
