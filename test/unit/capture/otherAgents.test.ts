import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentOf, eventOf } from '../../../src/capture/agentPayload';
import { codexIgnoreRules, readCodex } from '../../../src/capture/agents/codex';
import { claudeCodeIgnoreRules } from '../../../src/capture/agents/claudeCode';
import { copilotCliIgnoreRules, readCopilotCli } from '../../../src/capture/agents/copilotCli';
import { geminiCliIgnoreRules, readGeminiCli } from '../../../src/capture/agents/geminiCli';
import { readVscode } from '../../../src/capture/agents/vscodeLocal';
import { isIgnoredEvent } from '../../../src/capture/events';
import type { Reading } from '../../../src/capture/reading';
import type { JsonObject, SpooledEvent } from '../../../src/capture/spoolRecord';
import type { AgentEvent, AgentId, ToolUse } from '../../../src/capture/vocabulary';

const cwd = '/home/dev/shop';
const folder = join(__dirname, '../../fixtures/recordings');

function spooled(agent: AgentId, payload: JsonObject): SpooledEvent {
  const project = { key: cwd, name: 'shop', root: cwd };
  return { v: 1, id: 'e1', at: 1, agent, event: eventOf(payload), project, payload };
}

function recorded(file: string, environment: NodeJS.ProcessEnv): SpooledEvent[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);
  return lines
    .map((line) => (JSON.parse(line) as { payload: JsonObject }).payload)
    .map((payload) => spooled(agentOf(payload, environment), payload))
    .filter(({ event, agent }) => !isIgnoredEvent(event, agent));
}

function outcome(reading: Reading): string {
  if ('setAside' in reading) return `set aside: ${reading.setAside}`;
  return 'ignored' in reading ? `ignored: ${reading.ignored}` : reading.type;
}

function useOf(reading: Reading): ToolUse {
  assert.ok(
    'type' in reading && (reading.type === 'toolUsed' || reading.type === 'toolFailed'),
    outcome(reading),
  );
  return reading.use;
}

function isEvent(reading: Reading): reading is AgentEvent {
  return 'type' in reading;
}

describe('readCopilotCli', () => {
  const readings = () => recorded('copilot-cli/copilot.jsonl', { COPILOT_CLI: '1' }).map(readCopilotCli);

  it('understands every event of its recordings', () => {
    for (const file of ['copilot.jsonl', 'claude-plugin.jsonl']) {
      const events = recorded(`copilot-cli/${file}`, { COPILOT_CLI: '1' });
      assert.ok(events.length >= 8);
      for (const event of events) {
        assert.equal(event.agent, 'copilot-cli');
        const reading = readCopilotCli(event);
        assert.ok(!('setAside' in reading), event.event);
        if ('ignored' in reading)
          assert.ok(reading.ignored in { ...claudeCodeIgnoreRules, ...copilotCliIgnoreRules });
      }
    }
  });

  it('gives one event the same names in all three copies, and no two events the same', () => {
    const uses = readings()
      .filter(isEvent)
      .filter(({ type }) => type.startsWith('tool'))
      .map(useOf);
    const byId = new Map<string, ToolUse[]>();
    for (const use of uses) byId.set(use.toolUseId!, [...(byId.get(use.toolUseId!) ?? []), use]);
    assert.deepEqual(
      [...byId.values()].map((same) => [same[0]!.tool, same.length]),
      [
        ...[
          ['Bash', 3],
          ['Write', 3],
          ['Edit', 3],
          ['Read', 2],
          ['Bash', 3],
          ['Read', 2],
          ['Agent', 2],
        ],
      ],
    );
    for (const same of byId.values()) for (const use of same) assert.deepEqual(use, same[0]);
    const keys = (type: string) =>
      new Set(
        readings()
          .filter(isEvent)
          .filter((event) => event.type === type)
          .map((event) => event.eventKey),
      );
    assert.equal(keys('prompt').size, 1);
    assert.equal(keys('turnEnded').size, 1);
  });

  it('tells what its tools did, and takes the exit code from the frame', () => {
    const uses = readings()
      .filter(isEvent)
      .filter(({ type }) => type.startsWith('tool'))
      .map(useOf);
    const [bash, write, edit, read, failed] = [uses[0], uses[3], uses[6], uses[9], uses[11]];
    assert.deepEqual(bash?.action, {
      ...{ kind: 'command', command: 'echo hi && echo err >&2', description: 'Say hi', output: 'hi\nerr' },
    });
    assert.deepEqual(write?.action, {
      ...{ kind: 'edit', path: `${cwd}/hello.txt`, created: true, added: ['hello', 'world'], removed: [] },
    });
    assert.deepEqual(edit?.action, {
      ...{ kind: 'edit', path: `${cwd}/hello.txt`, created: false, added: ['memory'], removed: ['world'] },
    });
    assert.deepEqual(read?.action, { kind: 'read', path: `${cwd}/hello.txt`, content: 'hello\nmemory\n' });
    assert.equal(
      failed?.error,
      "Exit code 2\nls: cannot access '/nonexistent_xyz': No such file or directory",
    );
  });

  it('puts a sub-agent under its parent’s session, and takes its orders for no prompt', () => {
    const all = readings();
    const ids = new Set(all.filter(isEvent).map(({ agentSessionId }) => agentSessionId));
    assert.deepEqual([...ids], ['b4b5f773-0965-4325-add6-2bdc951eb917']);
    const outcomes = all.map(outcome);
    assert.equal(outcomes.filter((word) => word === 'ignored: subagent-prompt').length, 3);
    assert.equal(outcomes.filter((word) => word === 'ignored: subagent-turn').length, 3);
    const ended = all.find((reading) => isEvent(reading) && reading.type === 'subagentEnded');
    assert.ok(ended && isEvent(ended) && ended.type === 'subagentEnded');
    assert.equal(ended.subagent.type, 'explore');
    assert.equal(ended.lastAssistantMessage, 'Explored.');
  });

  it('tells a refused tool as one that failed, and an error as the turn’s failure', () => {
    const refused = readCopilotCli(
      spooled('copilot-cli', {
        ...{ sessionId: 's1', timestamp: 5, cwd, toolName: 'bash', toolArgs: { command: 'rm x' } },
        toolResult: { resultType: 'denied', textResultForLlm: 'Denied by the user' },
      }),
    );
    assert.equal(useOf(refused).error, 'Denied by the user');
    const failed = readCopilotCli(
      spooled('copilot-cli', { sessionId: 's1', timestamp: 5, cwd, error: { message: 'No quota' } }),
    );
    assert.ok(isEvent(failed) && failed.type === 'turnEnded');
    assert.equal(failed.failure, 'No quota');
  });
});

describe('readCodex', () => {
  it('understands every event of its recording, a turn as its prompt', () => {
    const readings = recorded('codex/codex.jsonl', {}).map(readCodex);
    assert.deepEqual(readings.map(outcome), [
      ...['sessionStarted', 'prompt', 'toolUsed', 'toolUsed', 'turnEnded', 'sessionEnded'],
    ]);
    const promptIds = new Set(readings.slice(1, 5).map((r) => isEvent(r) && r.promptId));
    assert.deepEqual([...promptIds], ['01a1f821-1c92-7480-bdce-db90038d54fb']);
    const orders = readCodex(
      spooled('codex', {
        ...{ session_id: 's1', turn_id: 't1', hook_event_name: 'UserPromptSubmit', cwd },
        ...{ agent_id: 'a1', prompt: 'Explore.' },
      }),
    );
    assert.ok('ignored' in orders && orders.ignored in codexIgnoreRules);
    assert.deepEqual(useOf(readings[2]!).action, {
      ...{ kind: 'command', command: 'echo hi; echo err >&2', output: 'hi\nerr\n' },
    });
  });

  const patched = (tool: string, command: string) =>
    useOf(
      readCodex(
        spooled('codex', {
          ...{ session_id: 's1', turn_id: 't1', hook_event_name: 'PostToolUse', cwd },
          ...{ tool_name: tool, tool_use_id: 'c1', tool_input: { command }, tool_response: 'Success.' },
        }),
      ),
    ).action;

  it('tells which file a patch changed, and how', () => {
    const patch = '*** Begin Patch\n*** Add File: hello.txt\n+hello\n+world\n*** End Patch';
    const expected = {
      ...{ kind: 'edit', path: `${cwd}/hello.txt`, created: true, added: ['hello', 'world'], removed: [] },
    };
    assert.deepEqual(patched('Bash', `apply_patch <<'EOP'\n${patch}\nEOP\n`), expected);
    assert.deepEqual(patched('apply_patch', patch), expected);
  });

  it('tells each of several files that a patch changed', () => {
    const patch =
      '*** Begin Patch\n*** Update File: /a.ts\n@@ fn\n-old\n+new\n*** Delete File: b.ts\n*** End Patch';
    assert.deepEqual(patched('apply_patch', patch), {
      ...{ kind: 'command', command: 'apply_patch', output: 'Success.' },
      files: ['/a.ts', `${cwd}/b.ts`],
      changes: [
        { path: '/a.ts', created: false, added: ['new'], removed: ['old'] },
        { path: `${cwd}/b.ts`, created: false, added: [], removed: [], deleted: true },
      ],
    });
  });

  it('takes a command that only mentions a patch for a command', () => {
    assert.equal(patched('Bash', 'grep "*** Begin Patch" -r .').kind, 'command');
  });
});

describe('readGeminiCli', () => {
  const gemini = (event: string, more: JsonObject) =>
    readGeminiCli(
      spooled('gemini-cli', {
        ...{ session_id: 's1', cwd, hook_event_name: event, timestamp: '2026-11-20T08:00:00.123Z' },
        ...more,
      }),
    );
  const tool = (name: string, input: JsonObject, llmContent: JsonObject['x'], more: JsonObject = {}) =>
    gemini('AfterTool', {
      ...{ tool_name: name, tool_input: input },
      tool_response: { llmContent: llmContent ?? null, returnDisplay: 'shown', ...more },
    });

  it('takes what a sub-agent says at its end once', () => {
    const reading = tool('complete_task', { result: 'Explored.' }, 'Explored.');
    assert.ok('ignored' in reading && reading.ignored in geminiCliIgnoreRules);
  });

  it('maps start, prompt, end of the turn and end', () => {
    const readings = [
      gemini('SessionStart', { source: 'startup' }),
      gemini('BeforeAgent', { prompt: 'Fix it' }),
      gemini('AfterAgent', { prompt: 'Fix it', prompt_response: 'Fixed.', stop_hook_active: false }),
      gemini('SessionEnd', { reason: 'exit' }),
      gemini('Surprise', {}),
    ];
    assert.deepEqual(readings.map(outcome), [
      ...['sessionStarted', 'prompt', 'turnEnded', 'sessionEnded', 'set aside: unknown-event'],
    ]);
    const [, prompt, end] = readings;
    assert.ok(prompt && isEvent(prompt) && prompt.type === 'prompt' && prompt.text === 'Fix it');
    assert.ok(end && isEvent(end) && end.type === 'turnEnded' && end.lastAssistantMessage === 'Fixed.');
    assert.equal(prompt.eventKey, String(Date.parse('2026-11-20T08:00:00.123Z')));
  });

  it('tells what its tools did', () => {
    const shell = 'Command: npm test\nDirectory: (root)\nOutput: 5 passing\nError: (none)\nExit Code: 0';
    assert.deepEqual(useOf(tool('run_shell_command', { command: 'npm test' }, shell)).action, {
      ...{ kind: 'command', command: 'npm test', output: '5 passing' },
    });
    const failing = shell.replace('5 passing', 'one\ntwo').replace('Exit Code: 0', 'Exit Code: 1');
    assert.equal(
      useOf(tool('run_shell_command', { command: 'npm test' }, failing)).error,
      'Exit code 1\none\ntwo',
    );
    assert.deepEqual(useOf(tool('read_file', { absolute_path: '/a.ts' }, 'text')).action, {
      ...{ kind: 'read', path: '/a.ts', content: 'text' },
    });
    const created = 'Successfully created and wrote to new file: /a.ts.';
    assert.deepEqual(useOf(tool('write_file', { file_path: '/a.ts', content: 'x' }, created)).action, {
      ...{ kind: 'edit', path: '/a.ts', created: true, added: ['x'], removed: [] },
    });
    const replaced = { file_path: '/a.ts', old_string: 'x', new_string: 'y' };
    assert.deepEqual(useOf(tool('replace', replaced, [{ text: 'ok' }])).action, {
      ...{ kind: 'edit', path: '/a.ts', created: false, added: ['y'], removed: ['x'] },
    });
    const mcp = useOf(tool('mcp_db_run_query', { sql: '1' }, [{ text: 'rows' }]));
    assert.deepEqual(mcp.action, {
      ...{ kind: 'other', tool: 'db: run_query', input: '{"sql":"1"}', output: 'rows' },
    });
    assert.equal(useOf(tool('read_file', {}, '', { error: { message: 'Not found' } })).error, 'Not found');
  });
});

describe('readVscode', () => {
  const local = (event: string, more: JsonObject) =>
    readVscode(spooled('vscode', { sessionId: 's1', cwd, hookEventName: event, ...more }));
  const tool = (name: string, input: JsonObject, response: JsonObject['x']) =>
    useOf(
      local('PostToolUse', {
        ...{ tool_name: name, tool_input: input, tool_response: response ?? null, tool_use_id: 'u1' },
      }),
    );

  it('maps start, prompt, sub-agent and end of the turn', () => {
    assert.deepEqual(
      [
        local('SessionStart', { source: 'new' }),
        local('UserPromptSubmit', { prompt: 'Fix it' }),
        local('SubagentStop', { agent_id: 'a', agent_type: 'Plan' }),
        local('Stop', { stop_hook_active: false }),
      ].map(outcome),
      ['sessionStarted', 'prompt', 'subagentEnded', 'turnEnded'],
    );
  });

  it('tells what its tools did', () => {
    assert.deepEqual(tool('run_in_terminal', { command: 'npm test' }, '5 passing').action, {
      ...{ kind: 'command', command: 'npm test', output: '5 passing' },
    });
    assert.deepEqual(tool('read_file', { filePath: '/a.ts' }, 'text').action, {
      ...{ kind: 'read', path: '/a.ts', content: 'text' },
    });
    assert.deepEqual(tool('create_file', { filePath: '/a.ts', content: 'x' }, '').action, {
      ...{ kind: 'edit', path: '/a.ts', created: true, added: ['x'], removed: [] },
    });
    const replaced = { filePath: '/a.ts', oldString: 'x', newString: 'y' };
    assert.deepEqual(tool('replace_string_in_file', replaced, 'ok').action, {
      ...{ kind: 'edit', path: '/a.ts', created: false, added: ['y'], removed: ['x'] },
    });
    const several = { replacements: [{ filePath: '/a.ts', oldString: 'x', newString: 'y' }] };
    assert.deepEqual(tool('multi_replace_string_in_file', several, 'ok').action, {
      ...{ kind: 'edit', path: '/a.ts', created: false, added: ['y'], removed: ['x'] },
    });
    assert.equal(tool('editFiles', { files: ['src/a.ts'] }, 'ok').action.kind, 'edit');
  });
});
