import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { connectAgent } from '../../../src/connect/connection';
import type { ConnectionTarget } from '../../../src/connect/target';
import { makeFolder, removeFolders } from '../../support/store';
import { run } from '../hook/hookProgram';

const settings = '{\n  "model": "opus" // mine\n}\n';

describe('uninstalling', function () {
  this.timeout(30_000);
  let home: string;
  let script: string;
  let storage: string;
  let claude: string;

  beforeEach(async () => {
    home = await makeFolder();
    script = join(home, '.vscode', 'extensions', 'tidemark.tidemark-0.1.0', 'dist', 'uninstall.js');
    storage = join(home, '.config', 'Code', 'User', 'globalStorage', 'tidemark.tidemark');
    claude = join(home, '.claude', 'settings.json');
    await build({
      ...{ entryPoints: ['src/connect/uninstall.ts'], bundle: true, platform: 'node', outfile: script },
      alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    });
    await mkdir(dirname(claude));
    await writeFile(claude, settings);
    const target: ConnectionTarget = {
      ...{ agent: 'claude-code', scope: 'user', home, platform: 'linux' },
      launcher: join(storage, 'bin', 'tidemark-hook'),
    };
    await connectAgent(target);
    await connectAgent({ ...target, agent: 'codex', scope: 'project', projectRoot: join(home, 'shop') });
  });
  afterEach(removeFolders);

  const uninstall = () =>
    run(process.execPath, [script], '', {
      env: { HOME: home, PATH: process.env['PATH'], XDG_CONFIG_HOME: '' },
    });

  it('takes the hooks out of every file they were put into', async () => {
    assert.ok(existsSync(join(home, 'shop', '.codex', 'hooks.json')));
    assert.deepEqual(await uninstall(), { code: 0, stdout: '', stderr: '' });
    assert.equal(readFileSync(claude, 'utf8'), settings);
    assert.ok(!existsSync(join(home, 'shop')));
  });

  it('leaves them where another version of the extension is there', async () => {
    await mkdir(join(home, '.vscode', 'extensions', 'tidemark.tidemark-0.2.0'));
    await uninstall();
    assert.ok(readFileSync(claude, 'utf8').includes('tidemark-hook'));
  });

  it('leaves what another VS Code has connected', async () => {
    const other = join(home, '.vscode-insiders', 'extensions', 'tidemark.tidemark-0.1.0', 'dist');
    await mkdir(other, { recursive: true });
    await writeFile(join(other, 'uninstall.js'), readFileSync(script));
    await run(process.execPath, [join(other, 'uninstall.js')], '', { env: { HOME: home } });
    assert.ok(readFileSync(claude, 'utf8').includes('tidemark-hook'));
  });
});
