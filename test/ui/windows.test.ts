import assert from 'node:assert/strict';
import { eventually } from '../support/eventually';
import { statusItem } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

describe('a second window', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('says that another one has the store, and takes over when that one goes', async () => {
    const first = session.workbench;
    await eventually(
      'the first window to keep the store',
      () => first.statusItem(statusItem).ariaLabel(),
      (label) => label === 'Tidemark: Idle',
    );
    const second = await session.openWindow();
    const item = second.statusItem(statusItem);
    await item.waitForText('Tidemark');
    assert.deepEqual(await item.icons(), ['lock']);
    assert.equal(await item.ariaLabel(), 'Tidemark: Another window has the store');
    await second.openView('Tidemark');
    assert.match(await second.tree().welcomeText(), /Another VS Code window has the Tidemark store/);
    await second.screenshot('elsewhere-dark');

    await first.page.close();
    await eventually(
      'the second window to keep the store',
      () => item.ariaLabel(),
      (label) => label === 'Tidemark: Idle',
      60_000,
    );
    await eventually(
      'its view to be open',
      () => second.tree().welcomeText(),
      (text) => /Nothing is remembered yet/.test(text),
    );
  });
});
