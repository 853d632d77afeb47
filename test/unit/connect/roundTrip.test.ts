import assert from 'node:assert/strict';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { agentSettings } from '../../../src/connect/agents/all';
import { connectAgent, disconnectAgent, planConnection } from '../../../src/connect/connection';
import { SettingsReadOnlyError } from '../../../src/connect/errors';
import { connectableAgents, type ConnectableAgent, type ConnectionTarget } from '../../../src/connect/target';
import { makeFolder, removeFolders } from '../../support/store';
import { settingsFiles } from './settingsFiles';

describe('connecting and disconnecting an agent', function () {
  this.timeout(60_000);
  let base: string;

  beforeEach(async () => {
    base = await makeFolder();
  });
  afterEach(removeFolders);

  const target = (
    agent: ConnectableAgent,
    scope: ConnectionTarget['scope'] = 'user',
    folder = base,
  ): ConnectionTarget => ({
    ...{ agent, scope, home: join(folder, 'home'), projectRoot: join(folder, 'project') },
    ...{ launcher: join(folder, 'store', 'bin', 'tidemark-hook'), platform: 'linux' },
    systemRoot: join(folder, 'system'),
  });
  const fileOf = (t: ConnectionTarget) => agentSettings[t.agent].file(t);
  async function put(t: ConnectionTarget, text: string): Promise<string> {
    await mkdir(dirname(fileOf(t)), { recursive: true });
    await writeFile(fileOf(t), text);
    return fileOf(t);
  }

  /** Whether the agent would find each of our hooks once, and everything of the others' as it was. */
  function assertConnected(t: ConnectionTarget, before: string): void {
    const value = parse(readFileSync(fileOf(t), 'utf8').replace(/^\uFEFF/, '')) as {
      hooks: Record<string, unknown[]>;
    };
    const former = (parse(before.replace(/^\uFEFF/, '')) ?? {}) as Record<string, unknown>;
    const { events, entry } = agentSettings[t.agent];
    for (const [name, member] of Object.entries(former)) {
      if (name !== 'hooks') assert.deepEqual((value as Record<string, unknown>)[name], member);
    }
    const formerHooks = (former['hooks'] ?? {}) as Record<string, unknown[]>;
    const expected = { ...formerHooks };
    for (const event of events) expected[event] = [...(formerHooks[event] ?? []), entry(t, event)];
    assert.deepEqual(value.hooks, expected);
  }

  for (const agent of connectableAgents) {
    describe(agent, () => {
      for (const [name, text] of Object.entries(settingsFiles)) {
        it(`gives back ${name} to the byte`, async () => {
          const t = target(agent);
          const file = await put(t, text);
          await chmod(file, 0o640);
          const plan = await planConnection(t);
          assert.equal(plan.before, text);
          assert.equal(readFileSync(file, 'utf8'), text, 'planning changes nothing');
          await connectAgent(t);
          assert.equal(readFileSync(file, 'utf8'), plan.after);
          assertConnected(t, text);
          assert.equal((await connectAgent(t)).alreadyConnected, true);
          await disconnectAgent(t);
          assert.deepEqual(readFileSync(file), Buffer.from(text));
          assert.equal(statSync(file).mode & 0o777, 0o640);
          assert.deepEqual(readdirSync(dirname(file)).length, 1, 'nothing is left beside it');
        });
      }

      it('makes a missing file and the folders to it, for the person alone, and removes them again', async () => {
        const t = target(agent);
        await mkdir(t.home);
        await connectAgent(t);
        assertConnected(t, '');
        assert.equal(statSync(fileOf(t)).mode & 0o777, 0o600);
        await disconnectAgent(t);
        assert.deepEqual(readdirSync(t.home), []);
      });

      it('leaves a file that it made as soon as somebody else has something in it', async () => {
        const t = target(agent, 'project');
        await mkdir(t.projectRoot!);
        await connectAgent(t);
        assert.equal(statSync(fileOf(t)).mode & 0o777, 0o644);
        const text = readFileSync(fileOf(t), 'utf8').replace('{\n', '{\n  "mine": [true],\n');
        await writeFile(fileOf(t), text);
        await disconnectAgent(t);
        assert.deepEqual((parse(readFileSync(fileOf(t), 'utf8')) as { mine: unknown }).mine, [true]);
        assert.ok(!readFileSync(fileOf(t), 'utf8').includes('tidemark'));
      });

      it('refuses a read-only file with an error of its own, and leaves it', async () => {
        const t = target(agent);
        const file = await put(t, '{}\n');
        await chmod(file, 0o444);
        await assert.rejects(connectAgent(t), SettingsReadOnlyError);
        assert.equal(readFileSync(file, 'utf8'), '{}\n');
        assert.equal(statSync(file).mode & 0o777, 0o444);
      });

      it('follows a symbolic link, and leaves the link', async () => {
        const t = target(agent);
        const real = join(base, 'dotfiles', 'settings.json');
        await mkdir(dirname(real));
        await writeFile(real, '{\n  "model": "opus"\n}\n');
        await mkdir(dirname(fileOf(t)), { recursive: true });
        await symlink(real, fileOf(t));
        await connectAgent(t);
        assertConnected(t, '{"model":"opus"}');
        assert.ok(lstatSync(fileOf(t)).isSymbolicLink());
        await disconnectAgent(t);
        assert.equal(await readlink(fileOf(t)), real);
        assert.equal(readFileSync(real, 'utf8'), '{\n  "model": "opus"\n}\n');
      });

      it('replaces hooks of an older launcher, never doubling them', async () => {
        const t = target(agent);
        const old = { ...t, launcher: '/elsewhere/globalStorage/tidemark.tidemark/bin/tidemark-hook' };
        const entry = agentSettings[agent].entry(old, 'Stop');
        const text = JSON.stringify(
          { hooks: { Stop: [entry, { hooks: [{ type: 'command', command: 'x' }] }] } },
          undefined,
          2,
        );
        await put(t, text);
        await connectAgent(t);
        const expected = JSON.stringify({
          hooks: { Stop: [{ hooks: [{ type: 'command', command: 'x' }] }] },
        });
        assertConnected(t, expected);
        await disconnectAgent(t);
        assert.deepEqual(JSON.parse(readFileSync(fileOf(t), 'utf8')), JSON.parse(expected));
      });

      it('finds its hooks without its list of connections, and takes no more than them', async () => {
        const t = target(agent);
        const before =
          '{\n  // mine\n  "model": "opus", // big\n  "hooks": {\n    "Notification": [{ "hooks": [] }]\n  }\n}\n';
        await put(t, before);
        await connectAgent(t);
        await rm(join(base, 'store'), { recursive: true });
        const version =
          agentSettings[agent].required['version'] === undefined ? [] : [/,?\n {2}"version": 1/, ''];
        await disconnectAgent(t);
        const left = readFileSync(fileOf(t), 'utf8');
        assert.equal(version.length === 0 ? left : left.replace(version[0] as RegExp, ''), before);
      });
    });
  }

  it('gives back any settings to the byte, whatever they are', async () => {
    const key = fc.oneof(fc.constantFrom('hooks', 'Stop', 'SessionStart', 'model', 'a'), fc.string());
    const settings = fc.dictionary(
      key.filter((name) => name !== 'hooks'),
      fc.jsonValue({ maxDepth: 3 }),
      { maxKeys: 4, noNullPrototype: true },
    );
    const group = fc.record({
      hooks: fc.array(fc.record({ command: fc.string(), type: fc.constant('command') }), { maxLength: 2 }),
    });
    const hooks = fc.option(
      fc.dictionary(
        fc.constantFrom('Stop', 'SessionEnd', 'AfterTool', 'Other'),
        fc.array(group, { maxLength: 2 }),
        {
          noNullPrototype: true,
        },
      ),
      { nil: undefined },
    );
    const style = fc.record({
      indent: fc.constantFrom('', '  ', '    ', '\t'),
      eol: fc.constantFrom('\n', '\r\n'),
      mark: fc.boolean(),
      end: fc.boolean(),
      first: fc.boolean(),
      comment: fc.constantFrom('', ' // note', ' /* a, "b" */'),
    });
    await fc.assert(
      fc.asyncProperty(
        settings,
        hooks,
        style,
        fc.constantFrom(...connectableAgents),
        async (rest, own, how, agent) => {
          const value =
            own === undefined ? rest : how.first ? { hooks: own, ...rest } : { ...rest, hooks: own };
          const lines = JSON.stringify(value, undefined, how.indent).split('\n');
          // A comment behind every line but those of a text in one line.
          const plain = lines.length > 1 ? lines.map((line) => line + how.comment).join(how.eol) : lines[0]!;
          const text = `${how.mark ? '\uFEFF' : ''}${plain}${how.end ? how.eol : ''}`;
          const folder = join(base, 'generated');
          await rm(folder, { recursive: true, force: true });
          const t = target(agent, 'user', folder);
          await put(t, text);
          await connectAgent(t);
          assertConnected(t, text);
          await disconnectAgent(t);
          assert.equal(readFileSync(fileOf(t), 'utf8'), text);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('one file of two agents goes when neither is connected any more', async () => {
    await mkdir(join(base, 'home'));
    await connectAgent(target('copilot-cli'));
    assert.equal((await connectAgent(target('vscode'))).alreadyConnected, true);
    await disconnectAgent(target('copilot-cli'));
    assertConnected(target('vscode'), '');
    await disconnectAgent(target('vscode'));
    assert.ok(!existsSync(join(base, 'home', '.copilot')));
  });
});
