import assert from 'node:assert/strict';
import { eventually } from '../support/eventually';
import { extensionId, statusItem } from '../support/project';
import { Agent } from '../support/agent';
import { storeSessions } from '../support/uiStore';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

describe('the queue view', () => {
  let session: UiSession;
  const tree = () => session.workbench.tree('Queue');
  const item = () => session.workbench.statusItem(statusItem);
  const command = (title: string) => session.workbench.quickInput.runCommand(`Tidemark: ${title}`);
  const keys = (...all: string[]) =>
    all.reduce((last, key) => last.then(() => session.workbench.page.keyboard.press(key)), Promise.resolve());

  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    const at = Date.now() - 60_000;
    await storeSessions(session.globalStorage(extensionId), [
      { prompt: 'Fix the total of the cart', at, failed: 3 },
      { prompt: 'Rename the basket', at: at + 1, failed: 1 },
    ]);
    await session.workbench.open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('lists what failed by session, with attempts and reason, and counts it in one badge', async () => {
    const { workbench } = session;
    await command('Show Queue');
    const rows = await tree().waitForRows('what failed', (all) => all.length === 6);
    assert.deepEqual(
      rows.map(({ level, label }) => [level, label.replace(/\d+/, 'N')]),
      [
        [1, 'Fix the total of the cart'],
        ...Array<[number, string]>(3).fill([2, 'echo failing N']),
        [1, 'Rename the basket'],
        [2, 'echo failing N'],
      ],
    );
    assert.match(rows[0]!.description, /^3 failed · since \d/);
    assert.equal(rows[1]!.description, 'The model answered with half a sentence. · 3 attempts');
    assert.match(rows[1]!.ariaLabel, /, failed, The model answered/);
    await eventually(
      'the badge',
      () => workbench.viewBadge('Tidemark'),
      (badge) => badge === '4',
    );
    await item().click();
    await workbench.screenshot('queue-failed-dark');
  });

  it('discards one by a key when that is confirmed', async () => {
    const { notifications } = session.workbench;
    await tree().click((await tree().rows())[1]!.label);
    await keys('Delete');
    assert.equal((await notifications.dialog()).message, 'Discard what could not be distilled?');
    await keys('Enter');
    await tree().waitForRows('the others', (rows) => rows.length === 5);
    await item().waitForText('3');
  });

  it('retries while it is paused, and says what each message waits for', async () => {
    await command('Pause');
    await tree().chooseFromMenu('Fix the total of the cart', 'Retry');
    await item().waitForText('1');
    const waits = await tree().waitForRows('what waits', (rows) =>
      rows.some(({ description }) => description === 'paused by you'),
    );
    assert.match(waits[0]!.description, /^2 waiting · since/);
    await session.workbench.screenshot('queue-paused-dark');
    await command('Retry Failed');
    await item().waitForText('3');
    assert.equal(await item().ariaLabel(), 'Tidemark: Paused, 3 waiting');
    await eventually(
      'no badge',
      () => session.workbench.viewBadge('Tidemark'),
      (badge) => badge === '',
    );
  });

  it('is empty when all is distilled, and says so', async () => {
    await command('Resume');
    await eventually(
      'the welcome text',
      () => tree().welcomeText(),
      (text) => /Nothing waits/.test(text),
      30_000,
    );
    await item().waitForText('');
    await session.workbench
      .tree('Sessions')
      .waitForRows('calm sessions', (rows) => !/in the queue|failed/.test(JSON.stringify(rows)));
    await session.workbench.screenshot('queue-empty-dark');
  });

  it('lists what could not be understood, and forgets it when that is wanted', async () => {
    const agent = new Agent(session.globalStorage(extensionId));
    await agent.waitUntilConnected();
    await agent.fire({ session_id: 'odd', cwd: '/home/dev/shop', hook_event_name: 'SomethingElse', n: 1 });
    await agent.fire({ session_id: 'odd', cwd: '/home/dev/shop', hook_event_name: 'SomethingElse', n: 2 });
    await tree().waitForRows('what was set aside', (rows) => rows[0]?.label === 'Set aside');
    await tree().expand('Set aside');
    const rows = await tree().waitForRows('both', (all) => all.length === 3);
    assert.match(rows[0]!.description, /^2 not understood$/);
    assert.equal(rows[1]!.label, 'An event of unknown kind');
    for (const [theme, name] of [
      ['Default Light Modern', 'queue-set-aside-light'],
      ['Default High Contrast', 'queue-set-aside-high-contrast'],
      ['Default Dark Modern', 'queue-set-aside-dark'],
    ] as const) {
      await session.workbench.setTheme(theme);
      await session.workbench.screenshot(name);
    }
    await tree().chooseFromMenu('An event of unknown kind', 'Dismiss');
    await tree().waitForRows('the other', (all) => all.length === 2);
    await command('Dismiss All Set Aside');
    assert.match((await session.workbench.notifications.dialog()).message, /Dismiss all/);
    await keys('Enter');
    await eventually(
      'the welcome text',
      () => tree().welcomeText(),
      (text) => /Nothing waits/.test(text),
    );
  });
});
