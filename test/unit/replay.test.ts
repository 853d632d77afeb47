import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillPlaceholders } from '../../scripts/replay/placeholders';
import { replay, type ReplayResult } from '../../scripts/replay/run';
import { claudeCodeIgnoreRules } from '../../src/capture/agents/claudeCode';
import { codexIgnoreRules } from '../../src/capture/agents/codex';
import { copilotCliIgnoreRules } from '../../src/capture/agents/copilotCli';
import { geminiCliIgnoreRules } from '../../src/capture/agents/geminiCli';
import { skipRules } from '../../src/distill/providers/builtin/skipRules';
import { CONTEXT_LIMIT } from '../../src/memory/contextIndex';
import { OBSERVATION_LIMIT, observationText, SUMMARY_LIMIT, summaryText } from '../../src/memory/observation';
import { makeFolder, removeFolders } from '../support/store';

const folder = join(__dirname, '../fixtures/recordings/claude-code');
const short = readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [join(folder, name)] : []));
const realistic = join(folder, 'realistic', '5-config-secrets.jsonl');

const documentedRules = new Set([
  ...[claudeCodeIgnoreRules, copilotCliIgnoreRules, codexIgnoreRules, geminiCliIgnoreRules].flatMap(
    Object.keys,
  ),
  // Of the way into the store, whichever agent it is.
  ...['private-prompt', 'duplicate'],
]);

interface Line {
  event: string;
  payload: { session_id: string; tool_use_id?: string; prompt?: string };
}
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** The whole way, with the real hook program: one process for each event. */
describe('a recorded session, through hook, spool, capture, queue, provider and store', function () {
  this.timeout(120_000);
  let store: string;
  let result: ReplayResult;
  const session = (file: string) => {
    const id = linesOf(join(folder, file))[0]!.payload.session_id;
    return result.sessions.find(({ agentSessionId }) => agentSessionId === id)!;
  };

  before(async () => {
    store = await makeFolder();
    result = await replay([...short, realistic], store);
  });
  after(removeFolders);

  it('accounts for every finished tool use, a skip under a documented rule', () => {
    const finished = [...short, realistic]
      .flatMap(linesOf)
      .filter(({ event }) => event === 'PostToolUse' || event === 'PostToolUseFailure')
      .map(({ payload }) => `${payload.session_id} ${payload.tool_use_id}`);
    const accounted = result.accounting.map(
      ({ agentSessionId, toolUseId }) => `${agentSessionId} ${toolUseId}`,
    );
    assert.deepEqual(accounted.sort(), finished.sort());
    for (const { outcome, rule } of result.accounting) {
      if (outcome === 'skipped') assert.ok(rule && rule in skipRules, `rule ${rule}`);
    }
  });

  it('accounts for every line of the recordings', () => {
    const { total, captured, ignored, setAside } = result.events;
    for (const rule of Object.keys(ignored)) assert.ok(documentedRules.has(rule), `rule ${rule}`);
    assert.equal(total, [...short, realistic].flatMap(linesOf).length);
    assert.equal(captured + setAside + Object.values(ignored).reduce((sum, n) => sum + n, 0), total);
    assert.ok(captured > total / 3);
    for (const rule of ['uninteresting-event', 'machine-prompt', 'compaction-subagent'])
      assert.ok(ignored[rule], rule);
  });

  it('leaves nothing in the queue, sets nothing aside', () => {
    assert.deepEqual(result.queue, { pending: 0, processing: 0, failed: 0 });
    assert.deepEqual(result.setAside, []);
  });

  it('adds nothing when it is replayed again', async () => {
    const { events, ...again } = await replay(
      [join(folder, 'tui.jsonl'), join(folder, 'compact.jsonl'), realistic],
      store,
    );
    const { events: before, ...first } = result;
    assert.deepEqual(again, first);
    assert.ok(events.total < before.total);
  });

  it('takes no machine prompt for a person’s, and no compaction for a sub-agent', () => {
    assert.deepEqual(
      session('bgbash.jsonl').prompts.map(({ text }) => text),
      ['SCENARIO:bgbash'],
    );
    assert.ok('machine-prompt' in claudeCodeIgnoreRules && 'compaction-subagent' in claudeCodeIgnoreRules);
    const compacted = session('compact.jsonl');
    assert.equal(compacted.observations.filter((o) => /sub-?agent/i.test(observationText(o))).length, 0);
  });

  it('puts a sub-agent’s tools under its parent’s session', () => {
    const sub = session('sub.jsonl');
    assert.ok(sub.observations.some((o) => /echoed once/.test(observationText(o))));
    assert.equal(
      result.sessions.filter(({ agentSessionId }) => agentSessionId === sub.agentSessionId).length,
      1,
    );
  });

  it('keeps the image’s name and not its bytes', () => {
    const image = session('image.jsonl');
    assert.deepEqual(
      image.observations.flatMap(({ filesRead }) => filesRead),
      ['/home/dev/shop/pix.png'],
    );
    assert.ok(!readFileSync(join(store, 'tidemark.db')).includes('iVBORw0KGgo'));
  });

  it('lets nothing private and no secret come out, anywhere in the storage folder', () => {
    const checklist = JSON.parse(
      fillPlaceholders(readFileSync(realistic.replace('.jsonl', '.checklist.json'), 'utf8')),
    ) as { mustNotContain: string[] };
    assert.ok(checklist.mustNotContain.length >= 10);
    const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      for (const secret of checklist.mustNotContain)
        assert.ok(!bytes.includes(secret), `${file.name} holds a secret`);
    }
  });

  it('keeps to the limits', () => {
    for (const { observations, summaries } of result.sessions) {
      for (const o of observations) assert.ok(observationText(o).length <= OBSERVATION_LIMIT);
      for (const s of summaries) assert.ok(summaryText(s).length <= SUMMARY_LIMIT);
    }
    assert.ok(result.context.length > 500 && result.context.length <= CONTEXT_LIMIT);
  });
});

describe('recorded sessions of other agents', function () {
  this.timeout(120_000);
  const recordings = join(__dirname, '../fixtures/recordings');
  const files = ['copilot-cli/copilot.jsonl', 'copilot-cli/claude-plugin.jsonl', 'codex/codex.jsonl'];
  let result: ReplayResult;

  before(async () => {
    result = await replay(
      files.map((file) => join(recordings, file)),
      await makeFolder(),
    );
  });
  after(removeFolders);

  it('are accounted for line by line, each event once though it came over three routes', () => {
    const { total, captured, ignored, setAside } = result.events;
    for (const rule of Object.keys(ignored)) assert.ok(documentedRules.has(rule), `rule ${rule}`);
    const lines = files.flatMap((file) => linesOf(join(recordings, file)));
    assert.equal(total, lines.length);
    assert.equal(captured + Object.values(ignored).reduce((sum, n) => sum + n, 0), total);
    assert.equal(setAside, 0);
    assert.ok(ignored['duplicate']! >= 14);
    assert.deepEqual(
      result.sessions.map(({ agent, prompts, agentSessionId }) => [
        agent,
        prompts.length,
        result.accounting.filter((a) => a.agentSessionId === agentSessionId).length,
      ]),
      [
        ['copilot-cli', 1, 7],
        ['copilot-cli', 0, 4],
        ['codex', 1, 2],
      ],
    );
  });

  it('become memory', () => {
    const [copilot, , codex] = result.sessions;
    const titles = copilot!.observations.map(({ title }) => title);
    assert.deepEqual(titles, [
      'Created hello.txt',
      'Read hello.txt',
      'Failed: `ls /nonexistent_xyz`',
      'Failed: Read missing.txt',
      'Sub-agent (explore) reported',
    ]);
    assert.equal(copilot!.summaries.length, 1);
    assert.equal(codex!.summaries[0]!.learned, 'All done with codex.');
  });
});
