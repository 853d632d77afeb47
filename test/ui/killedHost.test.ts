import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fillSpool } from '../crash/spoolFiller';
import { memoryOf } from '../crash/memoryOf';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { removeFolders } from '../support/store';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const SESSIONS = 6;

describe('an extension host that is killed with messages pending', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(async () => {
    await session?.close();
    await removeFolders();
  });

  it('comes back and processes them once: twice by itself, and by VS Code’s button the third time', async () => {
    const { host, workbench } = session;
    const storage = session.globalStorage(extensionId);
    const item = workbench.statusItem(statusItem);
    const idle = async () => {
      await eventually(
        'an empty spool',
        async () => readdirSync(join(storage, 'spool')).length === 0,
        Boolean,
        90_000,
      );
      await eventually(
        'an idle item',
        () => item.ariaLabel(),
        (label) => label === 'Tidemark: Idle',
        90_000,
      );
    };
    let [tools, prompts] = [0, 0];
    const fill = async (sessions: number, first: number) => {
      const filled = await fillSpool(storage, sessions, first);
      tools += filled.tools;
      prompts += filled.prompts;
    };
    for (let death = 1; death <= 3; death++) {
      await fill(SESSIONS, death * 100);
      const spool = () => readdirSync(join(storage, 'spool')).length;
      await eventually('work', spool, (waiting) => waiting < SESSIONS * 50, 30_000);
      // It is stopped first, so that it can't have read all before it is killed.
      process.kill(await host.extensionHost(), 'SIGSTOP');
      await fill(2, death * 100 + SESSIONS);
      const killed = await host.killExtensionHost();
      assert.ok(readdirSync(join(storage, 'spool')).length > 0, 'it was killed with events waiting');
      if (death === 3) {
        const toast = await workbench.notifications.waitForToast(/extension host/i);
        const button = toast.buttons.find((text) => /restart/i.test(text)) ?? '';
        await workbench.notifications.clickToastButton(/extension host/i, button);
      }
      await host.extensionHost([killed]);
      await idle();
    }

    // Another process may look only when the window has gone.
    await session.browser.close();
    await session.host.stop();
    const found = await memoryOf(storage);
    assert.deepEqual(found.queue, { pending: 0, processing: 0, failed: 0 });
    assert.equal(found.sessions.flatMap(({ outcomes }) => outcomes).length, tools);
    assert.equal(found.sessions.flatMap(({ summaries }) => summaries).length, prompts);
    for (const { agentSessionId, promptCount, observations } of found.sessions) {
      assert.equal(promptCount, 5, agentSessionId);
      assert.equal(new Set(observations).size, observations.length, 'nothing is remembered twice');
    }
  });
});
