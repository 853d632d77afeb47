import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from '../support/agent';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import type { Workbench } from '../support/workbench/workbench';
import { uiSetup } from './setup';

const silent = 'The window that keeps the store does not answer';

describe('a window that keeps the store and hangs', () => {
  let session: UiSession;
  let second: Workbench;
  let hanging: number | undefined;
  const keeper = async () => {
    const text = await readFile(join(session.globalStorage(extensionId), 'owner.json'), 'utf8');
    return (JSON.parse(text) as { pid: number }).pid;
  };
  const toRead = (wanted: string) =>
    eventually(
      `the status bar to read ${wanted}`,
      () => second.statusItem(statusItem).ariaLabel(),
      (label) => label === `Tidemark: ${wanted}`,
      30_000,
    );

  before(async () => {
    session = await UiSession.open(uiSetup());
    await eventually(
      'the first window to keep the store',
      () => session.workbench.statusItem(statusItem).ariaLabel(),
      (label) => label === 'Tidemark: Idle',
    );
    second = await session.openWindow();
    await second.page.bringToFront();
    await second.openView('Tidemark');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(async () => {
    if (hanging !== undefined && session.host.liveExtensionHosts.includes(hanging))
      process.kill(hanging, 'SIGCONT');
    await session?.close();
  });

  it('shows in the other one, as soon as that asks it for something', async () => {
    hanging = await keeper();
    process.kill(hanging, 'SIGSTOP');
    await second.quickInput.runCommand('Tidemark: Pause');
    await toRead(silent);
    const item = second.statusItem(statusItem);
    assert.equal(await item.background(), 'warning');
    assert.match(await item.tooltip(), /Take over/);
    await eventually('the view to say so', async () =>
      (await second.page.locator('.part.sidebar').innerText()).includes(silent),
    );
    await second.screenshot('hanging-dark');
  });

  it('is left alone unless a person wants it ended; then the other one goes on, and has lost nothing', async () => {
    const agent = new Agent(session.globalStorage(extensionId));
    await agent.fire({
      ...{ session_id: 'meanwhile', hook_event_name: 'UserPromptSubmit', cwd: '/home/dev/shop' },
      prompt: 'Paint the shed green',
    });
    await second.quickInput.runCommand('Tidemark: Take Over the Store');
    const { message, detail } = await second.notifications.dialog();
    assert.equal(message, `${silent}. End its extension host (process ${hanging})?`);
    assert.match(detail, /All extensions of that window stop/);
    await second.screenshot('hanging-end-dark');
    await second.notifications.clickDialogButton('Cancel');
    assert.equal(await keeper(), hanging);

    await second.quickInput.runCommand('Tidemark: Take Over the Store');
    await second.notifications.clickDialogButton('End It and Take Over');
    await eventually('another keeper', keeper, (pid) => pid !== hanging, 30_000);
    // What was asked for while it hung is done now.
    await toRead('Paused');
    await second
      .tree()
      .waitForRows('the session of meanwhile', (rows) => rows[1]?.label === 'Paint the shed green');
    await eventually(
      'the view to be calm again',
      async () => !(await second.page.locator('.part.sidebar').innerText()).includes(silent),
    );
    assert.ok(!session.host.liveExtensionHosts.includes(hanging!));
  });
});
