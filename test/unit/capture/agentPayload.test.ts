import assert from 'node:assert/strict';
import { agentOf, eventOf, sessionIdOf } from '../../../src/capture/agentPayload';
import type { JsonObject } from '../../../src/capture/spoolRecord';

const copilot = { COPILOT_CLI: '1' };
const gemini = { GEMINI_SESSION_ID: 's1' };
const claude = '/home/x/.claude/projects/-code/s1.jsonl';
const start: JsonObject = { session_id: 's1', hook_event_name: 'SessionStart' };

describe('agentOf', () => {
  const cases: [title: string, payload: JsonObject, environment: NodeJS.ProcessEnv, agent: string][] = [
    ['a payload without a mark of another', start, {}, 'claude-code'],
    ['Copilot CLI by its environment', start, copilot, 'copilot-cli'],
    ['Copilot CLI by its answers', { ...start, tool_result: {} }, {}, 'copilot-cli'],
    ['Copilot CLI by payloads without a name', { sessionId: 's1', source: 'new' }, {}, 'copilot-cli'],
    ['Claude Code inside Copilot CLI', { ...start, transcript_path: claude }, copilot, 'claude-code'],
    [
      'Claude Code inside Copilot CLI, by a prompt’s id',
      { ...start, prompt_id: 'p' },
      copilot,
      'claude-code',
    ],
    ['Codex by its turns', { ...start, turn_id: 't' }, copilot, 'codex'],
    ['Codex by its rollouts', { ...start, transcript_path: 'C:\\s\\rollout-1.jsonl' }, {}, 'codex'],
    ['Codex by its notice', { type: 'agent-turn-complete', 'thread-id': 's1' }, {}, 'codex'],
    ['Gemini CLI by its events', { ...start, hook_event_name: 'AfterTool' }, {}, 'gemini-cli'],
    ['Gemini CLI by its environment', start, gemini, 'gemini-cli'],
    ['an agent inside Gemini CLI', { ...start, session_id: 's2' }, gemini, 'claude-code'],
    ['VS Code by its style', { sessionId: 's1', hookEventName: 'Stop' }, {}, 'vscode'],
    [
      'VS Code by where it writes',
      { ...start, transcript_path: '/x/workspaceStorage/1/GitHub.copilot-chat/transcripts/s1.jsonl' },
      {},
      'vscode',
    ],
  ];
  for (const [title, payload, environment, agent] of cases)
    it(`knows ${title}`, () => assert.equal(agentOf(payload, environment), agent));
});

describe('eventOf', () => {
  it('knows Copilot CLI’s events without a name by their shape', () => {
    const of = (members: JsonObject) => eventOf({ sessionId: 's1', timestamp: 1, cwd: '/x', ...members });
    assert.deepEqual(
      [
        of({ source: 'new', initialPrompt: 'x' }),
        of({ prompt: 'x' }),
        of({ prompt: 'x', transformedPrompt: 'y' }),
        of({ toolName: 'bash', toolArgs: {} }),
        of({ toolName: 'bash', toolArgs: {}, toolResult: {} }),
        of({ toolName: 'bash', toolArgs: {}, error: 'x' }),
        of({ agentName: 'explore', agentId: 'a' }),
        of({ agentName: 'explore', agentId: 'a', stopReason: 'end_turn' }),
        of({ stopReason: 'end_turn' }),
        of({ reason: 'complete' }),
        of({ error: { message: 'x' } }),
        of({ hookName: 'permissionRequest', toolName: 'bash' }),
        of({ something: 'else' }),
      ],
      [
        ...['sessionStart', 'userPromptSubmitted', 'userPromptTransformed', 'preToolUse', 'postToolUse'],
        ...[
          'postToolUseFailure',
          'subagentStart',
          'subagentStop',
          'agentStop',
          'sessionEnd',
          'errorOccurred',
        ],
        ...['permissionRequest', ''],
      ],
    );
  });

  it('gives no shape to payloads of other agents', () => {
    assert.equal(eventOf({ session_id: 's1', prompt: 'x' }), '');
    assert.equal(eventOf({ some: 'thing', reason: 'x' }), '');
  });
});

describe('sessionIdOf', () => {
  it('gives the parent’s session for a sub-agent that has one of its own', () => {
    assert.equal(sessionIdOf({ session_id: 'sub', parent_agent_id: 'main' }), 'main');
    assert.equal(sessionIdOf({ sessionId: 'sub', parentAgentId: 'main' }), 'main');
    assert.equal(sessionIdOf({ 'thread-id': 's1' }), 's1');
    assert.equal(sessionIdOf({}), '');
  });
});
