import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { openStore, project, toolUse } from '../support/store';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

/** A store with one message whose three attempts have failed. */
async function storeWithFailure(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { engine, sessions, queue } = await openStore(folder);
  const { id } = await sessions.ensureSession('claude-code', 'failing', project, Date.now());
  await sessions.addPrompt(id, { text: 'Fix the total of the cart', at: Date.now(), dedupeKeys: [] });
  await queue.enqueue({
    ...{ sessionId: id, promptNumber: 1, createdAt: Date.now(), dedupeKeys: [] },
    body: { kind: 'observation', use: toolUse('t1') },
  });
  for (let attempt = 0; attempt < 3; attempt++) {
    const message = await queue.claimNext(id, 'lease');
    await queue.markFailed([message!.id], 'lease', 'The model answered with half a sentence.', {
      retryAt: 0,
    });
  }
  await engine.close();
}

describe('a message that failed', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    await storeWithFailure(session.globalStorage(extensionId));
    await session.workbench.open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('shows in status bar, badge and tree, with its reason, and is retried from there', async () => {
    const { workbench } = session;
    const item = workbench.statusItem(statusItem);
    await item.waitForText('1');
    assert.equal(await item.background(), 'warning');
    assert.equal(await item.ariaLabel(), 'Tidemark: 1 failed');
    await workbench.openView('Tidemark');
    await eventually(
      'the badge',
      () => workbench.viewBadge('Tidemark'),
      (badge) => badge === '1',
    );
    const tree = workbench.tree();
    await tree.expand('Fix the total of the cart', 2);
    await tree.waitForRows('the prompt', (rows) => rows.length === 3);
    await tree.expand('Fix the total of the cart', 3);
    const rows = await tree.waitForRows('the message', (all) => all.length === 4);
    assert.equal(rows[3]?.label, 'echo t1');
    assert.match(JSON.stringify(rows[3]), /failed, The model answered with half a sentence\./);
    await workbench.screenshot('failed-dark');

    await workbench.quickInput.runCommand('Tidemark: Retry Failed');
    await item.waitForText('');
    assert.equal(await item.background(), 'none');
    await tree.waitForRows('the outcome', (all) => all.every(({ label }) => label !== 'echo t1'));
  });
});
