import assert from 'node:assert/strict';
import { Agent } from '../support/agent';
import { eventually } from '../support/eventually';
import { extensionId } from '../support/project';
import { UiSession } from '../support/uiSession';
import { webviewFrame } from '../support/workbench/webview';
import { uiSetup } from './setup';

describe('the walkthrough', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  const steps = () => session.workbench.page.locator('.gettingStartedContainer .getting-started-step');
  const done = async () => (await steps().locator('.codicon-getting-started-step-checked').all()).length;

  it('has five steps, each with a picture', async () => {
    const { workbench } = session;
    await workbench.quickInput.runCommand('Welcome: Open Walkthrough...');
    await workbench.quickInput.type('memory');
    await workbench.quickInput.pick('Give your coding agents a memory');
    await steps().nth(4).waitFor();
    const titles = await steps().locator('.step-title').allInnerTexts();
    assert.deepEqual(
      titles.map((title) => title.trim()),
      [
        'Connect an agent',
        'Work with your agent',
        'Read what is remembered',
        'Choose who distils, and what it may cost',
        'See what the next session gets',
      ],
    );
    assert.equal(await done(), 0);
    // Pictures are shown where there is room for them.
    await workbench.page.setViewportSize({ width: 1700, height: 900 });
    for (const [i, theme] of (
      ['Default Dark Modern', 'Default Light Modern', 'Default High Contrast', 'Default Dark Modern'] as const
    ).entries()) {
      if (i > 0) await workbench.setTheme(theme);
      await steps().nth(i).click();
      await webviewFrame(workbench.page, 'svg');
      await workbench.screenshot(`walkthrough-${i + 1}`);
    }
    await steps().nth(4).click();
    await workbench.screenshot('walkthrough-5');
  });

  it('is completed by what a person does', async () => {
    const { workbench } = session;
    const agent = new Agent(session.globalStorage(extensionId));
    await agent.waitUntilConnected();
    await agent.play('run1.jsonl');
    await eventually('the step of the first session', done, (count) => count === 1);
    await workbench.quickInput.runCommand('Tidemark: Show Insights');
    // It takes the focus, and would close a palette that is opened before.
    await webviewFrame(workbench.page, 'section.card');
    await workbench.quickInput.runCommand('Welcome: Open Walkthrough...');
    await workbench.quickInput.type('memory');
    await workbench.quickInput.pick('Give your coding agents a memory');
    await eventually('the step of the insights', done, (count) => count === 2);

    await workbench.quickInput.runCommand('Tidemark: Connect an Agent…');
    await workbench.quickInput.pick('Claude Code');
    await workbench.quickInput.pick('All projects');
    await workbench.quickInput.pick('Apply');
    await workbench.quickInput.waitForTitle('Let Claude Code ask what is remembered');
    await workbench.quickInput.pick('Not Now');
    await workbench.notifications.waitForToast(/Claude Code is connected/);
    await eventually('the step of the agent', done, (count) => count === 3);
  });
});

describe('the welcome of the empty view', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  const welcome = () => session.workbench.tree().welcomeText();

  it('offers to connect an agent, then to wait for it, and the first again when it goes', async () => {
    const { workbench } = session;
    const { quickInput, notifications } = workbench;
    await workbench.openView('Tidemark');
    await eventually('the first welcome', welcome, (text) => /Connect an agent/.test(text));
    await workbench.screenshot('welcome-none');
    await quickInput.runCommand('Tidemark: Connect an Agent…');
    await quickInput.pick('Claude Code');
    await quickInput.pick('All projects');
    await quickInput.pick('Apply');
    await quickInput.waitForTitle('Let Claude Code ask what is remembered');
    await quickInput.pick('Not Now');
    await notifications.waitForToast(/Claude Code is connected/);
    await eventually('the second welcome', welcome, (text) => /Its next session appears here/.test(text));
    await workbench.screenshot('welcome-connected');
    await quickInput.runCommand('Tidemark: Disconnect an Agent…');
    await quickInput.pick('Claude Code');
    await quickInput.pick('All projects');
    await quickInput.pick('Apply');
    await eventually('the first welcome again', welcome, (text) => /Nothing is remembered yet/.test(text));
  });
});
