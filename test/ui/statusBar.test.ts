import assert from 'node:assert/strict';
import { Agent } from '../support/agent';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const EVENTS = 12;

describe('the status bar', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('does not flicker for what is done in a moment', async () => {
    const { workbench } = session;
    const agent = new Agent(session.globalStorage(extensionId));
    await agent.waitUntilConnected();
    await workbench.openView('Tidemark');
    await workbench.statusItem(statusItem).waitForText('');
    // Every change of the item, however short.
    await workbench.page.evaluate(`(() => {
      window.seen = [];
      const item = document.querySelector('[id="${statusItem}"]');
      new MutationObserver(() => window.seen.push(item.innerHTML))
        .observe(item, { childList: true, subtree: true, characterData: true });
    })()`);
    const base = { session_id: 'quick', cwd: '/home/dev/shop' };
    await agent.fire({ ...base, hook_event_name: 'UserPromptSubmit', prompt: 'Count the lines' });
    for (let n = 1; n <= EVENTS; n++)
      await agent.fire({
        ...{ ...base, hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_use_id: `quick-${n}` },
        ...{ tool_input: { command: `wc -l ${n}` }, tool_response: { stdout: '7', stderr: '' } },
      });
    await agent.fire({ ...base, hook_event_name: 'Stop', last_assistant_message: 'There are 7.' });
    const tree = workbench.tree('Sessions');
    await tree.expand('Count the lines', 2);
    await tree.expand('Count the lines', 3);
    await tree.waitForRows('what came of it', (rows) => rows.some(({ label }) => label === 'Summary'));
    assert.deepEqual(await workbench.page.evaluate('window.seen'), []);
    await workbench.quickInput.runCommand('Tidemark: Pause');
    await workbench.statusItem(statusItem).waitForText('Tidemark');
    assert.notEqual(await workbench.page.evaluate('window.seen.length'), 0, 'a change that stays is seen');
  });
});
