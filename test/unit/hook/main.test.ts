import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capturedEvents, ignoredEvents } from '../../../src/capture/events';
import { contextFileName, identifyProject } from '../../../src/capture/projectIdentity';
import { HookProgram, namesIn, run, spooled, type Ended } from './hookProgram';

const silent: Ended = { code: 0, stdout: '', stderr: '' };
const token = 'ghp' + '_' + 'aB3'.repeat(12);
const cwd = '/home/nobody-here/shop';
const project = { key: cwd, name: 'shop', root: cwd };

const payload = (event: string, more: object = {}) => ({
  session_id: 's1',
  cwd,
  hook_event_name: event,
  ...more,
});
const tool = (more: object = {}) => payload('PostToolUse', { tool_name: 'Bash', tool_use_id: 't1', ...more });

describe('the hook program', function () {
  this.timeout(30_000);
  let hook: HookProgram;
  let store: string;

  before(async () => {
    hook = await HookProgram.build();
  });
  after(() => hook.dispose());
  beforeEach(async () => {
    store = join(await mkdtemp(join(tmpdir(), 'tidemark-store-')), 'made by the hook');
  });
  afterEach(() => rm(join(store, '..'), { recursive: true, force: true }));

  describe('spools an event', () => {
    it('as one file of its own, named by time and id, for the owner only', async () => {
      const before = Date.now();
      assert.deepEqual(await hook.send(store, tool({ tool_response: { stdout: 'ok' } })), silent);
      const [name, ...others] = await namesIn(store, 'spool');
      const [record] = await spooled(store);
      assert.deepEqual(others, []);
      assert.ok(record && name);
      const { id, at, ...rest } = record;
      assert.equal(name, `${Math.floor(at * 1000)}-${id}.json`);
      assert.match(name, /^\d{16}-[0-9a-f]{32}\.json$/);
      assert.ok(at > before - 1_000 && at <= Date.now());
      assert.deepEqual(rest, {
        v: 1,
        agent: 'claude-code',
        event: 'PostToolUse',
        project,
        payload: tool({ tool_response: { stdout: 'ok' } }),
      });
      assert.equal((await stat(join(store, 'spool', name))).mode & 0o777, 0o600);
      assert.equal((await stat(join(store, 'spool'))).mode & 0o777, 0o700);
    });

    it('one each of many at the same time', async () => {
      const all = Array.from({ length: 12 }, (_, i) => tool({ tool_use_id: `t${i}` }));
      await Promise.all(all.map((each) => hook.send(store, each)));
      const records = await spooled(store);
      assert.deepEqual(
        records.map((r) => r.payload['tool_use_id']).sort(),
        all.map((e) => `t${all.indexOf(e)}`).sort(),
      );
      assert.equal(new Set(records.map((r) => r.id)).size, all.length);
    });

    it('without private parts, secrets, images and the former content of a file', async () => {
      const base64 = 'iVBORw0KGgo='.repeat(10);
      await hook.send(
        store,
        tool({
          cwd: `${cwd}/${token}`,
          tool_input: { command: `echo <private>hidden</private> ${token}` },
          tool_response: { originalFile: 'former', file: { base64, type: 'image/png' }, [token]: 1 },
        }),
      );
      const [record] = await spooled(store);
      assert.deepEqual(record?.payload['tool_input'], { command: 'echo  [redacted:github-token]' });
      assert.deepEqual(record?.redactions, { 'github-token': 3 });
      const [name] = await namesIn(store, 'spool');
      const text = await readFile(join(store, 'spool', name!), 'utf8');
      for (const gone of ['hidden', 'ghp_', 'former', base64]) assert.ok(!text.includes(gone), gone);
    });

    it('of a name that it does not know, and for another agent', async () => {
      await hook.send(store, payload('Surprise'), { ...process.env, COPILOT_CLI: '1' });
      await hook.send(store, { some: 'thing' });
      const records = await spooled(store);
      assert.deepEqual(
        records.map((record) => [record.event, record.agent]),
        [
          ['Surprise', 'copilot-cli'],
          ['', 'claude-code'],
        ],
      );
    });

    it('of every kind that capture maps, and none that it ignores', async () => {
      for (const event of capturedEvents) await hook.send(store, payload(event));
      for (const event of Object.keys(ignoredEvents))
        assert.deepEqual(await hook.send(store, payload(event)), silent);
      assert.deepEqual(
        (await spooled(store)).map((record) => record.event),
        [...capturedEvents],
      );
    });

    it('bounded, however large, deep or odd', async () => {
      const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)},"hook_event_name":"X","__proto__":{"b":"\\u0000\\ud800"}}`;
      await hook.send(store, deep);
      await hook.send(store, tool({ tool_response: { stdout: 'word '.repeat(1_900_000) } }));
      const records = await spooled(store);
      assert.deepEqual(
        records.map((record) => record.event),
        ['X', 'PostToolUse'],
      );
      for (const name of await namesIn(store, 'spool')) {
        assert.ok((await stat(join(store, 'spool', name))).size < 20_000);
      }
    });
  });

  describe('sets aside, and keeps no text of,', () => {
    const cases: [title: string, input: string | Buffer, reason: string][] = [
      ['nothing', '', 'empty'],
      ['whitespace', ' \n', 'empty'],
      ['what is not JSON', `hello ${token}`, 'not-json'],
      ['an object with a fault in it', `{"a":${token}}`, 'not-json'],
      ['what is no UTF-8', Buffer.from([0xff, 0xfe, 0x00]), 'not-json'],
      ['an object that was cut off in a text', '{"hook_event_name":"Stop","x":"}', 'cut-off'],
      ['an object that was cut off between two members', '{"hook_event_name":{"a":1}', 'cut-off'],
      ['an array', '[{"hook_event_name":"Stop"}]', 'not-an-object'],
      ['a text', '"Stop"', 'not-an-object'],
      ['null', 'null', 'not-an-object'],
    ];
    for (const [title, input, reason] of cases) {
      it(title, async () => {
        assert.deepEqual(await hook.send(store, input), silent);
        const [record, ...others] = await spooled(store);
        const { v, setAside } = record!;
        const sha256 = createHash('sha256').update(input).digest('hex');
        assert.deepEqual(
          { v, setAside },
          { v: 1, setAside: { reason, size: Buffer.byteLength(input), sha256 } },
        );
        assert.deepEqual(Object.keys(record!).sort(), ['at', 'id', 'setAside', 'v']);
        assert.deepEqual(others, []);
      });
    }

    it('a payload over 10 MB, which it reads to the end', async () => {
      const large = JSON.stringify(tool({ tool_response: 'x'.repeat(24 * 1_048_576) }));
      assert.deepEqual(await hook.send(store, large), silent);
      const [record] = await spooled(store);
      assert.equal(record?.setAside.reason, 'too-large');
      assert.ok(record.setAside.size > 10 * 1_048_576 && record.setAside.size < 11 * 1_048_576);
      const kept = large.slice(0, record.setAside.size);
      assert.equal(record.setAside.sha256, createHash('sha256').update(kept).digest('hex'));
    });

    it('or bounds, what is nested without end', async () => {
      const depth = 100_000;
      const input = `{"hook_event_name":"Stop","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      assert.deepEqual(await hook.send(store, input), silent);
      const [record] = await spooled(store);
      assert.ok(record?.setAside?.reason === 'bad-payload' || JSON.stringify(record).length < 1_000);
    });
  });

  describe('gives context back', () => {
    const start = payload('SessionStart', { source: 'startup' });
    const answer = (additionalContext: string) =>
      JSON.stringify({ hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext } });
    async function prepare(content: string, of = cwd): Promise<void> {
      await mkdir(join(store, 'context'), { recursive: true });
      await writeFile(join(store, 'context', contextFileName(identifyProject(of))), content);
    }

    it('when a session starts, exactly as prepared', async () => {
      await prepare('Facts “of” the project\n');
      assert.deepEqual(await hook.send(store, start), {
        ...silent,
        stdout: answer('Facts “of” the project\n'),
      });
      assert.equal((await spooled(store)).length, 1);
    });

    it('in the form that each agent takes, and to no agent in another', async () => {
      await prepare('Facts');
      const copilot = { ...process.env, COPILOT_CLI: '1' };
      const ask = async (input: object, env?: NodeJS.ProcessEnv) =>
        JSON.parse((await hook.send(store, input, env)).stdout) as unknown;
      const nested = (hookEventName: string) => ({
        hookSpecificOutput: { hookEventName, additionalContext: 'Facts' },
      });
      assert.deepEqual(await ask(start, copilot), { additionalContext: 'Facts' });
      assert.deepEqual(await ask({ sessionId: 's1', cwd, source: 'new' }, copilot), {
        additionalContext: 'Facts',
      });
      const codex = { ...start, transcript_path: '/home/x/.codex/sessions/rollout-1.jsonl' };
      assert.deepEqual(await ask(codex), nested('SessionStart'));
      assert.deepEqual(
        await ask({ ...start, timestamp: 'x' }, { ...process.env, GEMINI_SESSION_ID: 's1' }),
        nested('SessionStart'),
      );
      const local = { sessionId: 's1', cwd, hookEventName: 'SessionStart', source: 'new' };
      assert.deepEqual(await ask(local), nested('SessionStart'));
    });

    it('of at most 10,000 characters, none of them halved', async () => {
      await prepare(`${'x'.repeat(9_999)}😀 and more`);
      assert.equal((await hook.send(store, start)).stdout, answer('x'.repeat(9_999)));
    });

    it('only for a session’s start, and only of its own project', async () => {
      await prepare('Facts', '/home/nobody-here/other');
      assert.deepEqual(await hook.send(store, start), silent);
      await prepare('Facts');
      assert.deepEqual(await hook.send(store, tool()), silent);
    });

    it('even when the event can’t be spooled', async () => {
      await prepare('Facts');
      await writeFile(join(store, 'spool'), 'in the way');
      assert.deepEqual(await hook.send(store, start), { ...silent, stdout: answer('Facts') });
    });

    it('not at all when it can’t be read', async () => {
      await mkdir(join(store, 'context', contextFileName(identifyProject(cwd))), { recursive: true });
      assert.deepEqual(await hook.send(store, start), silent);
      assert.equal((await spooled(store)).length, 1);
    });
  });

  describe('ends with 0 and in silence', () => {
    it('when it is not told of a store', async () => {
      for (const args of [[], ['--store']]) {
        assert.deepEqual(await run(process.execPath, [hook.file, ...args], JSON.stringify(tool())), silent);
      }
    });

    it('when the store can’t be made or written', async () => {
      await writeFile(store, 'a file');
      assert.deepEqual(await hook.send(store, tool()), silent);
      assert.deepEqual(await hook.send('/proc/nowhere', tool()), silent);
      assert.deepEqual(await hook.send('\0', 'not json').catch(() => silent), silent);
    });

    it('when the disk is full, and leaves no half a file', async function () {
      if (process.platform !== 'linux') this.skip();
      await mkdir(join(store, 'spool'), { recursive: true });
      const limited = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, hook.file, '--store', store];
      const ended = await run('sh', limited, JSON.stringify(tool({ tool_response: 'word '.repeat(2_000) })));
      assert.deepEqual(ended, silent);
      assert.deepEqual(await namesIn(store, 'spool'), []);
    });

    it('when it may not write', async function () {
      if (process.getuid?.() === 0) this.skip();
      await mkdir(store);
      await chmod(store, 0o500);
      assert.deepEqual(await hook.send(store, tool()), silent);
    });

    it('when the spool is a link that leads in a circle', async () => {
      await mkdir(store);
      await symlink('spool', join(store, 'spool'));
      assert.deepEqual(await hook.send(store, tool()), silent);
    });

    it('when the agent never ends its input', async () => {
      const started = performance.now();
      assert.deepEqual(await hook.send(store, undefined), silent);
      assert.ok(performance.now() - started < 8_000);
      assert.equal((await spooled(store))[0]?.setAside.reason, 'empty');
    });
  });
});
