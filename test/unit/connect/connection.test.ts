import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { agentSettings } from '../../../src/connect/agents/all';
import {
  connectAgent,
  disconnectAgent,
  disconnectAll,
  planConnection,
  planDisconnection,
} from '../../../src/connect/connection';
import { SettingsChangedError, SettingsUnreadableError } from '../../../src/connect/errors';
import { isOwnCommand, posixCommand } from '../../../src/connect/hookCommand';
import { connectableAgents, type ConnectableAgent, type ConnectionTarget } from '../../../src/connect/target';
import { makeFolder, removeFolders } from '../../support/store';

describe('a connection', () => {
  let base: string;
  beforeEach(async () => {
    base = await makeFolder();
  });
  afterEach(removeFolders);

  const target = (agent: ConnectableAgent, more: Partial<ConnectionTarget> = {}): ConnectionTarget => ({
    ...{ agent, scope: 'user', home: join(base, 'home'), projectRoot: join(base, 'project') },
    ...{ launcher: join(base, 'store', 'bin', 'tidemark-hook'), platform: 'linux' },
    ...{ systemRoot: join(base, 'system'), ...more },
  });
  async function put(file: string, text: string | Buffer): Promise<string> {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }
  const claudeFile = () => join(base, 'home', '.claude', 'settings.json');

  describe('leaves alone, with an error of its own,', () => {
    for (const [name, text] of Object.entries({
      'a file that is no JSON': '{ "model": ',
      'a file that is a list': '[]\n',
      'hooks that are no object': '{"hooks": []}',
      'hooks of an event that are no list': '{"hooks": {"Stop": {}}}',
      'a file that is no UTF-8': Buffer.from([0x7b, 0xff, 0x7d]),
    })) {
      it(name, async () => {
        await put(claudeFile(), text);
        for (const act of [planConnection, connectAgent])
          await assert.rejects(act(target('claude-code')), (error) => {
            return error instanceof SettingsUnreadableError && error.file === claudeFile();
          });
        assert.deepEqual(readFileSync(claudeFile()), Buffer.from(text));
      });
    }

    it('a file that is another than the one shown', async () => {
      await put(claudeFile(), '{}');
      const shown = await planConnection(target('claude-code'));
      await put(claudeFile(), '{"model":"opus"}');
      await assert.rejects(connectAgent(target('claude-code'), shown), SettingsChangedError);
      assert.equal(readFileSync(claudeFile(), 'utf8'), '{"model":"opus"}');
    });
  });

  it('is known by its launcher, wherever the file was written, and no other command is', () => {
    const launcher = `/home/o'neill/.config/Code/User/globalStorage/tidemark.tidemark/bin/tidemark-hook`;
    for (const command of [
      posixCommand(launcher),
      '"C:/Users/a/AppData/Roaming/Code/User/globalStorage/tidemark.tidemark/bin/tidemark-hook.cmd"',
      `& 'D:\\Old\\globalStorage\\tidemark.tidemark\\bin\\tidemark-hook.cmd'`,
      '/old/tidemark.tidemark/bin/tidemark-hook',
    ]) {
      assert.ok(isOwnCommand(command, launcher), command);
    }
    for (const command of [
      'tidemark-hook',
      '/bin/tidemark-hooks',
      'echo tidemark.tidemark',
      '/x/tidemark.tidemark/bin/tidemark-hook.sh',
    ])
      assert.ok(!isOwnCommand(command, launcher), command);
  });

  it('runs the launcher whatever is in its path, and ends with 0 where it is gone', async () => {
    const launcher = await put(
      join(base, `it's "my" $HOME \`x\` folder`, 'tidemark-hook'),
      '#!/bin/sh\ncat\n',
    );
    await chmod(launcher, 0o755);
    const run = () =>
      execFileSync('/bin/sh', ['-c', posixCommand(launcher)], { input: 'payload' }).toString();
    assert.equal(run(), 'payload');
    await rm(launcher);
    assert.equal(run(), '');
  });

  it('is written for Windows in the words of the shell that each agent uses', () => {
    const on = (agent: ConnectableAgent) =>
      JSON.stringify(
        agentSettings[agent].entry(
          target(agent, { platform: 'win32', launcher: `C:\\it's\\h.cmd` }),
          'SessionStart',
        ),
      );
    assert.match(on('claude-code'), /"command":"\\"C:\/it's\/h\.cmd\\""/);
    assert.match(on('copilot-cli'), /"powershell":"& 'C:\\\\it''s\\\\h\.cmd'"/);
    assert.match(on('gemini-cli'), /"command":"& 'C:\\\\it''s\\\\h\.cmd'".*"timeout":10000/);
    assert.match(on('codex'), /"commandWindows":"\\"C:\\\\it's\\\\h\.cmd\\""/);
  });

  it('asks Codex for no more time at the end of a session than it gives', async () => {
    const { after } = await planConnection(target('codex'));
    const { hooks } = JSON.parse(after!) as {
      hooks: Record<string, { hooks: { timeout: number }[] }[]>;
    };
    assert.equal(hooks['SessionEnd']?.[0]?.hooks[0]?.timeout, 3);
    assert.equal(hooks['Stop']?.[0]?.hooks[0]?.timeout, 10);
  });

  describe('tells that hooks are turned off', () => {
    const cases: [ConnectableAgent, string, string, 'policy' | 'setting'][] = [
      [
        'claude-code',
        'system/etc/claude-code/managed-settings.json',
        '{"allowManagedHooksOnly": true}',
        'policy',
      ],
      [
        'claude-code',
        'system/etc/claude-code/managed-settings.d/10.json',
        '{"disableAllHooks": true}',
        'policy',
      ],
      ['claude-code', 'project/.claude/settings.local.json', '{ "disableAllHooks": true } // off', 'setting'],
      ['copilot-cli', 'home/.copilot/settings.json', '{"disableAllHooks": true}', 'setting'],
      [
        'codex',
        'home/.codex/config.toml',
        'model = "x"\n[features]\nother = true\nhooks = false\n',
        'setting',
      ],
      ['codex', 'system/etc/codex/requirements.toml', '[features]\r\ncodex_hooks = false\r\n', 'policy'],
      ['gemini-cli', 'project/.gemini/settings.json', '{"hooksConfig": {"enabled": false}}', 'setting'],
      [
        'gemini-cli',
        'system/etc/gemini-cli/settings.json',
        '{"hooksConfig": {"disabled": ["tidemark"]}}',
        'policy',
      ],
    ];
    for (const [agent, file, text, by] of cases) {
      it(`for ${agent} by ${file}`, async () => {
        assert.equal((await planConnection(target(agent))).hooksDisabled, undefined);
        await put(join(base, file), text);
        assert.deepEqual((await planConnection(target(agent))).hooksDisabled, { by, file: join(base, file) });
      });
    }

    it('but not by settings that only look like it', async () => {
      await put(join(base, 'home/.codex/config.toml'), '[features]\nx = 1\n[mine]\nhooks = false\n');
      await put(claudeFile(), '{"allowManagedHooksOnly": true, "env": {"disableAllHooks": true}}');
      assert.equal((await planConnection(target('codex'))).hooksDisabled, undefined);
      assert.equal((await planConnection(target('claude-code'))).hooksDisabled, undefined);
    });
  });

  it('says that Codex asks for trust until it holds one for the file', async () => {
    const t = target('codex');
    assert.equal((await connectAgent(t)).needsTrust, true);
    assert.equal((await planConnection(t)).needsTrust, true);
    const file = join(base, 'home', '.codex', 'hooks.json');
    await put(
      join(base, 'home/.codex/config.toml'),
      `[hooks.state."${file}:stop:0:0"]\ntrusted_hash = "x"\n`,
    );
    assert.equal((await planConnection(t)).needsTrust, undefined);
    assert.equal((await planConnection(target('claude-code'))).needsTrust, undefined);
  });

  it('is in the folder that the environment names', async () => {
    const env = { CLAUDE_CONFIG_DIR: join(base, 'other'), ANTHROPIC_API_KEY: 'not to be written' };
    const plan = await connectAgent(target('claude-code', { env }));
    assert.equal(plan.file, join(base, 'other', 'settings.json'));
    assert.ok(!readFileSync(join(base, 'store', 'connections.json'), 'utf8').includes('not to be written'));
  });

  it('is taken out with all others at once, and one that cannot be is told', async () => {
    await mkdir(join(base, 'home'));
    await mkdir(join(base, 'project'));
    for (const agent of connectableAgents) {
      await connectAgent(target(agent));
      await connectAgent(target(agent, { scope: 'project' }));
    }
    const env = { CODEX_HOME: join(base, 'codex home') };
    await connectAgent(target('codex', { env }));
    await chmod(claudeFile(), 0o444);
    const { launcher, platform } = target('codex');
    const failed = await disconnectAll(join(base, 'store'), launcher, platform);
    assert.deepEqual(
      failed.map(({ file }) => file),
      [claudeFile()],
    );
    const left = execFileSync('find', [base, '-type', 'f']).toString().trim().split('\n').sort();
    assert.deepEqual(left, [claudeFile(), join(base, 'store', 'connections.json')]);
  });

  it('that is not there is nothing to take out', async () => {
    await put(claudeFile(), '{"hooks": {"Stop": []}}');
    const plan = await planDisconnection(target('claude-code'));
    assert.equal(plan.before, plan.after);
    await disconnectAgent(target('claude-code'));
    assert.equal(readFileSync(claudeFile(), 'utf8'), '{"hooks": {"Stop": []}}');
  });
});
