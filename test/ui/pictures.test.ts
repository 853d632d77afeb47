import { existsSync } from 'node:fs';
import assert from 'node:assert/strict';
import { seedStore } from '../../scripts/seed/seedStore';
import { Agent } from '../support/agent';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { webviewFrame } from '../support/workbench/webview';
import { uiSetup } from './setup';

const title = /^`npm test` has been red on my machine/;
const prompt = 'Good find. Does the same mistake hide anywhere else? The ar…';

/** `npm run screenshots` puts them where README.md shows them. */
describe('the pictures of README', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    await seedStore(session.globalStorage(extensionId), {
      ...{ observations: 9_000, sessions: 260, seed: 11, now: Date.now() },
    });
    await session.workbench.open(session.folder);
    const item = session.workbench.statusItem(statusItem);
    await eventually('what failed to be shown', async () => Number(await item.text()) > 0);
    await session.workbench.quickInput.runCommand('Tidemark: Retry Failed');
    await item.waitForText('');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  const picture = async (name: string) =>
    assert.ok(existsSync(await session.workbench.screenshot(`readme-${name}`)));

  it('shows sessions', async () => {
    const { workbench } = session;
    const agent = new Agent(session.globalStorage(extensionId));
    await agent.waitUntilConnected();
    await agent.play('realistic/1-bughunt-timezone.jsonl');
    await workbench.openView('Tidemark');
    const tree = workbench.tree();
    const rows = await tree.waitForRows('the session', (all) => all.some(({ label }) => title.test(label)));
    await workbench.statusItem(statusItem).waitForText('');
    await tree.expand(rows.find(({ label }) => title.test(label))!.label);
    await tree.expand(prompt);
    await tree.click('Summary');
    await eventually(
      'the summary',
      () => workbench.editorText(),
      (text) => /# Summary of prompt 2/.test(text),
    );
    // From the top: looking for the rows has scrolled them.
    await workbench.quickInput.runCommand('Tidemark: Show Sessions');
    await eventually('the first row to have the focus', async () => {
      await workbench.page.keyboard.press('Home');
      return (await tree.rows())[0]?.focused;
    });
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.press('Home');
    await picture('sessions');
  });

  it('shows Insights', async () => {
    const { workbench } = session;
    await workbench.quickInput.runCommand('Tidemark: Show Insights');
    await (await webviewFrame(workbench.page, 'section.card canvas')).locator('section').nth(4).waitFor();
    await workbench.page.setViewportSize({ width: 1280, height: 960 });
    await workbench.quickInput.runCommand('View: Toggle Primary Side Bar Visibility');
    await workbench.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
    await picture('insights');
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
  });
});
