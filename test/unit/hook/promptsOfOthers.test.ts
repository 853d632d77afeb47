import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookProgram, spooled } from './hookProgram';

const gemini = (event: string, more: object) => ({
  ...{ session_id: 'g1', cwd: '/home/nobody-here/harbour', hook_event_name: event },
  ...{ transcript_path: '/home/nobody-here/.gemini/tmp/harbour/chats/s.jsonl', ...more },
});
const codex = (event: string, more: object) => ({
  ...{ session_id: 'c1', cwd: '/home/nobody-here/harbour', hook_event_name: event, turn_id: 't1', ...more },
});
const memory =
  '<hook_context>&lt;tidemark-memory&gt;\n- S1 An old prompt\n&lt;/tidemark-memory&gt;</hook_context>';

describe('the hook program with prompts that agents change or write', function () {
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

  it('takes the memory that Gemini CLI puts in front of a prompt for no part of it', async () => {
    await hook.send(store, gemini('BeforeAgent', { prompt: `${memory}\n\nHow high is the tide?` }));
    const [record] = await spooled(store);
    assert.equal(record?.payload['prompt'], 'How high is the tide?');
  });

  it('knows a private prompt behind that memory', async () => {
    await hook.send(store, gemini('BeforeAgent', { prompt: `${memory}\n\n<private>hidden</private>` }));
    await hook.send(store, gemini('AfterTool', { tool_name: 'read_file', tool_input: { file_path: 'x' } }));
    const records = await spooled(store);
    assert.deepEqual(
      records.map(({ event, privatePrompt }) => ({ event, privatePrompt })),
      [{ event: 'BeforeAgent', privatePrompt: true }],
    );
  });

  it('does not end a private prompt of Codex when that gives a sub-agent a task', async () => {
    await hook.send(store, codex('UserPromptSubmit', { prompt: '<private>hidden</private>' }));
    await hook.send(
      store,
      codex('UserPromptSubmit', { prompt: 'Look it up', agent_id: 'a1', turn_id: 't2' }),
    );
    await hook.send(store, codex('PostToolUse', { tool_name: 'Bash', agent_id: 'a1', turn_id: 't2' }));
    const records = await spooled(store);
    assert.deepEqual(
      records.map(({ event, privatePrompt }) => ({ event, privatePrompt })),
      [{ event: 'UserPromptSubmit', privatePrompt: true }],
    );
  });
});
