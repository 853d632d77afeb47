import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillPlaceholders } from '../../scripts/replay/placeholders';
import { replay, type ReplayResult } from '../../scripts/replay/run';
import { claudeCodeIgnoreRules } from '../../src/capture/agents/claudeCode';
import { skipRules } from '../../src/distill/providers/builtin/skipRules';
import { CONTEXT_LIMIT } from '../../src/memory/contextIndex';
import { OBSERVATION_LIMIT, observationText, SUMMARY_LIMIT, summaryText } from '../../src/memory/observation';
import { makeFolder, removeFolders } from '../support/store';

const folder = join(__dirname, '../fixtures/recordings/claude-code');
const short = readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [join(folder, name)] : []));
const realistic = join(folder, 'realistic', '5-config-secrets.jsonl');

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

  it('leaves nothing in the queue, sets nothing aside', () => {
    assert.deepEqual(result.queue, { pending: 0, processing: 0, failed: 0 });
    assert.deepEqual(result.setAside, []);
  });

  it('adds nothing when it is replayed again', async () => {
    assert.deepEqual(
      await replay([join(folder, 'tui.jsonl'), join(folder, 'compact.jsonl'), realistic], store),
      result,
    );
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
