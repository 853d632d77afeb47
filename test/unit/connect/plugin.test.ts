import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { capturedEvents } from '../../../src/capture/events';
import { posixCommand } from '../../../src/connect/hookCommand';
import { writePlugin } from '../../../src/connect/plugin';
import { isolatedHome } from '../../support/isolatedHome';
import { makeFolder, removeFolders } from '../../support/store';
import { run } from '../hook/hookProgram';

/** Where the tests with real agents keep Claude Code. */
const claude = join(
  homedir(),
  '.cache/tidemark-agents/claude-code/2.1.328/node_modules/@anthropic-ai/claude-code-linux-x64/claude',
);

describe('the plugin', function () {
  this.timeout(60_000);
  let store: string;
  beforeEach(async () => {
    store = await makeFolder();
  });
  afterEach(removeFolders);

  const launcher = () => join(store, 'bin', 'tidemark-hook');
  const json = (folder: string, name: string) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;

  it('fires the launcher at every event that is captured, and starts the MCP server', async () => {
    const folder = await writePlugin(launcher(), 'linux', '1.2.3');
    assert.equal(folder, join(store, 'plugin'));
    const { hooks } = json(folder, 'hooks/hooks.json') as {
      hooks: Record<string, { hooks: { command: string }[] }[]>;
    };
    assert.deepEqual(Object.keys(hooks), [...capturedEvents]);
    for (const [entry] of Object.values(hooks))
      assert.equal(entry?.hooks[0]?.command, posixCommand(launcher()));
    assert.equal(json(folder, '.claude-plugin/plugin.json')['version'], '1.2.3');
    const server = { command: join(store, 'bin', 'tidemark-mcp'), args: [] };
    assert.deepEqual(json(folder, '.mcp.json'), { mcpServers: { tidemark: server } });
  });

  it('is not touched where it is right, and replaced where it is not', async () => {
    const folder = await writePlugin(launcher(), 'linux', '1.2.3');
    const [manifest, hooks] = ['.claude-plugin/plugin.json', 'hooks/hooks.json'].map((n) => join(folder, n));
    const long = new Date(1_000_000_000_000);
    for (const file of [manifest!, hooks!]) await utimes(file, long, long);
    await writePlugin(launcher(), 'linux', '1.2.4');
    assert.notEqual(statSync(manifest!).mtimeMs, long.getTime());
    assert.equal(statSync(hooks!).mtimeMs, long.getTime());
  });

  it('passes Claude Code’s own validation, also that of its directory, where it is installed', async function () {
    if (!existsSync(claude)) return this.skip();
    const folder = await writePlugin(launcher(), 'linux', '1.2.3');
    const env = { ...(await isolatedHome(store)), PATH: process.env['PATH'], IS_SANDBOX: '1' };
    const quiet = { ...env, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1' };
    const args = ['plugin', 'validate', folder, '--profile', 'directory'];
    const { code, stdout } = await run(claude, args, '', { env: quiet });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Validation passed/);
  });
});
