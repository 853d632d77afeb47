import assert from 'node:assert/strict';
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/logger';
import { Spool } from '../../../src/capture/spool';
import type { SpoolRecord } from '../../../src/capture/spoolRecord';
import { makeFolder, removeFolders } from '../../support/store';

const record = (id: string): SpoolRecord => ({
  ...{ v: 1, id, at: 1, agent: 'claude-code', event: 'Stop', payload: { session_id: 's' } },
  project: { key: '/a', name: 'a', root: '/a' },
});

/** A spool over a real folder that remembers what it accepted. */
async function makeSpool(accept: (id: string) => Promise<void> | void = () => undefined) {
  const folder = join(await makeFolder(), 'spool');
  await mkdir(folder);
  const accepted: string[] = [];
  const failures: unknown[] = [];
  let announce: () => void = () => undefined;
  const spool = new Spool({
    folder,
    log: silentLogger,
    accept: async ({ id }) => {
      await accept(id);
      accepted.push(id);
      announce();
    },
    acceptUnreadable: async (id, { size }) => void accepted.push(`${id} unreadable ${size}`),
    onFailure: (error) => failures.push(error),
  });
  const put = async (name: string, text: string) => {
    await writeFile(join(folder, `${name}.tmp`), text);
    await rename(join(folder, `${name}.tmp`), join(folder, `${name}.json`));
  };
  const next = () => new Promise<void>((resolve) => (announce = resolve));
  return { spool, folder, accepted, failures, put, next };
}

describe('the spool', () => {
  after(removeFolders);

  it('hands on what was there before, in the order of the names, and deletes it then', async () => {
    const { spool, folder, accepted, put } = await makeSpool();
    for (const name of ['3', '1', '2']) await put(name, JSON.stringify(record(name)));
    await spool.start();
    assert.deepEqual(accepted, ['1', '2', '3']);
    assert.deepEqual(await readdir(folder), []);
    await spool.stop();
  });

  it('is woken by a new file', async () => {
    const { spool, accepted, put, next } = await makeSpool();
    await spool.start();
    const woken = next();
    await put('1', JSON.stringify(record('1')));
    await woken;
    assert.deepEqual(accepted, ['1']);
    await spool.stop();
  });

  it('keeps a file whose event was not accepted, says so, and takes it at the next look', async () => {
    let broken = true;
    const { spool, folder, accepted, failures, put } = await makeSpool(() => {
      if (broken) throw new Error('The store is closed.');
    });
    await put('1', JSON.stringify(record('1')));
    await spool.start();
    assert.equal(failures.length, 1);
    assert.deepEqual(await readdir(folder), ['1.json']);
    broken = false;
    await spool.rescan();
    assert.deepEqual([accepted, await readdir(folder)], [['1'], []]);
    await spool.stop();
  });

  it('sets aside what is no record, by size alone, and goes on', async () => {
    const { spool, accepted, put } = await makeSpool();
    await put('1', 'half a rec');
    await put('2', JSON.stringify({ v: 1, id: 'x', at: 'soon' }));
    await put('3', '['.repeat(200_000));
    await put('4', '{"__proto__": {"polluted": 1}}');
    await put('5', JSON.stringify(record('5')));
    await spool.start();
    assert.deepEqual(accepted, [
      '1 unreadable 10',
      '2 unreadable 28',
      '3 unreadable 200000',
      '4 unreadable 30',
      '5',
    ]);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
    await spool.stop();
  });

  it('leaves a file alone while it is written, and removes one that was abandoned', async () => {
    const { spool, folder, accepted } = await makeSpool();
    await writeFile(join(folder, 'young.json.tmp'), '');
    await writeFile(join(folder, 'old.json.tmp'), '');
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1_000);
    await utimes(join(folder, 'old.json.tmp'), longAgo, longAgo);
    await spool.start();
    assert.deepEqual([accepted, await readdir(folder)], [[], ['young.json.tmp']]);
    await spool.stop();
  });

  it('accepts what comes while it is reading, in one pass of its own', async () => {
    const more: (() => Promise<void>)[] = [];
    const { spool, accepted, put } = await makeSpool(async (id) => {
      if (id === '1') await more[0]!();
    });
    more.push(() => put('2', JSON.stringify(record('2'))));
    await put('1', JSON.stringify(record('1')));
    await spool.start();
    await spool.rescan();
    assert.deepEqual(accepted, ['1', '2']);
    await spool.stop();
  });
});
