import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { dist } from '../../../scripts/build';
import { installMcpLauncher, mcpFiles, windowsMcpLauncher } from '../../../src/keeper/mcpLauncher';
import { remember } from '../../support/remember';
import { openStore } from '../../support/store';
import { run } from '../hook/hookProgram';

describe('the launcher of the MCP server', function () {
  this.timeout(30_000);
  let base: string;
  let store: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'tidemark-mcp-'));
    store = join(base, `it's "my" 100% störe $HOME \`x\``);
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const launcher = () => join(store, 'bin', 'tidemark-mcp');
  const install = (nodePath = process.execPath, version = '1.0.0', electron = false) =>
    installMcpLauncher(store, { nodePath, electron, files: mcpFiles(dist), version }, 'linux');
  /** What a search answers, asked of the server that the launcher starts. */
  async function search(env: Record<string, string> = {}): Promise<string> {
    const client = new Client({ name: 'claude-code', version: '1' });
    await client.connect(new StdioClientTransport({ command: launcher(), env, cwd: base }));
    try {
      const answer = await client.callTool({
        name: 'search',
        arguments: { query: 'harbour', project: 'all' },
      });
      return JSON.stringify(answer.content);
    } finally {
      await client.close();
    }
  }

  it('starts the server by itself, with nothing of the extension there any more', async () => {
    await mkdir(store);
    const { engine, ...parts } = await openStore(store);
    await remember({ engine, ...parts }, { title: 'The harbour is deep' });
    await engine.close();
    await install();
    assert.match(await search({ NODE_OPTIONS: '--no-such-option' }), /The harbour is deep/);
    // Its own node is gone after an update of VS Code.
    const path = join(base, 'path');
    await mkdir(path);
    await symlink(process.execPath, join(path, 'node'));
    await install(join(base, 'gone'));
    assert.match(await search({ PATH: `${path}:/usr/bin:/bin` }), /The harbour is deep/);
  });

  it('tells Electron to be node, and no other', async () => {
    const node = join(base, 'fake-node');
    await writeFile(
      node,
      '#!/bin/sh\ncat >/dev/null\necho "[$ELECTRON_RUN_AS_NODE] [$NODE_OPTIONS] $# $3"\n',
      {
        mode: 0o755,
      },
    );
    const env = { PATH: process.env['PATH'], NODE_OPTIONS: '--x', ELECTRON_RUN_AS_NODE: '1' };
    for (const [electron, said] of [
      [true, '[1]'],
      [false, '[]'],
    ] as const) {
      await install(node, '1.0.0', electron);
      assert.equal((await run(launcher(), [], '', { env })).stdout, `${said} [] 3 ${store}\n`);
    }
  });

  it('keeps the files of the version before, for who has started them, and no older ones', async () => {
    await install(process.execPath, '1.0.0');
    await install(process.execPath, '1.1.0');
    for (const [name, at] of [
      ['mcp-1.0.0', 1_000],
      ['mcp-1.1.0', 2_000],
    ] as const)
      await utimes(join(store, 'bin', name), at, at);
    await install(process.execPath, '1.2.0');
    assert.deepEqual(readdirSync(join(store, 'bin')).sort(), ['mcp-1.1.0', 'mcp-1.2.0', 'tidemark-mcp']);
    assert.match(await readFile(launcher(), 'utf8'), /mcp-1\.2\.0\/mcp\.js/);
  });

  it('is a batch file on Windows, with lines and paths as the command line wants them', () => {
    const text = windowsMcpLauncher('mcp-1.0.0/mcp.js', {
      nodePath: 'C:\\100% node\\Code.exe',
      electron: true,
    });
    assert.ok(!/[^\r]\n/.test(text));
    const lines = text.split('\r\n');
    assert.ok(lines.includes('set "TIDEMARK_NODE=C:\\100%% node\\Code.exe"'));
    assert.ok(lines.includes('"%TIDEMARK_NODE%" "%~dp0mcp-1.0.0\\mcp.js" --store "%~dp0.."'));
    assert.ok(lines.indexOf('set "ELECTRON_RUN_AS_NODE=1"') < lines.indexOf(':path'));
    assert.ok(!windowsMcpLauncher('m', { nodePath: 'C:\\node.exe', electron: false }).includes('NODE=1'));
  });
});
