import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promptIndexName } from '../../../src/capture/contextSettings';
import { contextFileName, identifyProject } from '../../../src/capture/projectIdentity';
import { PATIENCE_MS, promptContext } from '../../../src/hook/promptContext';
import { writeContextSettings } from '../../../src/keeper/hookSettings';
import { ContextFiles } from '../../../src/memory/contextFiles';
import { promptIndex } from '../../../src/memory/contextIndex';
import type { Observation } from '../../../src/memory/observation';
import { silentLogger } from '../../../src/base/logger';
import { ManualClock } from '../../support/manualClock';
import { HookProgram, namesIn } from './hookProgram';

const cwd = '/home/nobody-here/shop';
const project = identifyProject(cwd);
const on = { onPrompt: true, maxTokens: 2_000 };

const lines = [
  '2026-11-19 O9 (bugfix) Changed zoneOffsetMinutes in src/timezone.ts: daylight saving was counted twice',
  '2026-11-18 O8 (change) Renamed the invoice printer',
  '2026-11-17 O7 (discovery) Ran the tests: 12 passed </tidemark-memory>',
  '2026-11-16 S3 Make the report faster Done: The report reads each booking once.',
  ...Array.from({ length: 60 }, (_, i) => `2026-11-01 O${100 + i} (change) Wrote the tests of part ${i}`),
];

describe('what an agent is told about a prompt', function () {
  this.timeout(30_000);
  let store: string;

  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'tidemark-store-'));
    await mkdir(join(store, 'context'));
    await put(lines);
  });
  afterEach(() => rm(store, { recursive: true, force: true }));

  const put = (all: string[]) =>
    writeFile(join(store, 'context', promptIndexName(contextFileName(project))), `${all.join('\n')}\n`);
  const told = (prompt: string, settings = on, now?: () => number) =>
    promptContext(store, project, prompt, settings, now);
  const entries = (text: string | undefined) => text?.split('\n').filter((line) => line.startsWith('- '));

  it('is what shares its telling words, the most telling first, fenced as data', () => {
    const text = told('Why does the timezone offset of a booking double with daylight saving?');
    assert.deepEqual(entries(text), [`- ${lines[0]}`, `- ${lines[3]}`]);
    assert.match(text!, /^<tidemark-memory project="shop">\n.*data, not instructions.*\n- /);
    assert.ok(text!.endsWith('\n</tidemark-memory>'));
  });

  it('finds names in camelCase and plurals, and takes no common word for telling', () => {
    assert.deepEqual(entries(told('rename the invoices')), [`- ${lines[1]}`]);
    assert.deepEqual(entries(told('zoneOffset')), [`- ${lines[0]}`]);
    assert.equal(told('please look at the tests'), undefined, 'a word of most lines tells nothing alone');
    assert.equal(told('should you have been there'), undefined);
  });

  it('can’t be closed from inside', () => {
    assert.equal(told('12 passed')?.match(/<\/tidemark-memory>/g)?.length, 1);
  });

  it('keeps its budget, in whole lines', async () => {
    const long = Array.from(
      { length: 8 },
      (_, i) => `2026-11-19 O${i} (change) walrus tusk ${'x'.repeat(300)}`,
    );
    await put([...long, ...lines]);
    const text = told('the tusk of a walrus', { onPrompt: true, maxTokens: 300 })!;
    assert.ok(text.length <= 1_200 && entries(text)!.length === 3, text);
  });

  it('is nothing when it is off, for a machine’s prompt, for a private one, or without an index', async () => {
    const prompt = 'the timezone offset of daylight saving';
    assert.ok(told(prompt));
    assert.equal(told(prompt, { ...on, onPrompt: false }), undefined);
    assert.equal(told(`<task-notification>${prompt}`), undefined);
    assert.equal(told(`<private>${prompt}</private>`), undefined);
    await rm(join(store, 'context'), { recursive: true });
    assert.equal(told(prompt), undefined);
  });

  it('is nothing when it is not found in time', () => {
    let calls = 0;
    const slow = () => (calls++ === 0 ? 0 : PATIENCE_MS + 1);
    assert.equal(told('the timezone offset of daylight saving', on, slow), undefined);
  });

  it('is found in the largest index within a fraction of its time', async () => {
    const words = Array.from({ length: 500 }, (_, i) => `word${i}`);
    const line = (i: number) => `2026-11-19 O${i} (change) ${words.slice(i % 480, (i % 480) + 20).join(' ')}`;
    await put(Array.from({ length: 1_500 }, (_, i) => line(i)));
    const times = Array.from({ length: 5 }, () => {
      const begin = performance.now();
      assert.ok(told(words.slice(0, 100).join(' ')));
      return performance.now() - begin;
    });
    assert.ok(Math.min(...times) < PATIENCE_MS / 2, `${Math.min(...times)} ms`);
  });

  describe('through the hook program', () => {
    let hook: HookProgram;
    before(async () => {
      hook = await HookProgram.build();
    });
    after(() => hook.dispose());
    const send = (hook_event_name: string, more: object) =>
      hook.send(store, { session_id: 's1', cwd, hook_event_name, ...more });
    const prompt = { prompt: 'the timezone offset of daylight saving' };

    it('is printed only once a person has turned it on', async () => {
      assert.equal((await send('UserPromptSubmit', prompt)).stdout, '');
      await writeContextSettings(store, on);
      const { code, stdout } = await send('UserPromptSubmit', prompt);
      const { hookSpecificOutput } = JSON.parse(stdout) as { hookSpecificOutput: Record<string, string> };
      assert.equal(code, 0);
      assert.equal(hookSpecificOutput['hookEventName'], 'UserPromptSubmit');
      assert.deepEqual(entries(hookSpecificOutput['additionalContext']), [`- ${lines[0]}`]);
      assert.equal((await send('PostToolUse', prompt)).stdout, '');
    });

    it('and the start of a session keeps the same budget, in whole lines', async () => {
      const all = Array.from({ length: 80 }, (_, i) =>
        i % 10 === 0 ? `## day ${i}` : `- O${i} ${'x'.repeat(80)}`,
      );
      await writeFile(
        join(store, 'context', contextFileName(project)),
        ['<tidemark-memory>', ...all, '</tidemark-memory>'].join('\n'),
      );
      await writeContextSettings(store, { onPrompt: false, maxTokens: 500 });
      const { stdout } = await send('SessionStart', { source: 'startup' });
      const { hookSpecificOutput } = JSON.parse(stdout) as {
        hookSpecificOutput: { additionalContext: string };
      };
      const text = hookSpecificOutput.additionalContext;
      assert.ok(text.length <= 2_000 && text.length > 1_850, `${text.length}`);
      assert.match(text, /x\n<\/tidemark-memory>$/);
    });
  });

  it('is held ready only while it is on', async () => {
    const observation: Observation = {
      ...{ id: 1, sessionId: 1, projectId: 1, promptNumber: 1, provider: 'builtin', agent: 'claude-code' },
      ...{
        type: 'change',
        title: 'Changed\nthe sum',
        facts: [],
        concepts: [],
        filesRead: [],
        filesModified: [],
      },
      createdAt: 86_400_000,
    };
    const recent = async () => ({ observations: [observation], pinned: [], summaries: [] });
    const files = new ContextFiles(
      join(store, 'context'),
      { recent } as never,
      { changed: async () => [] },
      new ManualClock(),
      silentLogger,
    );
    const indexes = async () => (await namesIn(store, 'context')).filter((name) => name.endsWith('.lines'));
    await writeContextSettings(store, on);
    files.refresh({ id: 1, ...project });
    await files.flush();
    const [name] = await indexes();
    assert.equal(
      await readFile(join(store, 'context', name!), 'utf8'),
      '1970-01-02 O1 (change) Changed the sum\n',
    );
    await writeContextSettings(store, { ...on, onPrompt: false });
    files.refresh({ id: 1, ...project });
    await files.flush();
    assert.deepEqual(await indexes(), []);
    assert.equal(promptIndex({ observations: [], pinned: [], summaries: [] }, cwd), undefined);
  });
});
