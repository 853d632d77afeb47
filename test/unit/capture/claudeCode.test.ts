import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readClaudeCode } from '../../../src/capture/agents/claudeCode';
import type { JsonObject, SpooledEvent } from '../../../src/capture/spoolRecord';
import type { ToolAction } from '../../../src/capture/vocabulary';

const folder = join(__dirname, '../../fixtures/recordings/claude-code');
const cwd = '/home/dev/shop';

function event(name: string, payload: JsonObject, more: Partial<SpooledEvent> = {}): SpooledEvent {
  return {
    v: 1,
    id: 'e1',
    at: 1700000000000,
    agent: 'claude-code',
    event: name,
    project: { key: cwd, name: 'shop', root: cwd },
    payload: { session_id: 's1', cwd, hook_event_name: name, ...payload },
    ...more,
  };
}

function recorded(file: string): SpooledEvent[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { event: name, payload } = JSON.parse(line) as { event: string; payload: JsonObject };
      return event(name, payload);
    });
}

/** What an event comes to, as one word. */
function outcome(record: SpooledEvent): string {
  const read = readClaudeCode(record);
  if ('setAside' in read) return `set aside: ${read.setAside}`;
  return 'ignored' in read ? `ignored: ${read.ignored}` : read.type;
}

function outcomes(file: string): string[] {
  return recorded(file)
    .map(outcome)
    .filter((word) => word !== 'ignored: uninteresting-event');
}

function actionOf(name: string, input: JsonObject, response?: JsonObject['x']): ToolAction {
  const payload: JsonObject = { tool_name: name, tool_input: input, tool_use_id: 't1' };
  if (response !== undefined) payload.tool_response = response;
  const read = readClaudeCode(event('PostToolUse', payload));
  assert.ok('type' in read && read.type === 'toolUsed');
  return read.use.action;
}

describe('readClaudeCode', () => {
  describe('recordings', () => {
    it('understands every event of every recording', () => {
      const files = ['', 'realistic/'].flatMap((sub) =>
        readdirSync(join(folder, sub))
          .filter((name) => name.endsWith('.jsonl'))
          .map((name) => sub + name),
      );
      assert.ok(files.length >= 19);
      for (const file of files) {
        const events = recorded(file);
        assert.deepEqual(
          events.map(outcome).filter((word) => word.startsWith('set aside')),
          [],
          file,
        );
        const tools = events.filter(({ event: name }) => name.startsWith('PostToolUse'));
        assert.equal(
          events.map(outcome).filter((word) => word === 'toolUsed' || word === 'toolFailed').length,
          tools.length,
          file,
        );
      }
    });

    it('takes no machine prompt for a prompt of a person', () => {
      assert.deepEqual(outcomes('bgbash.jsonl'), [
        'sessionStarted',
        'prompt',
        'toolUsed',
        'turnEnded',
        'ignored: machine-prompt',
        'turnEnded',
        'sessionEnded',
      ]);
    });

    it("takes compaction's own sub-agents for none", () => {
      assert.deepEqual(outcomes('compact.jsonl'), [
        'sessionStarted',
        'ignored: compaction-subagent',
        'ignored: compaction-subagent',
        'sessionStarted',
        'compacted',
        'sessionEnded',
      ]);
    });

    it('keeps the parent session and the sub-agent of a sub-agent tool', () => {
      const [first] = recorded('sub.jsonl')
        .map(readClaudeCode)
        .filter((read) => 'type' in read && read.type === 'toolUsed');
      assert.ok(first && 'type' in first && first.type === 'toolUsed');
      assert.deepEqual(first.use.subagent, { id: 'aea9dbf73f9d8d7b0', type: 'general-purpose' });
    });

    it('tells a turn that failed from one that ended', () => {
      const ends = recorded('err429b.jsonl')
        .map(readClaudeCode)
        .filter((read) => 'type' in read && read.type === 'turnEnded');
      assert.equal(ends.length, 1);
      assert.ok(ends[0] && 'failure' in ends[0]);
      assert.equal(ends[0].failure, 'rate_limit');
      assert.equal(ends[0].lastAssistantMessage, 'API Error: Request rejected (429) · fake rate limit');
    });
  });

  describe('events', () => {
    it('carries the common fields over', () => {
      const read = readClaudeCode(event('UserPromptSubmit', { prompt: ' hello ', prompt_id: 'p1' }));
      assert.deepEqual(read, {
        eventId: 'e1',
        at: 1700000000000,
        agent: 'claude-code',
        agentSessionId: 's1',
        cwd,
        project: { key: cwd, name: 'shop', root: cwd },
        promptId: 'p1',
        type: 'prompt',
        text: 'hello',
      });
    });

    it('counts a private prompt without its text', () => {
      const read = readClaudeCode(event('UserPromptSubmit', { prompt: '' }, { privatePrompt: true }));
      assert.ok('type' in read && read.type === 'privatePrompt');
      assert.ok(!('text' in read));
    });

    it('keeps what a person pasted, even if it starts with an element', () => {
      assert.equal(outcome(event('UserPromptSubmit', { prompt: '<div>why is this red?</div>' })), 'prompt');
      assert.equal(
        outcome(event('UserPromptSubmit', { prompt: '<task-notification-bar> is ugly' })),
        'prompt',
      );
      assert.equal(outcome(event('UserPromptSubmit', { prompt: '' })), 'ignored: empty-prompt');
    });

    it('maps an unknown start source to other', () => {
      const read = readClaudeCode(event('SessionStart', { source: 'teleport' }));
      assert.ok('type' in read && read.type === 'sessionStarted');
      assert.equal(read.source, 'other');
    });

    it('sets aside what it does not understand', () => {
      assert.equal(outcome(event('BrandNewEvent', {})), 'set aside: unknown-event');
      assert.equal(outcome(event('PostToolUse', {})), 'set aside: bad-payload');
      assert.equal(outcome(event('UserPromptSubmit', { prompt: 7 })), 'set aside: bad-payload');
      assert.equal(outcome(event('Stop', { session_id: '' })), 'set aside: bad-payload');
    });

    it('survives fields of wrong types', () => {
      const read = readClaudeCode(
        event('PostToolUse', {
          tool_name: 'Bash',
          tool_input: 'not an object',
          tool_response: { stdout: 5, bashEditDiff: { files: 'none', changedFiles: 3 } },
          tool_use_id: 9,
          duration_ms: 'long',
        }),
      );
      assert.ok('type' in read && read.type === 'toolUsed');
      assert.deepEqual(read.use, { tool: 'Bash', action: { kind: 'command', command: '', output: '' } });
    });

    it('keeps the error of a failed tool and whether a person stopped it', () => {
      const read = readClaudeCode(
        event('PostToolUseFailure', {
          tool_name: 'Bash',
          tool_input: { command: 'npm test' },
          error: 'Exit code 1',
          is_interrupt: true,
        }),
      );
      assert.ok('type' in read && read.type === 'toolFailed');
      assert.equal(read.use.error, 'Exit code 1');
      assert.equal(read.use.interrupted, true);
    });
  });

  describe('tools', () => {
    it('tells which files a command changed, created and deleted', () => {
      const action = actionOf(
        'Bash',
        { command: 'make gen' },
        {
          stdout: 'out',
          stderr: 'err',
          bashEditDiff: {
            files: [
              { filePath: '/r/a.ts', hunks: [{ lines: [' x', '-old', '+new', '+'] }], created: true },
              { filePath: 'b.ts', hunks: [], deleted: true },
            ],
            moreFiles: 1,
            changedFiles: ['/r/a.ts', 'b.ts', '/r/c.ts'],
          },
        },
      );
      assert.deepEqual(action, {
        kind: 'command',
        command: 'make gen',
        output: 'out\nerr',
        files: ['/r/a.ts', `${cwd}/b.ts`, '/r/c.ts'],
        changes: [
          { path: '/r/a.ts', created: true, added: ['new'], removed: ['old'] },
          { path: `${cwd}/b.ts`, created: false, deleted: true, added: [], removed: [] },
        ],
      });
    });

    it('marks a background command', () => {
      const action = actionOf('Bash', { command: 'serve' }, { stdout: '', backgroundTaskId: 'b1' });
      assert.ok(action.kind === 'command' && action.background === true);
    });

    it('drops the content of a picture', () => {
      const action = actionOf(
        'Read',
        { file_path: '/r/x.png' },
        { type: 'image', file: { base64: 'AAAA', type: 'image/png' } },
      );
      assert.deepEqual(action, { kind: 'read', path: '/r/x.png', image: true });
      const bare = actionOf('Read', { file_path: '/r/x.png' }, { type: 'image' });
      assert.deepEqual(bare, action);
    });

    it('reads a patch without the old content of the file', () => {
      const action = actionOf(
        'Write',
        { file_path: 'src/a.ts', content: 'b' },
        { type: 'update', structuredPatch: [{ lines: ['-a', '+b'] }], originalFile: 'a' },
      );
      const path = `${cwd}/src/a.ts`;
      assert.deepEqual(action, { kind: 'edit', path, created: false, added: ['b'], removed: ['a'] });
    });

    it('falls back to what the call asked where there is no patch', () => {
      const edits = [
        { old_string: 'a\nb', new_string: 'a\nc' },
        { old_string: 'd', new_string: 'e' },
      ];
      const action = actionOf('MultiEdit', { file_path: '/r/a', edits });
      assert.deepEqual(action, {
        kind: 'edit',
        path: '/r/a',
        created: false,
        added: ['c', 'e'],
        removed: ['b', 'd'],
      });
      const notebook = actionOf('NotebookEdit', { notebook_path: '/r/n.ipynb', new_source: 'x = 1' });
      assert.deepEqual(notebook, {
        kind: 'edit',
        path: '/r/n.ipynb',
        created: false,
        added: ['x = 1'],
        removed: [],
      });
    });

    it('bounds lines, their number, and texts', () => {
      const content = Array.from({ length: 100 }, (_, at) => `${at} ${'x'.repeat(400)}`).join('\n');
      const action = actionOf(
        'Write',
        { file_path: '/r/a', content },
        { type: 'create', structuredPatch: [] },
      );
      assert.ok(action.kind === 'edit' && action.created);
      assert.equal(action.added.length, 60);
      assert.ok(action.added.every((line) => line.length <= 300));
      const long = actionOf('Bash', { command: 'x' }, `start${'y'.repeat(50_000)}end`);
      assert.ok(long.kind === 'command' && long.output.length < 16_100);
      assert.ok(long.output.startsWith('start') && long.output.endsWith('end'));
    });

    it('understands an answer as object, blocks, JSON text, text, or none', () => {
      const output = (response?: JsonObject['x']) => {
        const action = actionOf('mcp__mem__search', { query: 'q' }, response);
        assert.ok(action.kind === 'other');
        assert.equal(action.tool, 'mem: search');
        return action.output;
      };
      assert.equal(output({ hits: 1 }), '{"hits":1}');
      assert.equal(
        output([
          { type: 'text', text: 'one' },
          { type: 'image', data: 'AAAA' },
        ]),
        'one',
      );
      assert.equal(output('[{"type":"text","text":"two"}]'), 'two');
      assert.equal(output('{ not json'), '{ not json');
      assert.equal(output(), '');
    });

    it('takes searches, pages and sub-agents for what they are', () => {
      assert.deepEqual(
        actionOf('Glob', { pattern: '**/*.ts', path: 'src' }, { filenames: ['a.ts', 'b.ts'] }),
        {
          kind: 'search',
          query: '**/*.ts',
          path: `${cwd}/src`,
          output: 'a.ts\nb.ts',
        },
      );
      assert.deepEqual(
        actionOf('WebFetch', { url: 'https://x.test', prompt: 'p' }, { code: 200, result: 'page' }),
        {
          kind: 'web',
          target: 'https://x.test',
          output: 'page',
        },
      );
      const content = [
        { type: 'text', text: '<tools-used-before-summary>Bash</tools-used-before-summary>\n' },
        { type: 'text', text: 'Found it.' },
      ];
      const asked = { description: 'Find', prompt: 'find it' };
      assert.deepEqual(actionOf('Agent', asked, { status: 'completed', agentId: 'a1', content }), {
        kind: 'delegate',
        ...asked,
        result: 'Found it.',
        subagentId: 'a1',
      });
      const launched = actionOf('Task', asked, {
        status: 'async_launched',
        agentId: 'a2',
        content: 'started',
      });
      assert.ok(launched.kind === 'delegate' && launched.result === '');
    });
  });
});
