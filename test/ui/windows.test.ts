import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillSpool } from '../crash/spoolFiller';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import type { Workbench } from '../support/workbench/workbench';
import { uiSetup } from './setup';

describe('two windows', () => {
  let session: UiSession;
  let second: Workbench;
  const windows = () => [session.workbench, second];
  const keeper = async () =>
    (
      JSON.parse(await readFile(join(session.globalStorage(extensionId), 'owner.json'), 'utf8')) as {
        pid: number;
      }
    ).pid;

  const become = (what: string, ...labels: string[]) =>
    eventually(
      what,
      () => Promise.all(windows().map((window) => window.statusItem(statusItem).ariaLabel())),
      (found) => found.every((label) => labels.includes(label ?? '')),
      60_000,
    );

  /** Once the rows of both are the same: one day with so many sessions. */
  const agree = (count: number) =>
    eventually(
      'both trees to agree',
      () => Promise.all(windows().map(async (window) => window.tree().labels())),
      ([first, other]) => first!.length === count + 1 && JSON.stringify(first) === JSON.stringify(other),
      60_000,
    );

  before(async () => {
    session = await UiSession.open(uiSetup());
    await eventually(
      'the first window to keep the store',
      () => session.workbench.statusItem(statusItem).ariaLabel(),
      (label) => label === 'Tidemark: Idle',
    );
    second = await session.openWindow();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('look the same, and show the same sessions', async () => {
    await become('both to be idle', 'Tidemark: Idle');
    assert.deepEqual(await second.statusItem(statusItem).icons(), ['bookmark']);
    for (const window of windows()) {
      await window.page.bringToFront();
      await window.openView('Tidemark');
    }
    await eventually(
      'the welcome text',
      () => second.tree().welcomeText(),
      (text) => /Nothing is remembered yet/.test(text),
    );
    await fillSpool(session.globalStorage(extensionId), 3);
    await agree(3);
    await second.screenshot('second-window-dark');
  });

  it('work by their commands, whichever keeps the store', async () => {
    await second.page.bringToFront();
    await second.quickInput.runCommand('Tidemark: Pause');
    await become('both to be paused', 'Tidemark: Paused');
    await session.workbench.page.bringToFront();
    await session.workbench.quickInput.runCommand('Tidemark: Resume');
    await become('both to go on', 'Tidemark: Idle');
  });

  it('go on as one when the keeper’s extension host is killed', async () => {
    const killed = await keeper();
    process.kill(killed, 'SIGKILL');
    await eventually(
      'another keeper',
      () => keeper(),
      (pid) => pid !== killed,
      30_000,
    );
    await fillSpool(session.globalStorage(extensionId), 1, 50);
    await become('both to be idle', 'Tidemark: Idle');
    await agree(4);
  });

  it('go on with the one that is left when the other is closed', async () => {
    await session.workbench.page.close();
    const item = second.statusItem(statusItem);
    await fillSpool(session.globalStorage(extensionId), 1, 70);
    await eventually(
      'the session of after',
      async () => (await second.tree().labels()).length,
      (count) => count === 1 + 5,
      60_000,
    );
    await eventually(
      'it to be idle',
      () => item.ariaLabel(),
      (label) => label === 'Tidemark: Idle',
    );
  });
});
