import assert from 'node:assert/strict';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreTooNewError, StoreUnreadableError } from '../../../src/storage/errors';
import { SCHEMA_VERSION } from '../../../src/storage/migrations';
import { makeFolder, openStore, project, removeFolders, toolUse } from '../../support/store';

const PAGE = 4096;

const message = (sessionId: number, id: string) => ({
  ...{ sessionId, promptNumber: 1, createdAt: 1_000, dedupeKeys: [{ key: id }] },
  body: { kind: 'observation' as const, use: toolUse(id, 'x'.repeat(3_000)) },
});

describe('a store whose file is not what it should be', () => {
  after(removeFolders);

  async function makeStore() {
    const folder = await makeFolder();
    const { engine, sessions, queue } = await openStore(folder);
    const { id } = await sessions.ensureSession('claude-code', 'a', project, 1);
    for (let i = 0; i < 20; i++) await queue.enqueue(message(id, `t${i}`));
    await engine.close();
    return { folder, file: join(folder, 'tidemark.db'), id };
  }

  async function changed(change: (file: Buffer) => void) {
    const store = await makeStore();
    const bytes = await readFile(store.file);
    change(bytes);
    await writeFile(store.file, bytes);
    return { ...store, bytes };
  }

  /** Tried twice, since the first try must not have made it worse. */
  async function refuses(folder: string, error: new (...args: never[]) => Error): Promise<void> {
    const file = join(folder, 'tidemark.db');
    const before = await readFile(file);
    for (let i = 0; i < 2; i++) {
      await assert.rejects(openStore(folder), error);
      assert.ok(before.equals(await readFile(file)), 'the file is as it was');
      assert.deepEqual(await readdir(folder), ['tidemark.db']);
    }
  }

  it('cut off in the middle: refused, and left as it is', async () => {
    const { folder, file } = await makeStore();
    await truncate(file, 7 * PAGE + 100);
    await refuses(folder, StoreUnreadableError);
  });

  it('with a flipped bit in its head: refused, and left as it is', async () => {
    const { folder } = await changed((bytes) => (bytes[3]! ^= 1));
    await refuses(folder, StoreUnreadableError);
  });

  it('with a flipped bit in a page: the engine says that it is damaged when it comes to that, and ends', async () => {
    const { folder, file, id, bytes } = await changed((all) => {
      // The page that holds the last message's body; its first byte tells SQLite what kind it is.
      all[Math.floor(all.indexOf('echo t19') / PAGE) * PAGE]! ^= 0x40;
    });
    const { engine, queue } = await openStore(folder);
    const ended = new Promise<Error>((resolve) => engine.onDidFail(resolve));
    await assert.rejects(queue.enqueue(message(id, 'more')), StoreUnreadableError);
    assert.ok((await ended) instanceof StoreUnreadableError);
    await assert.rejects(queue.list(id, 1), StoreUnreadableError);
    assert.ok(bytes.equals(await readFile(file)), 'the file is as it was');
  });

  // Bytes 18 and 19 are 1 where a database keeps a rollback journal, as other programs' do: opening it as ours
  // would rewrite them.
  it('the database of another program with a rollback journal: refused, and left as it is', async () => {
    const { folder } = await changed((bytes) => {
      bytes[18] = bytes[19] = 1;
      bytes.writeUInt32BE(0, 68);
    });
    await refuses(folder, StoreUnreadableError);
  });

  it('a newer store in another journal mode: refused, and left as it is', async () => {
    const { folder } = await changed((bytes) => {
      bytes[18] = bytes[19] = 1;
      bytes.writeUInt32BE(SCHEMA_VERSION + 1, 60);
    });
    await refuses(folder, StoreTooNewError);
  });
});
