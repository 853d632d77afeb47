import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, drained, fireHook, withKeeper } from '../../../../scripts/replay/run';
import { defaultExclusions, type ExclusionSettings } from '../../../../src/capture/exclusions';
import { importTranscripts, type ImportResult } from '../../../../src/capture/transcripts/importTranscripts';
import { importTarget } from '../../../../src/keeper/importTarget';
import { makeFolder, removeFolders } from '../../../support/store';
import { TranscriptFolder, TranscriptLines } from './transcript';

const later = Date.parse('2026-04-01T00:00:00Z');

describe('importTranscripts', function () {
  this.timeout(60_000);
  let folder: TranscriptFolder;
  let store: string;
  let t: TranscriptLines;

  beforeEach(async () => {
    folder = await TranscriptFolder.make();
    store = await makeFolder();
    t = new TranscriptLines();
  });
  afterEach(async () => {
    await folder.remove();
    await removeFolders();
  });

  type Stored = Awaited<ReturnType<typeof collect>>;

  async function importInto(
    lines: TranscriptLines,
    options: {
      now?: number;
      exclusions?: ExclusionSettings;
      signal?: AbortSignal;
      before?: () => Promise<unknown>;
    } = {},
  ): Promise<{ imported: ImportResult; stored: Stored }> {
    const file = await folder.write('session-1.jsonl', lines);
    return withKeeper(store, async (keeper) => {
      if (options.before) {
        await options.before();
        await keeper.rescan();
        await drained(keeper);
      }
      const imported = await importTranscripts([file], importTarget(keeper), {
        ...{ now: later, exclusions: defaultExclusions, ...options },
      });
      await drained(keeper);
      return { imported, stored: await collect(keeper, store, undefined) };
    });
  }

  function workedSession(): void {
    t.prompt('Write the file', { promptId: 'p1' });
    t.call('t1', 'Write', { file_path: '/home/dev/shop/a.ts', content: 'export const a = 1;' });
    t.result('t1', 'created', { toolUseResult: { type: 'create', structuredPatch: [] } });
    t.said('I wrote a.ts.', 'msg-1');
    t.prompt('And test it', { promptId: 'p2' });
    t.bash('t2', 'npm test', '5 passing');
    t.said('All tests pass.', 'msg-2');
  }

  it('takes the agent’s title, the person’s own before its own, but none of a session with a private prompt', async () => {
    workedSession();
    t.add('custom-title', { customTitle: 'Mine' });
    t.add('ai-title', { aiTitle: 'Write and test a file' });
    await importInto(t);
    const hidden = new TranscriptLines('session-2');
    hidden.prompt('<private>The merger</private>', { promptId: 'p1' });
    hidden.prompt('Write the file', { promptId: 'p2' });
    hidden.add('ai-title', { aiTitle: 'The merger' });
    await importInto(hidden);
    await withKeeper(store, async (keeper) => {
      const titles = (await keeper.sessions.listSessions({ limit: 5 })).map(
        ({ agentSessionId, agentTitle }) => [agentSessionId, agentTitle],
      );
      assert.deepEqual(titles.sort(), [
        ['session-1', 'Mine'],
        ['session-2', undefined],
      ]);
    });
  });

  it('gives the memory that hooks would have given, at the time of the work', async () => {
    workedSession();
    const { imported, stored } = await importInto(t);
    const [session] = stored.sessions;
    assert.equal(imported.events.captured, imported.events.total);
    assert.deepEqual(
      session!.prompts.map(({ number, text, agentPromptId }) => [number, text, agentPromptId]),
      [
        [1, 'Write the file', 'p1'],
        [2, 'And test it', 'p2'],
      ],
    );
    assert.ok(session!.prompts.every(({ endedAt }) => endedAt !== undefined));
    assert.deepEqual(
      session!.observations.map(({ promptNumber, filesModified }) => [promptNumber, filesModified]),
      [
        [1, ['/home/dev/shop/a.ts']],
        [2, []],
      ],
    );
    assert.deepEqual(
      session!.observations.map(({ createdAt }) => new Date(createdAt).toISOString()),
      ['2026-03-01T10:00:03.000Z', '2026-03-01T10:00:07.000Z'],
    );
    assert.equal(session!.summaries.length, 2);
  });

  it('adds nothing the second time', async () => {
    workedSession();
    const first = await importInto(t);
    const second = await importInto(t);
    assert.deepEqual(second.stored, first.stored);
    assert.equal(second.imported.events.captured, 0);
    assert.equal(second.imported.events.ignored['duplicate'], second.imported.events.total);
  });

  it('adds what has come since to a session that was imported', async () => {
    workedSession();
    await importInto(t);
    t.prompt('More', { promptId: 'p3' });
    t.bash('t3', 'npm run lint', 'clean');
    t.said('Clean.', 'msg-3');
    const { stored } = await importInto(t);
    const [session] = stored.sessions;
    assert.deepEqual(session!.prompts.map(({ text }) => text).slice(2), ['More']);
    assert.equal(session!.summaries.length, 3);
    assert.equal(stored.accounting.length, 3);
  });

  it('adds nothing to a session whose hooks have told it, though in other last words', async () => {
    workedSession();
    const at = (id: string) => ({ session_id: 'session-1', cwd: '/home/dev/shop', prompt_id: id });
    const live = async () => {
      const events = [
        {
          hook_event_name: 'SessionStart',
          source: 'startup',
          session_id: 'session-1',
          cwd: '/home/dev/shop',
        },
        { ...at('p1'), hook_event_name: 'UserPromptSubmit', prompt: 'Write the file' },
        {
          ...at('p1'),
          ...{ hook_event_name: 'PostToolUse', tool_name: 'Write', tool_use_id: 't1' },
          tool_input: { file_path: '/home/dev/shop/a.ts', content: 'export const a = 1;' },
          tool_response: { type: 'create' },
        },
        { ...at('p1'), hook_event_name: 'Stop', last_assistant_message: 'I wrote a.ts, as asked.' },
        { ...at('p2'), hook_event_name: 'UserPromptSubmit', prompt: 'And test it' },
        {
          ...at('p2'),
          ...{ hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: 't2' },
          ...{ tool_input: { command: 'npm test' }, tool_response: { stdout: '5 passing' } },
        },
        { ...at('p2'), hook_event_name: 'Stop', last_assistant_message: 'All tests pass.' },
      ];
      for (const event of events) await fireHook(store, event);
    };
    const { imported, stored } = await importInto(t, { before: live });
    assert.equal(stored.sessions[0]!.prompts.length, 2);
    assert.equal(stored.accounting.length, 2);
    assert.equal(stored.sessions[0]!.summaries.length, 2);
    // The end of the session is all that the hooks have not told.
    assert.equal(imported.events.captured, 1);
  });

  it('leaves the last turn of a session that may be at work to its hooks', async () => {
    workedSession();
    const { imported, stored } = await importInto(t, { now: Date.parse('2026-03-01T10:05:00Z') });
    assert.equal(imported.events.ignored['turn-at-work'], 1);
    assert.equal(stored.sessions[0]!.prompts[1]!.endedAt, undefined);
    assert.equal(stored.sessions[0]!.summaries.length, 1);
  });

  it('keeps what a private prompt led to out of the store', async () => {
    t.prompt('<private>Rotate the key</private>', { promptId: 'p1' });
    t.bash('t1', 'echo rotating-the-key', 'rotated-the-key');
    t.said('I rotated-the-key.', 'msg-1');
    t.prompt('Now the tests', { promptId: 'p2' });
    t.bash('t2', 'npm test', '5 passing');
    const { imported, stored } = await importInto(t);
    assert.equal(imported.events.ignored['private-prompt'], 2);
    assert.deepEqual(
      stored.sessions[0]!.prompts.map(({ text, isPrivate }) => [text, isPrivate]),
      [
        ['', true],
        ['Now the tests', false],
      ],
    );
    assert.ok(!readFileSync(join(store, 'tidemark.db')).includes('the-key'));
  });

  it('says of an interrupted turn that it was', async () => {
    t.prompt('Start', { promptId: 'p1' });
    t.said('I start', 'msg-1');
    t.prompt('[Request interrupted by user]');
    t.prompt('Rather this', { promptId: 'p2' });
    t.said('Done.', 'msg-2');
    const { stored } = await importInto(t);
    assert.deepEqual(
      stored.sessions[0]!.summaries.map(({ promptNumber, learned }) => [promptNumber, learned]),
      [
        [1, 'The turn was interrupted before it came to an end.'],
        [2, undefined],
      ],
    );
  });

  it('takes the lines with which a resumed session repeats another one for no work of its own', async () => {
    workedSession();
    const first = await importInto(t);
    const copy = new TranscriptLines('session-2');
    copy.lines.push(...t.lines.map((line) => line.replaceAll('session-1', 'session-2')));
    copy.prompt('Go on', { uuid: 'own', promptId: 'p9' });
    await importInto(copy);
    const { stored } = await importInto(copy);
    const [original, resumed] = stored.sessions;
    assert.deepEqual(
      resumed!.summaries.map(({ request, learned }) => [request, learned]),
      [['Go on', 'The turn was interrupted before it came to an end.']],
    );
    assert.deepEqual(original, first.stored.sessions[0]);
    assert.deepEqual(
      resumed!.prompts.map(({ text }) => text),
      ['Go on'],
    );
    assert.equal(stored.accounting.length, 2);
  });

  it('keeps whose work it was: of one sub-agent, or not of one alone', async () => {
    t.prompt('Look', { promptId: 'p1' });
    t.call('task-1', 'Agent', { subagent_type: 'Explore', prompt: 'Find' });
    t.result('task-1', 'found', { toolUseResult: { agentId: 'abc', content: [] } });
    t.call('t1', 'Read', { file_path: '/home/dev/other/b.ts' });
    t.result('t1', 'b', { toolUseResult: { type: 'text', file: { content: 'b' } } });
    t.call('t2', 'Bash', { command: 'false && npm test' });
    t.result('t2', 'Exit code 1', {}, true);
    const agent = new TranscriptLines('session-1', { agentId: 'abc', isSidechain: true });
    agent.call('in-1', 'Bash', { command: 'npm run missing' });
    agent.result('in-1', 'Exit code 1\nmissing script', {}, true);
    await folder.write('session-1/subagents/agent-abc.jsonl', agent);
    const { stored } = await importInto(t);
    const failures = stored.sessions[0]!.observations.filter(({ type }) => type === 'failure');
    assert.deepEqual(
      failures.map(({ title, subagent }) => [title, subagent]),
      [
        ['Failed: `npm run missing`', { id: 'abc', type: 'Explore' }],
        ['Failed: `false && npm test`', undefined],
      ],
    );
  });

  it('leaves excluded files out, and says how many', async () => {
    workedSession();
    t.prompt('What is set?', { promptId: 'p3' });
    t.bash('t3', 'cat .env', 'A=hush');
    t.bash('t4', 'grep -rn A .', '.env:1:A=hush\na.ts:1:kept');
    t.said('Nothing much.', 'msg-3');
    const { imported, stored } = await importInto(t);
    assert.equal(imported.events.ignored['excluded'], 1);
    assert.ok(!JSON.stringify(stored).includes('hush'));
    assert.equal(stored.accounting.length, 3);
  });

  it('imports nothing of an excluded project', async () => {
    workedSession();
    const { imported, stored } = await importInto(t, {
      exclusions: { files: [], projects: ['/home/dev/shop'] },
    });
    assert.deepEqual(stored.sessions, []);
    assert.deepEqual(imported.events.ignored, { excluded: imported.events.total });
    assert.equal(imported.events.captured, 0);
  });

  it('stops when it is cancelled, and the next import completes it', async () => {
    workedSession();
    const cancel = new AbortController();
    const file = await folder.write('session-1.jsonl', t);
    await withKeeper(store, async (keeper) => {
      const target = importTarget(keeper);
      let accepted = 0;
      const slow = {
        ...target,
        acceptEvent: (record: Parameters<typeof target.acceptEvent>[0]) => {
          if (++accepted === 3) cancel.abort();
          return target.acceptEvent(record);
        },
      };
      await assert.rejects(
        importTranscripts([file], slow, {
          ...{ now: later, exclusions: defaultExclusions, signal: cancel.signal },
        }),
        {
          name: 'AbortError',
        },
      );
      assert.equal(accepted, 3);
    });
    const { stored } = await importInto(t);
    assert.equal(stored.sessions[0]!.prompts.length, 2);
    assert.equal(stored.accounting.length, 2);
    assert.equal(stored.sessions[0]!.summaries.length, 2);
  });
});
