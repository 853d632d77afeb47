import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillSpool } from '../crash/spoolFiller';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const damaged = 'This is no database. '.repeat(1_000);

describe('a store that can’t be opened', () => {
  let session: UiSession;
  const file = () => join(session.globalStorage(extensionId), 'tidemark.db');
  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    await mkdir(session.globalStorage(extensionId), { recursive: true });
    await writeFile(file(), damaged);
    await fillSpool(session.globalStorage(extensionId), 1);
    await session.workbench.open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('shows in status bar and view, is left as it is, and events wait for it', async () => {
    const { workbench } = session;
    const item = workbench.statusItem(statusItem);
    await item.waitForText('Tidemark');
    assert.equal(await item.background(), 'error');
    assert.equal(await item.ariaLabel(), 'Tidemark: The store could not be opened');
    await workbench.openView('Tidemark');
    await eventually(
      'the welcome text',
      () => workbench.tree().welcomeText(),
      (text) => /could not be opened[^]*Try Again[^]*Set It Aside/.test(text),
    );
    await workbench.screenshot('store-failed-dark');
    assert.equal(await readFile(file(), 'utf8'), damaged);
    assert.equal(readdirSync(join(session.globalStorage(extensionId), 'spool')).length, 50);
  });

  it('is set aside by a person’s wish, and the events that waited are remembered', async () => {
    const { workbench } = session;
    await workbench.quickInput.runCommand('Tidemark: Set a Damaged Store Aside');
    assert.equal((await workbench.notifications.dialog()).message, 'Start with an empty store?');
    await workbench.notifications.clickDialogButton('Set Aside and Start Anew');
    await workbench.notifications.waitForToast(/has started anew/);
    const item = workbench.statusItem(statusItem);
    await eventually(
      'an idle status bar',
      () => item.ariaLabel(),
      (label) => label === 'Tidemark: Idle',
    );
    await workbench.tree().waitForRows('the session', (rows) => rows.length === 2);
    const storage = session.globalStorage(extensionId);
    const aside = readdirSync(storage).find((name) => name.startsWith('damaged-'))!;
    assert.equal(await readFile(join(storage, aside, 'tidemark.db'), 'utf8'), damaged);
    assert.ok(existsSync(file()));
  });
});
