import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { engineFiles, hookFile } from '../../scripts/build';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import { createBuiltinProvider } from '../../src/distill/providers/builtin/builtinProvider';
import { Keeper } from '../../src/keeper/keeper';
import { makeFolder, removeFolders } from '../support/store';
import { until } from '../support/sessionHarness';

/** The real hook program with these bytes on its standard input. Its exit code and all that it printed. */
function fire(store: string, chunks: Iterable<Buffer>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [hookFile, '--store', store], { stdio: 'pipe' });
    let printed = '';
    child.stdout.on('data', (data) => (printed += String(data)));
    child.stderr.on('data', (data) => (printed += String(data)));
    child.on('error', reject);
    child.on('close', (code) => resolve(`exit ${code} ${printed}`.trim()));
    // An agent must not get EPIPE either.
    child.stdin.on('error', reject);
    for (const chunk of chunks) child.stdin.write(chunk);
    child.stdin.end();
  });
}

const payload = (more: string) =>
  Buffer.from(
    `{"session_id":"s","cwd":"/home/dev/shop","hook_event_name":"PostToolUse","prompt_id":"p",${more}}`,
  );
const bash = (id: string, output: string) =>
  `"tool_name":"Bash","tool_use_id":"${id}","tool_input":{"command":"make ${id}"},"tool_response":{"stdout":${output},"stderr":""}`;

describe('hostile payloads, through the hook program into the store', function () {
  this.timeout(60_000);
  let folder: string;
  let keeper: Keeper;
  const outcomes = async () => {
    const [session] = await keeper.sessions.listSessions({ limit: 1 });
    return session ? (await keeper.memory.toolOutcomes(session.id)).map(({ toolUseId }) => toolUseId) : [];
  };
  const setAside = async () =>
    (await keeper.memory.listSetAside(10)).map(({ reason, size }) => `${reason} ${size}`);

  beforeEach(async () => {
    folder = await makeFolder();
    keeper = await Keeper.start({
      ...{ folder, engineFiles, provider: createBuiltinProvider(), clock: systemClock, log: silentLogger },
      ...{ lingerMs: 0, onFailure: (error) => assert.fail(String(error)) },
    });
  });
  afterEach(() => keeper.stop());
  after(removeFolders);

  /** Sends what is hostile, then something ordinary, which must be remembered. */
  async function survives(...chunks: Buffer[]): Promise<void> {
    assert.equal(await fire(folder, chunks), 'exit 0');
    assert.equal(await fire(folder, [payload(bash('next', '"4 of 4 tests pass"'))]), 'exit 0');
    await keeper.rescan();
    await until(keeper.queue, () => !keeper.manager.isAnySessionProcessing());
    assert.ok((await outcomes()).includes('next'), 'the next message was not processed');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.deepEqual(Object.keys(Object.prototype), []);
  }

  it('100 MB are set aside by size', async () => {
    const megabyte = Buffer.alloc(1 << 20, 'x');
    await survives(payload('"x":"').subarray(0, -1), ...Array<Buffer>(100).fill(megabyte), Buffer.from('"}'));
    const [entry] = await setAside();
    assert.match(entry ?? '', /^too-large \d{8,}$/);
  });

  it('a depth of 100,000 is set aside or cut, and harms nobody', async () => {
    await survives(payload(bash('deep', '['.repeat(100_000) + ']'.repeat(100_000))));
    assert.ok((await outcomes()).includes('deep') || (await setAside()).length === 1);
  });

  it('members named __proto__ and constructor stay members', async () => {
    await survives(
      payload(
        `"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${bash('proto', '{"__proto__":{"polluted":1}}')}`,
      ),
    );
    assert.ok((await outcomes()).includes('proto') || (await setAside()).length === 1);
  });

  it('NUL, lone surrogates and other odd characters are stored and given back', async () => {
    await survives(payload(bash('odd', '"a\\u0000b \\ud800 \\udfff \\u202e 3 of 3 tests pass"')));
    assert.ok((await outcomes()).includes('odd'));
  });

  it('bytes that are no UTF-8 do no harm', async () => {
    const [head, tail] = bash('utf', '"ok @@"').split('@@') as [string, string];
    const bad = Buffer.from([0xff, 0xfe, 0xc0, 0x80]);
    await survives(payload(head).subarray(0, -1), bad, Buffer.from(`${tail}}`));
    assert.ok((await outcomes()).includes('utf'));
  });

  for (const [what, bytes, reason] of [
    ['nothing', '', 'empty'],
    ['no JSON', 'hello there', 'not-json'],
    ['half a payload', '{"session_id":"s","hook_event_name":"PostToolUse","tool_na', 'cut-off'],
    ['a list', '[1,2,3]', 'not-an-object'],
    ['an unknown event', '{"session_id":"s","cwd":"/a","hook_event_name":"Sparkle"}', 'unknown-event'],
    [
      'an event without its fields',
      '{"session_id":"s","cwd":"/a","hook_event_name":"PostToolUse"}',
      'bad-payload',
    ],
  ] as const) {
    it(`${what} is set aside as ${reason}`, async () => {
      await survives(Buffer.from(bytes));
      assert.match((await setAside())[0] ?? '', new RegExp(`^${reason} `));
    });
  }
});
