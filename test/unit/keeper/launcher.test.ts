import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installLauncher, posixLauncher, windowsLauncher } from '../../../src/keeper/launcher';
import { HookProgram, namesIn, run, spooled, type Ended } from '../hook/hookProgram';

const silent: Ended = { code: 0, stdout: '', stderr: '' };
const event = JSON.stringify({ hook_event_name: 'Stop', session_id: 's1', cwd: '/nowhere' });
const large = JSON.stringify({ hook_event_name: 'Stop', text: 'x'.repeat(1_000_000) });

describe('the launcher', function () {
  this.timeout(30_000);
  let hook: HookProgram;
  let base: string;
  let store: string;

  before(async () => {
    hook = await HookProgram.build();
  });
  after(() => hook.dispose());
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'tidemark-launcher-'));
    store = join(base, `it's "my" 100% störe $HOME \`x\``);
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const install = (nodePath = process.execPath, electron = false) =>
    installLauncher(store, { nodePath, electron, hookFile: hook.file }, 'linux');

  it('runs the hook program for its store, whatever is in the paths', async () => {
    const node = join(base, `no'de "x" %PATH% é`);
    await symlink(process.execPath, node);
    const launcher = await install(node);
    assert.equal(launcher, join(store, 'bin', 'tidemark-hook'));
    assert.equal((await stat(launcher)).mode & 0o777, 0o755);
    assert.deepEqual(await run(launcher, [], event), silent);
    assert.deepEqual(
      (await spooled(store)).map((record) => record.event),
      ['Stop'],
    );
  });

  it('tells Electron to be node, and no other', async () => {
    const node = join(base, 'fake-node');
    await writeFile(
      node,
      `#!/bin/sh\ncat >/dev/null\necho "[$ELECTRON_RUN_AS_NODE] [$NODE_OPTIONS] $# $2 $3"\n`,
      { mode: 0o755 },
    );
    const env = { PATH: process.env['PATH'], NODE_OPTIONS: '--no-such-option' };
    assert.equal(
      (await run(await install(node, true), [], event, { env })).stdout,
      `[1] [] 3 --store ${store}\n`,
    );
    assert.equal(
      (await run(await install(node, false), [], event, { env })).stdout,
      `[] [] 3 --store ${store}\n`,
    );
  });

  it('falls back to node on the PATH when its own is gone or does not start', async () => {
    const path = join(base, 'path');
    await mkdir(path);
    await symlink(process.execPath, join(path, 'node'));
    const broken = join(base, 'broken');
    await writeFile(broken, '#!/no/such/interpreter\n', { mode: 0o755 });
    const env = { PATH: `${path}:${process.env['PATH']}` };
    for (const node of [join(base, 'gone'), broken]) {
      assert.deepEqual(await run(await install(node), [], event, { env }), silent);
    }
    assert.equal((await spooled(store)).length, 2);
  });

  it('takes its input and ends with 0 in silence when all is gone', async () => {
    const path = join(base, 'tools');
    await mkdir(path);
    await copyFile('/bin/cat', join(path, 'cat'));
    const launcher = await install(join(base, 'gone'));
    assert.deepEqual(await run('/bin/sh', [launcher], large, { env: { PATH: path } }), silent);
    await rm(join(store, 'bin', 'hook.js'));
    assert.deepEqual(await run(launcher, [], large), silent);
    assert.deepEqual(await namesIn(store, 'spool'), []);
  });

  it('ends with 0 when the hook program fails', async () => {
    const launcher = await install();
    await writeFile(join(store, 'bin', 'hook.js'), 'throw new Error("broken")');
    assert.deepEqual(await run(launcher, [], event), silent);
  });

  describe('installed again', () => {
    const long = new Date(1_000_000_000_000);

    it('leaves alone what is right, and brings back its modes', async () => {
      const launcher = await install();
      for (const name of await namesIn(store, 'bin')) await utimes(join(store, 'bin', name), long, long);
      await install();
      for (const name of await namesIn(store, 'bin')) {
        assert.equal((await stat(join(store, 'bin', name))).mtimeMs, long.getTime(), name);
      }
      assert.deepEqual(await namesIn(store, 'bin'), ['hook.js', 'tidemark-hook']);
      assert.equal((await stat(launcher)).mode & 0o777, 0o755);
    });

    it('replaces what differs, and leaves nothing beside it', async () => {
      const launcher = await install('/former/node');
      await writeFile(join(store, 'bin', 'hook.js'), 'former');
      await install();
      assert.ok((await readFile(launcher, 'utf8')).includes(process.execPath));
      assert.deepEqual(await readFile(join(store, 'bin', 'hook.js')), await readFile(hook.file));
      assert.deepEqual(await namesIn(store, 'bin'), ['hook.js', 'tidemark-hook']);
    });
  });

  it('throws when the hook program to install is missing', async () => {
    const options = { nodePath: process.execPath, electron: false, hookFile: join(base, 'gone.js') };
    await assert.rejects(installLauncher(store, options), { code: 'ENOENT' });
  });
});

describe('posixLauncher', () => {
  it('quotes both paths so that the shell takes nothing in them for its own', () => {
    const text = posixLauncher(`/it's`, { nodePath: '/$(touch x)`y`', electron: false });
    assert.ok(text.includes(`store='/it'\\''s'\n`) && text.includes("node='/$(touch x)`y`'\n"));
  });
});

describe('windowsLauncher', () => {
  const launcher = (nodePath: string, electron = false) => windowsLauncher({ nodePath, electron });
  const folder = 'C:\\Program Files (x86)\\100% node & co\\';

  it('sets the executable so that nothing in its path is expanded', () => {
    const lines = launcher(`${folder}node.exe`).split('\r\n');
    assert.ok(lines.includes('set "TIDEMARK_NODE=C:\\Program Files (x86)\\100%% node & co\\node.exe"'));
    assert.equal(lines[1], 'setlocal EnableExtensions DisableDelayedExpansion');
  });

  it('ends every way with 0, and every line as the command line wants it', () => {
    const text = launcher('C:\\node.exe');
    assert.ok(!/[^\r]\n/.test(text) && text.endsWith('exit /b 0\r\n'));
    assert.equal(text.match(/exit \/b 0/g)?.length, 3);
    assert.equal(text.match(/hook\.js" --store "%~dp0\.\." 2>nul\r\n/g)?.length, 2);
  });

  it('tells only Electron to be node', () => {
    assert.ok(launcher('C:\\Code.exe', true).includes('set "ELECTRON_RUN_AS_NODE=1"'));
    assert.ok(!launcher('C:\\node.exe').includes('ELECTRON_RUN_AS_NODE=1'));
  });

  it('changes the code page only for a path beyond ASCII', () => {
    assert.ok(launcher('C:\\Users\\Jörg\\node.exe').includes('chcp 65001'));
    assert.ok(!launcher('C:\\node.exe').includes('chcp'));
  });
});
