import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookProgram, namesIn, spooled } from './hookProgram';

const payload = (event: string, more: object = {}) => ({
  session_id: 's1',
  cwd: '/home/nobody-here/shop',
  hook_event_name: event,
  ...more,
});
const tool = (more: object = {}) => payload('PostToolUse', { tool_name: 'Bash', tool_use_id: 't1', ...more });

describe('the hook program after a prompt that is private as a whole', function () {
  this.timeout(30_000);
  let hook: HookProgram;
  let store: string;

  before(async () => {
    hook = await HookProgram.build();
  });
  after(() => hook.dispose());
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'tidemark-store-'));
  });
  afterEach(() => rm(store, { recursive: true, force: true }));

  const markers = () => namesIn(store, 'private');
  const prompt = (text: string, promptId?: string) =>
    payload('UserPromptSubmit', { prompt: text, ...(promptId && { prompt_id: promptId }) });
  const events = async () => (await spooled(store)).map((record) => record.event);

  it('records that there was one, and leaves a marker for the owner only', async () => {
    await hook.send(store, prompt(' <private>hidden</private>\n', 'p1'));
    const [record] = await spooled(store);
    assert.equal(record?.privatePrompt, true);
    assert.equal(record.payload['prompt'], '');
    const marker = join(store, 'private', createHash('sha256').update('s1').digest('hex').slice(0, 32));
    assert.equal(await readFile(marker, 'utf8'), 'p1');
    assert.equal((await stat(marker)).mode & 0o777, 0o600);
    assert.equal((await stat(join(store, 'private'))).mode & 0o777, 0o700);
  });

  it('records nothing that it led to', async () => {
    await hook.send(store, prompt('<private>hidden', 'p1'));
    for (const event of [
      'PostToolUse',
      'PostToolUseFailure',
      'Stop',
      'StopFailure',
      'SubagentStop',
      'PostCompact',
    ]) {
      await hook.send(store, payload(event, { prompt_id: 'p1' }));
      await hook.send(store, payload(event));
    }
    assert.deepEqual(await events(), ['UserPromptSubmit']);
  });

  it('records what belongs to another prompt or session', async () => {
    await hook.send(store, prompt('<private>hidden', 'p1'));
    await hook.send(store, tool({ prompt_id: 'p0' }));
    await hook.send(store, tool({ session_id: 's2' }));
    assert.deepEqual(await events(), ['UserPromptSubmit', 'PostToolUse', 'PostToolUse']);
  });

  it('records again from the next prompt with something public in it', async () => {
    await hook.send(store, prompt('<private>hidden</private>'));
    await hook.send(store, tool());
    await hook.send(store, prompt('<private>hidden</private> Fix it'));
    await hook.send(store, tool());
    assert.deepEqual(await events(), ['UserPromptSubmit', 'UserPromptSubmit', 'PostToolUse']);
    assert.deepEqual(await markers(), []);
  });

  it('does not take a machine’s prompt for a public one, nor record it', async () => {
    await hook.send(store, prompt('<private>hidden</private>', 'p1'));
    await hook.send(store, prompt('<task-notification>hidden is done</task-notification>', 'p2'));
    await hook.send(store, payload('Stop', { prompt_id: 'p2', last_assistant_message: 'hidden' }));
    assert.deepEqual(await events(), ['UserPromptSubmit']);
  });

  it('forgets it when the session ends', async () => {
    await hook.send(store, prompt('<private>hidden</private>'));
    await hook.send(store, payload('SessionEnd', { reason: 'other' }));
    assert.deepEqual(await events(), ['UserPromptSubmit', 'SessionEnd']);
    assert.deepEqual(await markers(), []);
  });

  it('leaves a machine’s prompt alone when nothing was private, and an empty prompt too', async () => {
    await hook.send(store, prompt('<task-notification>done</task-notification>'));
    await hook.send(store, prompt(''));
    assert.deepEqual(await events(), ['UserPromptSubmit', 'UserPromptSubmit']);
    assert.deepEqual(await markers(), []);
  });

  describe('of Copilot CLI and Gemini CLI', () => {
    const env = { ...process.env, COPILOT_CLI: '1' };
    const camel = (members: object) => ({ sessionId: 's1', timestamp: 1, cwd: '/home/x', ...members });

    it('records nothing that it led to, in either style and in a sub-agent with a session of its own', async () => {
      await hook.send(store, camel({ prompt: '<private>hidden</private>' }), env);
      const result = { resultType: 'success', textResultForLlm: 'hidden' };
      await hook.send(store, camel({ toolName: 'bash', toolArgs: {}, toolResult: result }), env);
      await hook.send(store, payload('PostToolUse', { tool_name: 'Bash', tool_result: {} }), env);
      const inSubagent = { sessionId: 'sub', agentId: 'sub', parentAgentId: 's1' };
      await hook.send(store, camel({ ...inSubagent, prompt: 'hidden' }), env);
      await hook.send(store, camel({ ...inSubagent, toolName: 'bash', toolResult: result }), env);
      await hook.send(store, camel({ stopReason: 'end_turn' }), env);
      assert.deepEqual(await events(), ['userPromptSubmitted']);
      assert.ok(!JSON.stringify(await spooled(store)).includes('hidden'));
      await hook.send(store, camel({ prompt: 'Something public' }), env);
      await hook.send(store, camel({ toolName: 'bash', toolArgs: {}, toolResult: result }), env);
      assert.deepEqual((await events()).slice(1), ['userPromptSubmitted', 'postToolUse']);
    });

    it('records nothing that it led to under Gemini CLI’s names', async () => {
      await hook.send(store, payload('BeforeAgent', { prompt: '<private>hidden</private>' }));
      await hook.send(store, payload('AfterTool', { tool_name: 'x', tool_response: {} }));
      await hook.send(store, payload('AfterAgent', { prompt: 'x', prompt_response: 'hidden' }));
      assert.deepEqual(await events(), ['BeforeAgent']);
    });
  });
});
