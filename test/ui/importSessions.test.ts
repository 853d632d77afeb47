import assert from 'node:assert/strict';
import { UiSession } from '../support/uiSession';
import { TranscriptFolder, TranscriptLines } from '../unit/capture/transcripts/transcript';
import { uiSetup } from './setup';

describe('Import Past Sessions', () => {
  let session: UiSession;
  let folder: TranscriptFolder;

  before(async () => {
    folder = await TranscriptFolder.make();
    const lines = new TranscriptLines();
    lines.prompt('Look around', { promptId: 'p1' });
    lines.call('t1', 'Agent', { subagent_type: 'Explore', prompt: 'Find it' });
    lines.result('t1', 'found', { toolUseResult: { agentId: 'abc', content: [] } });
    lines.said('I found it.', 'msg-1');
    lines.prompt('Change it', { promptId: 'p2' });
    lines.said('I begin', 'msg-2');
    lines.prompt('[Request interrupted by user]');
    lines.prompt('Leave it', { promptId: 'p3' });
    lines.said('Left as it was.', 'msg-3');
    const agent = new TranscriptLines('session-1', { agentId: 'abc', isSidechain: true });
    agent.call('in-1', 'Read', { file_path: '/home/dev/shop/src/till.ts' });
    agent.result('in-1', 'export {}', { toolUseResult: { type: 'text', file: { content: 'export {}' } } });
    await folder.write('projects/-home-dev-shop/session-1.jsonl', lines);
    await folder.write('projects/-home-dev-shop/session-1/subagents/agent-abc.jsonl', agent);
    session = await UiSession.open(uiSetup(), { env: { CLAUDE_CONFIG_DIR: folder.path } });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(async () => {
    await session?.close();
    await folder?.remove();
  });

  async function importAll(): Promise<string> {
    const { quickInput, notifications } = session.workbench;
    await quickInput.runCommand('Tidemark: Import Past Sessions');
    const entries = await quickInput.entries();
    assert.equal(entries.filter(({ label }) => label === 'Look around').length, 1, JSON.stringify(entries));
    await quickInput.pick('Look around');
    await quickInput.accept();
    const dialog = await notifications.dialog();
    assert.equal(dialog.message, 'Import 1 sessions with 3 turns and 2 tool uses?');
    assert.match(dialog.detail, /costs nothing, and nothing is sent anywhere/);
    await notifications.clickDialogButton('Import');
    const { message } = await notifications.waitForNotification(/Imported/);
    return message;
  }

  it('imports what is chosen, after it has said what that costs', async () => {
    await session.workbench.openView('Tidemark');
    assert.match(await importAll(), /^Imported 1 sessions: \d+ new events\.$/);
  });

  it('adds nothing when the same is imported again', async () => {
    assert.match(await importAll(), /^Imported 1 sessions: 0 new events\. \d+ were known already\.$/);
  });

  it('shows in the tree which turn was interrupted', async () => {
    const tree = session.workbench.tree();
    await tree.waitForRows('the session', (rows) => rows.length === 2);
    await tree.expand('Look around', 2);
    await tree.waitForRows('three prompts, of which one was interrupted', (rows) => {
      const described = (label: string) =>
        rows.find((row) => row.label === label && row.level === 3)?.description;
      return rows.length === 5 && described('Change it') === 'interrupted' && described('Leave it') === '';
    });
    await session.workbench.screenshot('import-interrupted');
  });
});
