import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rmdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'jsonc-parser';
import { agentSettings } from '../../../src/connect/agents/all';
import {
  connectAgent,
  disconnectAgent,
  disconnectAll,
  planConnection,
} from '../../../src/connect/connection';
import { SettingsChangedError, SettingsUnreadableError } from '../../../src/connect/errors';
import { mcpCommand } from '../../../src/connect/mcpCommand';
import type { ConnectableAgent, ConnectionTarget } from '../../../src/connect/target';
import { eventually } from '../../support/eventually';
import { makeFolder, removeFolders } from '../../support/store';
import { settingsFiles } from './settingsFiles';

/** Files with servers of others, as people and agents write them. */
const withServers: Readonly<Record<string, string>> = {
  'servers of others': '{\n  "mcpServers": {\n    "db": { "command": "db-mcp" }\n  },\n  "numStartups": 7\n}',
  'servers that are empty': '{\n  "mcpServers": {},\n  "numStartups": 7\n}\n',
  'projects with servers of their own':
    '{\n  "projects": {\n    "/elsewhere": {\n      "mcpServers": {\n        "tidemark": { "command": "other" }\n      }\n    }\n  }\n}\n',
};

/** Codex's, in TOML. */
const tomlFiles: Readonly<Record<string, string>> = {
  'an empty file': '',
  'no line end at the end': 'model = "x"',
  'Windows line ends': 'model = "x"\r\n\r\n[mcp_servers.db]\r\ncommand = "db-mcp"\r\n',
  'blank lines at the end': '[features]\nhooks = true\n\n\n',
  'a comment at the end': 'model = "x"\n# the end',
};

describe('the MCP server among an agent’s settings', () => {
  let base: string;
  beforeEach(async () => {
    base = await makeFolder();
    await mkdir(join(base, 'project', '.git'), { recursive: true });
    await writeFile(join(base, 'project', '.git', 'HEAD'), 'ref: refs/heads/main\n');
  });
  afterEach(removeFolders);

  const target = (agent: ConnectableAgent, more: Partial<ConnectionTarget> = {}): ConnectionTarget => ({
    ...{ agent, part: 'mcp', scope: 'user', home: join(base, 'home'), projectRoot: join(base, 'project') },
    ...{ launcher: join(base, 'store', 'bin', 'tidemark-hook'), platform: 'linux' },
    ...{ systemRoot: join(base, 'system'), ...more },
  });
  const launcher = () => join(base, 'store', 'bin', 'tidemark-mcp');
  const fileOf = (t: ConnectionTarget) => agentSettings[t.agent].mcp!.file(t);
  const read = (t: ConnectionTarget) => readFileSync(fileOf(t), 'utf8');
  async function put(t: ConnectionTarget, text: string): Promise<string> {
    await mkdir(dirname(fileOf(t)), { recursive: true });
    await writeFile(fileOf(t), text);
    return fileOf(t);
  }
  /** The servers' object where the agent looks for it. */
  function serversOf(t: ConnectionTarget, text = read(t)): Record<string, { command: string }> {
    const { mcp } = agentSettings[t.agent];
    assert.ok(mcp?.kind === 'json');
    let value = parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>;
    for (const name of mcp.path(t)) value = value[name] as Record<string, unknown>;
    return value as Record<string, { command: string }>;
  }

  for (const agent of ['claude-code', 'copilot-cli', 'gemini-cli'] as const)
    for (const scope of ['user', 'project'] as const)
      describe(`${agent}, ${scope}`, () => {
        for (const [name, text] of Object.entries({ ...settingsFiles, ...withServers }))
          it(`gives back ${name} to the byte`, async () => {
            const t = target(agent, { scope });
            const file = await put(t, text);
            await chmod(file, 0o640);
            const plan = await planConnection(t);
            assert.deepEqual([plan.before, read(t)], [text, text], 'planning changes nothing');
            await connectAgent(t, plan);
            assert.equal(read(t), plan.after);
            assert.equal(serversOf(t)['tidemark']?.command, launcher());
            assert.equal((await connectAgent(t)).alreadyConnected, true);
            await disconnectAgent(t);
            assert.deepEqual(readFileSync(file), Buffer.from(text));
            assert.equal(statSync(file).mode & 0o777, 0o640);
            const left = readdirSync(dirname(file)).filter((entry) => !['.git', '.claude'].includes(entry));
            assert.equal(left.length, 1, 'nothing is left beside it');
          });

        it('takes out no more than its own where the agent has written the file anew', async () => {
          const t = target(agent, { scope });
          for (const name of ['servers of others', 'servers that are empty']) {
            await put(t, withServers[name]!);
            await connectAgent(t);
            const value = parse(read(t)) as Record<string, unknown>;
            writeFileSync(fileOf(t), JSON.stringify({ ...value, numStartups: 8 }));
            await disconnectAgent(t);
            const former = parse(withServers[name]!) as Record<string, unknown>;
            assert.deepEqual(JSON.parse(read(t)), { ...former, numStartups: 8 }, name);
          }
        });
      });

  describe('codex', () => {
    for (const [name, text] of Object.entries(tomlFiles))
      it(`gives back ${name} to the byte`, async () => {
        const t = target('codex');
        await put(t, text);
        await connectAgent(t);
        assert.match(
          read(t),
          /^\[mcp_servers\.tidemark\]\r?\ncommand = ".*tidemark-mcp"\r?\nargs = \[\]\r?\n$/m,
        );
        assert.equal((await connectAgent(t)).alreadyConnected, true);
        await disconnectAgent(t);
        assert.equal(read(t), text);
      });

    it('takes out no more than its own where the file was changed since', async () => {
      const t = target('codex');
      await put(t, 'model = "x"\n');
      await connectAgent(t);
      writeFileSync(fileOf(t), `${read(t)}\n# mine\n[mcp_servers.db]\ncommand = "db-mcp"\n`);
      await disconnectAgent(t);
      assert.match(read(t), /^model = "x"\n[^]*\[mcp_servers\.db\]\ncommand = "db-mcp"\n$/);
      assert.ok(!read(t).includes('tidemark'));
    });

    it('leaves a file alone to which a table of a server would be an error', async () => {
      const t = target('codex');
      for (const text of [
        'mcp_servers = { db = { command = "x" } }\n',
        'mcp_servers.db.command = "x"\n',
        '[mcp_servers."tidemark"]\ncommand = "other"\n',
        '[mcp_servers.tidemark.env]\nA = "1"\n',
      ]) {
        await put(t, text);
        await assert.rejects(connectAgent(t), SettingsUnreadableError, text);
        assert.equal(read(t), text);
      }
    });
  });

  it('makes a missing file for the person alone, and removes it again', async () => {
    await mkdir(join(base, 'home'));
    for (const agent of ['claude-code', 'copilot-cli', 'gemini-cli', 'codex'] as const) {
      const t = target(agent);
      await connectAgent(t);
      assert.equal(statSync(fileOf(t)).mode & 0o777, 0o600);
      await disconnectAgent(t);
      assert.ok(!existsSync(fileOf(t)), agent);
    }
  });

  it('is of one project for Claude Code where its repository is, also from a folder in it', async () => {
    const t = target('claude-code', { scope: 'project', projectRoot: join(base, 'project', 'src') });
    await put(t, '{}');
    await connectAgent(t);
    const { projects } = JSON.parse(read(t)) as { projects: object };
    assert.deepEqual(Object.keys(projects), [join(base, 'project')]);
  });

  it('leaves another’s server of the same name', async () => {
    const text = '{"mcpServers":{"tidemark":{"command":"other"}}}';
    const t = target('claude-code');
    await put(t, text);
    await assert.rejects(connectAgent(t), SettingsUnreadableError);
    await disconnectAgent(t);
    assert.equal(read(t), text);
  });

  it('replaces one that starts an older launcher', async () => {
    const t = target('claude-code');
    const old = '/old/globalStorage/tidemark.tidemark/bin/tidemark-mcp';
    await put(t, JSON.stringify({ mcpServers: { tidemark: { type: 'stdio', command: old, args: [] } } }));
    await connectAgent(t);
    assert.equal(serversOf(t)['tidemark']?.command, launcher());
  });

  it('is taken out of one file with the hooks, and the file is what it was', async () => {
    const text = settingsFiles['comments everywhere']!;
    const t = target('gemini-cli');
    await put(t, text);
    for (const part of ['hooks', 'mcp'] as const) await connectAgent(target('gemini-cli', { part }));
    assert.deepEqual(await disconnectAll(join(base, 'store'), t.launcher, t.platform), []);
    assert.equal(read(t), text);
  });

  it('is started on Windows by what can start a batch file', () => {
    const path = 'C:\\Users\\A B\\tidemark.tidemark\\bin\\tidemark-hook.cmd';
    const command = mcpCommand({ launcher: path, platform: 'win32' });
    const args = ['/d', '/c', 'C:\\Users\\A B\\tidemark.tidemark\\bin\\tidemark-mcp.cmd'];
    assert.deepEqual(command, { command: 'cmd.exe', args });
  });

  describe('while the agent changes the file itself', () => {
    it('waits for its lock, and leaves what it wrote meanwhile', async () => {
      const t = target('claude-code');
      const file = await put(t, '{}');
      const shown = await planConnection(t);
      await mkdir(`${file}.lock`);
      const refused = assert.rejects(connectAgent(t, shown), SettingsChangedError);
      // What it writes last before the file itself.
      await eventually('the list of connections', () => existsSync(join(base, 'store', 'connections.json')));
      await writeFile(file, '{"numStartups":2}');
      await rmdir(`${file}.lock`);
      await refused;
      assert.equal(read(t), '{"numStartups":2}');
      assert.ok(!existsSync(`${file}.lock`));
      await connectAgent(t);
      assert.equal(serversOf(t)['tidemark']?.command, launcher());
    });

    it('takes the lock of one that died', async () => {
      const t = target('claude-code');
      const file = await put(t, '{}');
      await mkdir(`${file}.lock`);
      await utimes(`${file}.lock`, 1_000_000, 1_000_000);
      await connectAgent(t);
      assert.ok(!existsSync(`${file}.lock`));
      assert.equal(serversOf(t)['tidemark']?.command, launcher());
    });
  });
});
