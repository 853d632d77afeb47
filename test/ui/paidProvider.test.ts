import assert from 'node:assert/strict';
import { AnthropicServer, failing, oneObservation } from '../support/anthropicServer';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { makePausedStore } from '../support/pausedStore';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

describe('a provider that is paid', () => {
  let server: AnthropicServer;
  let session: UiSession;
  before(async () => {
    server = await AnthropicServer.start(oneObservation);
    session = await UiSession.open(uiSetup(), {
      open: false,
      settings: { 'tidemark.anthropic.baseUrl': server.url },
    });
    await makePausedStore(session.globalStorage(extensionId));
    await session.workbench.open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(async () => {
    await session?.close();
    await server?.stop();
  });

  it('shows what would be sent, sends nothing before it is allowed, and says who pays', async () => {
    const { workbench } = session;
    const item = workbench.statusItem(statusItem);
    await item.waitForText('2');
    await workbench.quickInput.runCommand('Tidemark: Show What Would Be Sent');
    await workbench.quickInput.pick('When is the shop open?');
    const text = await eventually(
      'the text that would be sent',
      () => workbench.editorText(),
      (shown) => shown.includes('Nothing leaves this machine now'),
    );
    assert.match(text, /You are the memory of a coding agent/);

    await workbench.quickInput.runCommand('Tidemark: Set Anthropic API Key…');
    await workbench.quickInput.type('a key of the test');
    await workbench.quickInput.accept();
    const { message, detail } = await workbench.notifications.dialog();
    assert.match(message, /turn what agents do into memory/);
    assert.match(detail, /Sent to http:\/\/127\.0\.0\.1/);
    assert.match(detail, /at most \$0\.50 a day/);
    await workbench.screenshot('consent-dark');
    assert.equal(server.requests.length, 0);
    await workbench.notifications.clickDialogButton('Allow');

    await eventually('the provider in the tooltip', async () =>
      (await item.tooltip()).includes('Anthropic (claude-haiku-5-5) distils: you pay with your API key'),
    );
    server.next.push(failing(401, 'authentication_error'));
    await workbench.quickInput.runCommand('Tidemark: Resume');
    await workbench.notifications.waitForToast(/The provider needs you/);
    await eventually(
      'the status bar to say so, too',
      () => item.background(),
      (background) => background === 'error',
    );
    assert.equal(server.requests.length, 1);
    assert.match(JSON.stringify(server.requests[0]!.headers), /a key of the test/);

    await workbench.notifications.clickToastButton(/The provider needs you/, 'Set API Key…');
    await workbench.quickInput.type('another key');
    await workbench.quickInput.accept();
    await item.waitForText('');
    assert.match(JSON.stringify(server.requests[1]!.headers), /another key/);
    await eventually(
      'today’s cost in the tooltip',
      () => item.tooltip(),
      (tooltip) => /Today: 1,000 tokens in, 100 out; observations: 1 · \$0\.000\d of \$0\.50/.test(tooltip),
    );
    const toasts = await workbench.notifications.toasts();
    assert.deepEqual(
      toasts.filter(({ message }) => /The provider needs you/.test(message)),
      [],
    );
  });

  it('says what a session and an observation cost', async () => {
    const { workbench } = session;
    const tree = workbench.tree();
    const label = 'When is the shop open?';
    const cost = /1,000 tokens in, 100 out, \$0\.00015 on average/;
    await workbench.quickInput.runCommand('Tidemark: Show Sessions');
    await eventually(
      'the cost in the session’s tooltip',
      () => tree.tooltip(label),
      (tooltip) => /anthropic \(claude-haiku-5-5\): 1,000 tokens in/.test(tooltip) && cost.test(tooltip),
    );
    await tree.click(label);
    await tree.expand(label);
    // Its turn has the same label: by the keyboard.
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.page.keyboard.press('ArrowRight');
    await tree.waitForRows('the observation', (rows) =>
      rows.some((row) => row.label === 'The shop is closed on Sundays'),
    );
    await tree.click('The shop is closed on Sundays');
    await eventually(
      'the cost in the observation’s page',
      () => workbench.editorText(),
      (text) => cost.test(text.replace(/\s+/g, ' ')),
    );
  });
});
