import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { linkSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takeDropped } from '../../src/capture/droppedEvents';
import { isSpoolFull } from '../../src/hook/spoolLimit';
import { installLauncher } from '../../src/keeper/launcher';
import { posixCommand } from '../../src/connect/hookCommand';
import { HookProgram, namesIn, run, spooled, type Ended } from '../unit/hook/hookProgram';
import { eventually } from '../support/eventually';
import { makeFolder, removeFolders } from '../support/store';
import { buildKeeperChild } from './buildKeeperChild';
import { memoryOf } from './memoryOf';

const silent: Ended = { code: 0, stdout: '', stderr: '' };
const ROUNDS = 7;

describe('hooks never hurt the agent', function () {
  this.timeout(120_000);
  let hook: HookProgram;
  let store: string;
  const mounts: string[] = [];
  let running: ChildProcess | undefined;

  before(async () => {
    hook = await HookProgram.build();
  });
  after(() => hook.dispose());
  beforeEach(async () => {
    store = await makeFolder();
  });
  afterEach(async () => {
    running?.kill('SIGKILL');
    for (const folder of mounts.splice(0)) execFileSync('umount', ['-l', folder]);
    await removeFolders();
  });

  const event = (n: number) => ({
    ...{ hook_event_name: 'UserPromptSubmit', session_id: 's1', prompt_id: `p${n}` },
    ...{ prompt: `Do part ${n}. ${'x'.repeat(2_000)}`, cwd: '/home/nobody-here/shop' },
  });

  /** A small file system of its own in the store's place; false where this process may mount none. */
  function mountStore(options: string): boolean {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', store], { stdio: 'ignore' });
    } catch {
      return false;
    }
    mounts.push(store);
    return true;
  }

  /** Milliseconds of a whole process, the best of some: what else the machine does only adds to it. */
  async function fastest(fire: () => Promise<Ended>): Promise<number> {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now();
      assert.deepEqual(await fire(), silent);
      times.push(performance.now() - begin);
    }
    return Math.min(...times);
  }

  it('with the disk full: exit 0, and what was accepted before stays whole', async function () {
    if (!mountStore('size=256k')) return this.skip();
    for (let n = 0; n < 10; n++) await hook.send(store, event(n));
    writeFileSync(join(store, 'ballast'), '');
    try {
      for (;;) writeFileSync(join(store, 'ballast'), Buffer.alloc(4_096), { flag: 'a' });
    } catch {
      // Not a byte more goes in.
    }
    for (let n = 10; n < 15; n++) assert.deepEqual(await hook.send(store, event(n)), silent);
    await rm(join(store, 'ballast'));
    await hook.send(store, event(15));
    const kept = (await spooled(store)).map(({ payload }) => payload['prompt_id']);
    assert.deepEqual(kept, [...Array.from({ length: 10 }, (_, n) => `p${n}`), 'p15']);
    assert.ok((await namesIn(store, 'spool')).every((name) => name.endsWith('.json')));
  });

  it('with the folder not writable: exit 0', async function () {
    if (!mountStore('size=256k')) return this.skip();
    await hook.send(store, event(0));
    execFileSync('mount', ['-o', 'remount,ro', store]);
    assert.deepEqual(await hook.send(store, event(1)), silent);
    assert.equal((await spooled(store)).length, 1);
  });

  it('with the folder gone: exit 0, also where the launcher went with it', async () => {
    const options = { nodePath: process.execPath, electron: false, hookFile: hook.file };
    const command = posixCommand(await installLauncher(store, options, 'linux'));
    const fire = (n: number) => run('/bin/sh', ['-c', command], JSON.stringify(event(n)));
    assert.deepEqual(await fire(0), silent);
    assert.equal((await spooled(store)).length, 1);
    await rm(store, { recursive: true });
    assert.deepEqual(await fire(1), silent);
    await writeFile(store, 'a file where the folder was');
    assert.deepEqual(await fire(2), silent);
  });

  it('with 100,000 files in the spool: exit 0 at once, and what is dropped is counted', async () => {
    const empty = await makeFolder();
    const usual = await fastest(() => hook.send(empty, event(0)));
    const spool = join(store, 'spool');
    await mkdir(spool);
    fillWithFiles(spool, 100_000);
    // Which events count the spool is chance: fired until one has.
    let kept = 0;
    while (!(await namesIn(store)).includes('dropped-events') && kept++ < 300)
      assert.deepEqual(await hook.send(store, event(kept)), silent);
    const full = await fastest(() => hook.send(store, event(0)));
    const count = readdirSync(spool).length;
    console.log(`      a hook takes ${usual.toFixed()} ms, and ${full.toFixed()} ms at ${count} files`);
    assert.ok(full < usual * 4, `${usual} ms and ${full} ms`);
    assert.deepEqual(await takeDropped(store), { full: ROUNDS + 1, failed: 0 });
    assert.equal(await takeDropped(store), undefined);
    assert.ok(count < 100_000 + 300);

    await hook.send(store, event(0));
    await rm(spool, { recursive: true });
    await hook.send(store, event(1));
    assert.deepEqual(
      (await spooled(store)).map(({ payload }) => payload['prompt_id']),
      ['p1'],
      'there is room again',
    );
  });

  it('knows a spool of few large files as full, too', async () => {
    for (let n = 0; n < 40; n++) await writeFile(join(store, `${n}.json`), Buffer.alloc(200_000));
    assert.equal(isSpoolFull(store, { files: 1_000, bytes: 8_100_000 }), false);
    assert.equal(isSpoolFull(store, { files: 1_000, bytes: 6_000_000 }), true);
    assert.equal(isSpoolFull(store, { files: 40, bytes: 1e12 }), true);
    assert.equal(isSpoolFull(join(store, 'not there')), false);
  });

  it('with a keeper that hangs: exit 0 at once, and all of it arrives when it goes on', async () => {
    const child = await buildKeeperChild();
    running = spawn(process.execPath, [child, store], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => running!.stdout!.once('data', () => resolve()));
    const usual = await fastest(async () => hook.send(await makeFolder(), event(0)));
    running.kill('SIGSTOP');
    let n = 0;
    const hung = await fastest(() => hook.send(store, event(n++)));
    console.log(`      a hook takes ${usual.toFixed()} ms, and ${hung.toFixed()} ms while the keeper hangs`);
    assert.ok(hung < usual * 3, `${usual} ms and ${hung} ms`);
    assert.equal((await spooled(store)).length, ROUNDS);
    running.kill('SIGCONT');
    await eventually(
      'an empty spool',
      () => namesIn(store, 'spool'),
      (names) => names.length === 0,
    );
    running.kill('SIGKILL');
    await new Promise((resolve) => running!.once('exit', resolve));
    assert.equal((await memoryOf(store)).sessions[0]?.promptCount, ROUNDS);
  });

  it('killed between any two of its steps, it leaves a whole event or none, and the next one is kept', async () => {
    const preload = join(store, 'killer.cjs');
    await writeFile(preload, killerSource);
    let steps = 0;
    for (let n = 1; ; n++) {
      const folder = join(store, `round ${n}`);
      const env = { ...process.env, NODE_OPTIONS: `--require ${preload}`, KILL_AT: String(n) };
      const { code } = await hook.send(folder, event(n), env);
      const names = await namesIn(folder, 'spool');
      const before = names.filter((name) => name.endsWith('.json')).length;
      for (const name of names.filter((all) => all.endsWith('.json')))
        JSON.parse(await readFile(join(folder, 'spool', name), 'utf8'));
      assert.deepEqual(await hook.send(folder, event(n)), silent);
      const after = (await namesIn(folder, 'spool')).filter((name) => name.endsWith('.json'));
      assert.equal(after.length, before + 1);
      assert.ok(after.every((name) => statSync(join(folder, 'spool', name)).size > 0));
      if (code === 0) break;
      steps = n;
    }
    // It makes two folders, opens, writes, syncs, closes, renames, and syncs the folders' names.
    assert.ok(steps >= 8, `only ${steps} steps were seen`);
  });
});

/** Names of one file: a file system makes them much faster than files. */
function fillWithFiles(folder: string, count: number): void {
  let file = '';
  for (let n = 0; n < count; n++) {
    const name = join(folder, `${String(n).padStart(16, '0')}-0123456789abcdef0123456789abcdef.json`);
    // One file has no more than 65,000 names on ext4.
    if (n % 50_000 === 0) writeFileSync((file = name), '');
    else linkSync(file, name);
  }
}

/** Ends the process by SIGKILL just before its n-th call that changes the disk. */
const killerSource = `
const fs = require('node:fs');
let calls = 0;
for (const name of ['mkdirSync', 'openSync', 'writeFileSync', 'fsyncSync', 'closeSync', 'renameSync', 'appendFileSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    const ours = typeof args[0] === 'number' || String(args[0]).includes('round ');
    if (ours && ++calls === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}
`;
