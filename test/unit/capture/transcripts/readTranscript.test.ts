import assert from 'node:assert/strict';
import { readTranscript } from '../../../../src/capture/transcripts/readSession';
import type { Step } from '../../../../src/capture/transcripts/step';
import { TranscriptFolder, TranscriptLines } from './transcript';

/** A step in a line: what a person would ask of it. */
function told(step: Step): string {
  const turn = step.promptId ?? '-';
  switch (step.kind) {
    case 'prompt':
      return `prompt ${turn}: ${step.isPrivate ? '(private)' : step.text}`;
    case 'tool': {
      const by = step.subagent ? ` by ${step.subagent.type ?? step.subagent.id}` : '';
      return `${step.error === undefined ? 'tool' : 'failed'} ${turn} ${step.toolUseId} ${step.name}${by}`;
    }
    case 'report':
      return `report ${turn} of ${step.subagent.type ?? step.subagent.id}: ${step.text}`;
    case 'compacted':
      return `compacted ${turn}: ${step.text}`;
    case 'turnEnded':
      return `${step.failure === undefined ? 'end' : `failed end (${step.failure})`} ${turn}: ${step.text}`;
  }
}

describe('readTranscript', () => {
  let folder: TranscriptFolder;
  let t: TranscriptLines;

  beforeEach(async () => {
    folder = await TranscriptFolder.make();
    t = new TranscriptLines();
  });
  afterEach(() => folder.remove());

  const read = async (lines: TranscriptLines) => readTranscript(await folder.write('session-1.jsonl', lines));
  const stepsOf = async (lines: TranscriptLines) => (await read(lines)).sessions[0]!.steps.map(told);

  it('tells prompts, tools and the last words of each turn', async () => {
    t.prompt('Fix the test', { promptId: 'p1' });
    t.said('I look.', 'msg-1');
    t.bash('t1', 'npm test', '1 failing');
    t.said('Fixed', 'msg-2');
    t.prompt('Thanks', { promptId: 'p2' });
    t.said('You are welcome.', 'msg-3');
    assert.deepEqual(await stepsOf(t), [
      'prompt p1: Fix the test',
      'tool p1 t1 Bash',
      'end p1: Fixed',
      'prompt p2: Thanks',
      'end p2: You are welcome.',
    ]);
  });

  it('joins a message that is split over lines, also when they are not adjacent', async () => {
    t.prompt('Go');
    t.said('First block.', 'msg-1');
    t.add('file-history-snapshot', {});
    t.said('Second block.', 'msg-1');
    assert.deepEqual(await stepsOf(t), ['prompt m-1: Go', 'end m-1: First block.\nSecond block.']);
  });

  it('takes no text of the machine for a prompt', async () => {
    t.prompt('Real');
    for (const text of [
      '<command-name>/compact</command-name>',
      '<local-command-stdout>done</local-command-stdout>',
      '<local-command-caveat>Caveat</local-command-caveat>',
      '<bash-input>ls</bash-input>',
      '<task-notification>x</task-notification>',
    ])
      t.prompt(text);
    t.prompt('A skill’s text', { isMeta: true });
    t.prompt('From a hook', { origin: { kind: 'hook' } });
    t.prompt('<div>pasted</div>', { origin: { kind: 'human' } });
    assert.deepEqual(await stepsOf(t), ['prompt m-1: Real', 'prompt m-9: <div>pasted</div>']);
  });

  it('takes results before their use and without structure, as objects, texts, lists and errors', async () => {
    t.prompt('Go');
    t.result('t1', 'early');
    t.call('t1', 'Bash', { command: 'ls' });
    t.call('t2', 'mcp__db__query', { sql: 'x' });
    t.result('t2', [{ type: 'text', text: 'rows' }], { toolUseResult: [{ type: 'text', text: 'rows' }] });
    t.call('t3', 'Read', { file_path: '/x' });
    t.result('t3', '<tool_use_error>File does not exist.</tool_use_error>', {
      toolUseResult: 'Error: File does not exist.',
    });
    t.call('t4', 'Bash', { command: 'false' });
    t.result('t4', 'Exit code 1', {}, true);
    t.call('t5', 'Write', { file_path: '/x' });
    t.result('t5', "The user doesn't want to proceed with this tool use.", {}, true);
    t.call('t6', 'Bash', { command: 'sleep 100' });
    const { sessions } = await read(t);
    assert.deepEqual(sessions[0]!.steps.map(told), [
      'prompt m-1: Go',
      'tool m-1 t1 Bash',
      'tool m-1 t2 mcp__db__query',
      'failed m-1 t3 Read',
      'failed m-1 t4 Bash',
    ]);
    assert.equal(sessions[0]!.withoutResult, 2);
    const failed = sessions[0]!.steps[3]!;
    assert.equal(failed.kind === 'tool' && failed.error, 'File does not exist.');
  });

  it('ties side chains inside the file to the call whose prompt they repeat, whatever stands between', async () => {
    t.prompt('Look around');
    t.call('task-1', 'Task', { subagent_type: 'Explore', prompt: 'Find A' });
    t.call('task-2', 'Task', { subagent_type: 'Plan', prompt: 'Find B' });
    const side = { isSidechain: true };
    const a = t.prompt('Find A', { ...side, parentUuid: null });
    const b = t.prompt('Find B', { ...side, parentUuid: null });
    t.call('in-b', 'Grep', { pattern: 'b' }, { ...side, parentUuid: b });
    const inA = t.call('in-a', 'Grep', { pattern: 'a' }, { ...side, parentUuid: a });
    const resultA = t.result('in-a', 'a.ts', { ...side, parentUuid: inA });
    t.result('in-b', 'b.ts', { ...side, parentUuid: 'm-6' });
    t.said('A is in a.ts', 'msg-a', { ...side, parentUuid: resultA });
    t.result('task-1', 'A is in a.ts', { toolUseResult: { content: [], totalTokens: 1 } });
    t.result('task-2', 'nothing', { toolUseResult: { content: [] } });
    assert.deepEqual(await stepsOf(t), [
      'prompt m-1: Look around',
      'tool m-1 in-a Grep by Explore',
      'report m-1 of Explore: A is in a.ts',
      'tool m-1 task-1 Task',
      'tool m-1 in-b Grep by Plan',
      'tool m-1 task-2 Task',
    ]);
  });

  it('reads the files of sub-agents where either version keeps them, nested ones too, and no progress twice', async () => {
    t.prompt('Look', { promptId: 'p1' });
    t.call('task-1', 'Agent', { subagent_type: 'Explore', prompt: 'Find' });
    t.add('progress', { data: { type: 'agent_progress', message: { type: 'assistant' } }, uuid: 'x' });
    t.result('task-1', 'found', { toolUseResult: { status: 'completed', agentId: 'abc' } });
    t.said('Done', 'msg-1');
    const agent = new TranscriptLines('session-1', { agentId: 'abc', isSidechain: true });
    agent.prompt('Find');
    agent.bash('in-1', 'ls', 'a');
    agent.call('task-2', 'Agent', { prompt: 'Deeper' });
    agent.result('task-2', 'deep', { toolUseResult: { agentId: 'def' } });
    agent.said('Found', 'msg-9');
    await folder.write('session-1/subagents/agent-abc.jsonl', agent);
    const nested = new TranscriptLines('session-1', { agentId: 'def', isSidechain: true });
    nested.bash('in-2', 'ls', 'b');
    await folder.write('agent-def.jsonl', nested);
    const { sessions, files } = await read(t);
    assert.equal(files.length, 3);
    assert.deepEqual(sessions[0]!.steps.map(told), [
      'prompt p1: Look',
      'tool p1 in-1 Bash by Explore',
      'tool p1 in-2 Bash by def',
      'tool p1 task-2 Agent by Explore',
      'report p1 of Explore: Found',
      'tool p1 task-1 Agent',
      'end p1: Done',
    ]);
  });

  it('takes the late answer of a sub-agent in the background from its notification', async () => {
    t.prompt('Look');
    t.call('task-1', 'Agent', { subagent_type: 'Explore', prompt: 'Find' });
    t.result('task-1', 'started', { toolUseResult: { status: 'async_launched', agentId: 'abc' } });
    t.prompt('<task-notification><task-id>abc</task-id><result>It is in x.ts</result></task-notification>');
    t.prompt('<task-notification><task-id>other</task-id><result>of a shell</result></task-notification>');
    assert.deepEqual(await stepsOf(t), [
      'prompt m-1: Look',
      'tool m-1 task-1 Agent',
      'report m-1 of abc: It is in x.ts',
    ]);
  });

  it('keeps the account of a compaction, and no prompt of it', async () => {
    t.prompt('Go');
    t.add('system', { subtype: 'compact_boundary', parentUuid: null, logicalParentUuid: 'm-1' });
    t.prompt('This session is being continued', { isCompactSummary: true });
    assert.deepEqual(await stepsOf(t), ['prompt m-1: Go', 'compacted m-1: This session is being continued']);
  });

  it('takes a prompt that was typed while the agent worked once, and none that was taken back', async () => {
    t.prompt('One');
    t.said('Working', 'msg-1');
    t.add('queue-operation', { operation: 'enqueue', content: 'Taken back', uuid: undefined });
    t.add('queue-operation', { operation: 'popAll', uuid: undefined });
    t.add('queue-operation', { operation: 'enqueue', content: 'Two', uuid: undefined });
    t.add('queue-operation', { operation: 'enqueue', content: 'Three', uuid: undefined });
    t.add('queue-operation', { operation: 'enqueue', content: '<task-notification>x', uuid: undefined });
    t.add('attachment', { attachment: { type: 'queued_command', prompt: 'Two', commandMode: 'prompt' } });
    t.add('attachment', { attachment: { type: 'todo_reminder', content: [] } });
    const steps = await stepsOf(t);
    assert.deepEqual(
      steps.filter((step) => step.startsWith('prompt')).map((step) => step.replace(/ \S+:/, ':')),
      ['prompt: One', 'prompt: Three', 'prompt: Two'],
    );
  });

  it('tells an error of the API as the failure of the turn, and an interrupted turn as one without an end', async () => {
    t.prompt('One');
    t.said('API Error: 500', 'msg-1', { isApiErrorMessage: true });
    t.prompt('Two');
    t.said('I start', 'msg-2');
    t.prompt('[Request interrupted by user]');
    t.prompt('Three');
    t.add('assistant', { message: { id: 'x', model: '<synthetic>', content: 'No response requested.' } });
    assert.deepEqual(await stepsOf(t), [
      'prompt m-1: One',
      'failed end (API Error: 500) m-1: ',
      'prompt m-3: Two',
      'prompt m-6: Three',
    ]);
  });

  it('skips and counts what it can’t decode and what it doesn’t know', async () => {
    t.prompt('One');
    t.raw('{"type":"user","message":{"content":"cut');
    t.raw('[1,2]');
    t.raw('');
    t.add('user', { message: 'no message' });
    t.add('brand-new-type', { anything: 1 });
    t.add('mode', { mode: 'normal', uuid: undefined, timestamp: undefined });
    const { counts, sessions } = await read(t);
    assert.deepEqual(counts, { lines: 6, skipped: 3, unknown: 1 });
    assert.equal(sessions[0]!.steps.length, 1);
  });

  it('bears parents in a circle and copies of a forked session’s lines', async () => {
    t.prompt('One');
    const side = { isSidechain: true };
    t.call('t1', 'Bash', { command: 'ls' }, { ...side, uuid: 'c1', parentUuid: 'c2' });
    t.result('t1', 'x', { ...side, uuid: 'c2', parentUuid: 'c1' });
    t.prompt('Of the other session', { forkedFrom: { sessionId: 'other', messageUuid: 'u' } });
    assert.deepEqual(await stepsOf(t), ['prompt m-1: One', 'tool m-1 t1 Bash by c1']);
  });

  it('keeps nothing private, no secret, no picture and no former file', async () => {
    const token = `${'gh'}p_${'a1B2'.repeat(9)}`;
    t.prompt('<private>all of it</private>');
    t.prompt(`Use <private>hidden</private> ${token}`);
    t.call('t1', 'Write', { file_path: '/x', content: token });
    t.result('t1', 'ok', {
      toolUseResult: { type: 'update', originalFile: 'former content', structuredPatch: [] },
    });
    t.call('t2', 'Read', { file_path: '/x.png' });
    const base64 = 'iVBORw0KGgo='.repeat(20);
    t.result('t2', [], { toolUseResult: { type: 'image', file: { base64, type: 'image/png' } } });
    const { sessions } = await read(t);
    const text = JSON.stringify(sessions);
    for (const gone of ['all of it', 'hidden', token, 'former content', base64])
      assert.ok(!text.includes(gone), gone);
    const prompts = sessions[0]!.steps.filter((step) => step.kind === 'prompt');
    assert.deepEqual(
      prompts.map((step) => step.isPrivate),
      [true, false],
    );
  });

  it('reads a rollout of Codex: calls from items, words from events', async () => {
    const lines = [
      { type: 'session_meta', payload: { id: 'codex-1', cwd: '/home/dev/shop' } },
      { type: 'event_msg', payload: { type: 'task_started', turn_id: 'turn-1' } },
      { type: 'response_item', payload: { type: 'message', role: 'user', content: [] } },
      { type: 'event_msg', payload: { type: 'user_message', message: 'Do it' } },
      {
        type: 'response_item',
        payload: { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}', call_id: 'c1' },
      },
      {
        type: 'response_item',
        payload: {
          ...{ type: 'function_call_output', call_id: 'c1' },
          output: 'Chunk ID: 1\nProcess exited with code 2\nOutput:\nno such file',
        },
      },
      {
        type: 'response_item',
        payload: { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin Patch', call_id: 'c2' },
      },
      { type: 'response_item', payload: { type: 'custom_tool_call_output', call_id: 'c2', output: 'ok' } },
      { type: 'event_msg', payload: { type: 'agent_message', message: 'Done' } },
      { type: 'later', payload: {} },
    ].map((line) => JSON.stringify({ timestamp: '2026-03-01T10:00:00Z', ...line }));
    const file = await folder.write('rollout-1.jsonl', { lines });
    const { sessions, counts } = await readTranscript(file);
    assert.deepEqual(sessions[0]!.steps.map(told), [
      'prompt turn-1: Do it',
      'failed turn-1 c1 exec_command',
      'tool turn-1 c2 apply_patch',
      'end turn-1: Done',
    ]);
    assert.deepEqual(counts, { lines: 10, skipped: 0, unknown: 1 });
    const failed = sessions[0]!.steps[1]!;
    assert.equal(failed.kind === 'tool' && failed.error, 'Exit code 2\nno such file');
  });
});
