import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Deferred } from '../../../src/base/async';
import { claimFolder } from '../../../src/keeper/claim';
import { acquireOwnership, OwnedElsewhereError, waitForOwnership } from '../../../src/keeper/ownership';
import { makeFolder, removeFolders } from '../../support/store';

const children: ChildProcess[] = [];

/** A process of its own, and the first thing it says. */
async function contender(
  how: 'take' | 'wait',
  folder: string,
): Promise<ChildProcess & { says: Promise<string> }> {
  const script = join(__dirname, '../../support/ownerChild.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', script, how, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const says = once(child.stdout, 'data').then(([chunk]) => String(chunk).trim());
  return Object.assign(child, { says });
}

describe('ownership of the storage folder', () => {
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  after(removeFolders);

  it('is refused, typed, while another process has it', async () => {
    const folder = await makeFolder();
    const owner = await contender('take', folder);
    assert.equal(await owner.says, 'owner');
    await assert.rejects(acquireOwnership(folder), OwnedElsewhereError);
    assert.equal(await (await contender('take', folder)).says, 'elsewhere');
  });

  it('passes to the one who waits when the owner is killed', async () => {
    const folder = await makeFolder();
    const owner = await contender('take', folder);
    assert.equal(await owner.says, 'owner');
    const waiting = waitForOwnership(folder, new AbortController().signal);
    owner.kill('SIGKILL');
    await (await waiting).release();
  });

  it('passes to exactly one of many who wait', async () => {
    const folder = await makeFolder();
    const owner = await acquireOwnership(folder);
    const controller = new AbortController();
    let owners = 0;
    const waiting = Array.from({ length: 5 }, async () => {
      const mine = await waitForOwnership(folder, controller.signal);
      assert.equal(++owners, 1, 'two owners at once');
      await new Promise((resolve) => setImmediate(resolve));
      owners--;
      await mine.release();
    });
    await owner.release();
    await Promise.all(waiting);
  });

  it('withdraws a claim though somebody has connected to it, who learns of that', async function () {
    if (process.platform !== 'linux') this.skip();
    const folder = await makeFolder();
    const admitted = new Deferred<void>();
    const claim = await claimFolder(folder, () => admitted.resolve());
    const [name] = await readdir(join(folder, 'owner'));
    const visitor = connect(join(folder, 'owner', name!)).resume();
    const left = once(visitor, 'close');
    await admitted.promise;
    await claim.release();
    await left;
    assert.deepEqual(await readdir(join(folder, 'owner')), []);
  });

  it('stops waiting when it is told to', async () => {
    const folder = await makeFolder();
    const owner = await acquireOwnership(folder);
    const controller = new AbortController();
    const waiting = waitForOwnership(folder, controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
    await owner.release();
  });

  it('makes its name from one secret, which only this user can read', async () => {
    const folder = await makeFolder();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireOwnership(folder)));
    const owners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    assert.equal(owners.length, 1);
    assert.deepEqual((await readdir(folder)).sort(), [
      ...(process.platform === 'linux' ? ['owner'] : []),
      'owner.key',
    ]);
    assert.match(await readFile(join(folder, 'owner.key'), 'utf8'), /^[0-9a-f]{64}$/);
    if (process.platform !== 'win32')
      assert.equal((await stat(join(folder, 'owner.key'))).mode & 0o777, 0o600);
    await owners[0]!.release();
    await (await acquireOwnership(folder)).release();
  });
});
