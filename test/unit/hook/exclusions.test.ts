import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeDropped } from '../../../src/capture/droppedEvents';
import { writeExclusions } from '../../../src/keeper/hookSettings';
import { HookProgram, namesIn, spooled } from './hookProgram';

describe('the hook program and what is not to be captured', function () {
  this.timeout(30_000);
  let hook: HookProgram;
  let base: string;
  let store: string;
  let project: string;

  before(async () => {
    hook = await HookProgram.build();
  });
  after(() => hook.dispose());
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'tidemark-exclusions-'));
    store = join(base, 'store');
    project = join(base, 'shop');
    await mkdir(join(project, '.git'), { recursive: true });
    await writeFile(join(project, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const tool = (name: string, input: object, response: unknown = 'ok', more: object = {}) => ({
    ...{ session_id: 's1', cwd: project, hook_event_name: 'PostToolUse', tool_name: name, tool_use_id: 't' },
    ...{ tool_input: input, tool_response: response, ...more },
  });
  const texts = async () => JSON.stringify(await spooled(store));

  const excluded: Record<string, object> = {
    'reads it': tool(
      'Read',
      { file_path: '/x/shop/.env' },
      { file: { filePath: '/x/shop/.env', content: 'hush' } },
    ),
    'writes it': tool('Write', { file_path: '.env.local', content: 'hush' }),
    'prints it': tool('Bash', { command: 'cd config && cat ./.env; ls' }, { stdout: 'hush' }),
    'prints it by an assignment': tool(
      'Bash',
      { command: 'docker run --env-file=.env x' },
      { stdout: 'hush' },
    ),
    'prints into it': tool('Bash', { command: "echo 'A=hush' > .env && echo done" }),
    'prints it in a text': tool('Bash', { command: 'echo "$(cat .env)"' }, { stdout: 'hush' }),
    'answers with it': tool('mcp__fs__read', { id: 7 }, { path: '/x/server.key', text: 'hush' }),
    'patches it': tool('apply_patch', { input: '*** Begin Patch\n*** Update File: .env\n+hush' }),
    'fails at it': tool('Read', { file_path: '.env' }, undefined, {
      ...{ hook_event_name: 'PostToolUseFailure', error: 'hush' },
    }),
    'is Copilot CLI’s': {
      ...{ sessionId: 's1', cwd: '/x', toolName: 'view', toolArgs: '{"path":"/x/.env"}' },
      toolResult: { resultType: 'success', textResultForLlm: 'hush' },
    },
    'is Gemini CLI’s': {
      ...{ session_id: 's1', cwd: '/x', hook_event_name: 'AfterTool', tool_name: 'read_file' },
      ...{ tool_input: { absolute_path: '/x/.env' }, tool_response: { llmContent: 'hush' } },
    },
  };
  for (const [title, event] of Object.entries(excluded)) {
    it(`keeps nothing of a tool that ${title}, before anything is set`, async () => {
      await hook.send(store, event);
      assert.deepEqual(await namesIn(store, 'spool'), []);
    });
  }

  it('keeps what only speaks of such a file', async () => {
    await hook.send(store, tool('Edit', { file_path: 'a.ts', new_string: "config('.env')" }));
    await hook.send(store, tool('Read', { file_path: '.env.example' }));
    await hook.send(store, tool('Bash', { command: "printf '*.pem\\n.env\\n' >> .gitignore && npm test" }));
    await hook.send(store, tool('Glob', { pattern: '**/*' }, { filenames: ['.env', 'a.ts'] }));
    assert.equal((await spooled(store)).length, 4);
  });

  it('takes its lines out of what a search or a diff prints', async () => {
    const diff = 'diff --git a/.env b/.env\n+hush\ndiff --git a/a.ts b/a.ts\n+kept';
    const found = '.env:3:A=hush\n.env-4-B=hush\n/x/y/.env:C=hush\na.ts:3:kept';
    await hook.send(store, tool('Bash', { command: 'git diff' }, { stdout: diff }));
    await hook.send(store, tool('Grep', { pattern: 'A' }, { content: found }));
    await hook.send(store, tool('Bash', { command: 'tail *' }, '==> .env <==\nhush\n==> a.ts <==\nkept'));
    const text = await texts();
    assert.ok(!text.includes('hush'), text);
    assert.equal(text.split('kept').length, 4);
    assert.equal(text.split('[lines of an excluded file]').length, 4);
  });

  it('goes by what is set, from the next event on', async () => {
    await writeExclusions(store, { files: ['*.sql'], projects: [] });
    assert.equal((await stat(join(store, 'privacy.json'))).mode & 0o777, 0o600);
    await hook.send(store, tool('Read', { file_path: 'dump.sql' }));
    await hook.send(store, tool('Read', { file_path: '.env' }));
    assert.deepEqual(
      (await spooled(store)).map(({ payload }) => payload['tool_input']),
      [{ file_path: '.env' }],
    );
  });

  it('keeps nothing at all of an excluded project, and tells nothing there', async () => {
    await writeExclusions(store, { files: [], projects: [project] });
    const start = { session_id: 's1', hook_event_name: 'SessionStart', source: 'startup' };
    const prompt = { session_id: 's1', hook_event_name: 'UserPromptSubmit', prompt: '<private>x</private>' };
    for (const cwd of [project, join(project, 'src', 'deep')]) {
      for (const event of [start, prompt, tool('Bash', { command: 'ls' })]) {
        const { stdout, code } = await hook.send(store, { ...event, cwd });
        assert.deepEqual({ stdout, code }, { stdout: '', code: 0 });
      }
    }
    assert.deepEqual(await namesIn(store), ['privacy.json']);
    await hook.send(store, { ...start, cwd: base });
    assert.equal((await spooled(store)).length, 1);
  });

  it('knows an excluded project in its work trees', async () => {
    const tree = join(base, 'tree');
    const gitDirectory = join(project, '.git', 'worktrees', 'tree');
    await mkdir(gitDirectory, { recursive: true });
    await mkdir(tree);
    await writeFile(join(gitDirectory, 'HEAD'), 'ref: refs/heads/x\n');
    await writeFile(join(gitDirectory, 'commondir'), '../..\n');
    await writeFile(join(tree, '.git'), `gitdir: ${gitDirectory}\n`);
    await writeExclusions(store, { files: [], projects: ['**/shop'] });
    await hook.send(store, { ...tool('Bash', { command: 'ls' }), cwd: tree });
    assert.deepEqual(await namesIn(store, 'spool'), []);
  });

  for (const damaged of ['{"files":["a"', '{"files":"**"}', '[]', '']) {
    it(`keeps nothing, and counts it, while the list is ${JSON.stringify(damaged)}`, async () => {
      await mkdir(store, { recursive: true });
      await writeFile(join(store, 'privacy.json'), damaged);
      await hook.send(store, tool('Bash', { command: 'ls' }));
      assert.deepEqual(await namesIn(store, 'spool'), []);
      assert.deepEqual(await takeDropped(store), { full: 0, failed: 1 });
      await writeExclusions(store, { files: [], projects: [] });
      assert.equal(await readFile(join(store, 'privacy.json'), 'utf8'), '{"files":[],"projects":[]}\n');
      await hook.send(store, tool('Bash', { command: 'ls' }));
      assert.equal((await spooled(store)).length, 1);
    });
  }
});
