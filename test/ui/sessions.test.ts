import assert from 'node:assert/strict';
import { eventually } from '../support/eventually';
import { extensionId } from '../support/project';
import { storeSessions } from '../support/uiStore';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const HOUR = 3_600_000;
const bookings = { key: '/home/dev/bookings', name: 'bookings', root: '/home/dev/bookings' };

/** Noon, so many days ago. */
function daysAgo(days: number): number {
  const day = new Date();
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() - days, 12).getTime();
}

const explore = {
  subagent: { id: 'a1', type: 'Explore' },
  titles: ['The tax is added twice', 'Rounding is done per line'],
};

describe('the sessions view', () => {
  let session: UiSession;
  const tree = () => session.workbench.tree('Sessions');
  const keys = (...all: string[]) =>
    all.reduce((last, key) => last.then(() => session.workbench.page.keyboard.press(key)), Promise.resolve());
  const command = (title: string) => session.workbench.quickInput.runCommand(`Tidemark: ${title}`);
  const groups = async () =>
    (await tree().rows()).flatMap(({ level, label }) => (level === 1 ? [label] : []));
  const sessions = async () =>
    (await tree().rows()).flatMap(({ level, label }) => (level === 2 ? [label] : []));
  const become = (what: string, read: () => Promise<string[]>, wanted: readonly string[]) =>
    eventually(what, read, (found) => JSON.stringify(found) === JSON.stringify(wanted), 30_000);
  /** An entry of the context menu of the row that has the focus, by keys alone. */
  const chooseByKeys = async (entry: string) => {
    const { page } = session.workbench;
    await keys('Shift+F10');
    const focused = page.locator('.monaco-menu .action-item.focused .action-label');
    await page.locator('.monaco-menu').waitFor();
    await eventually(`the entry ${entry}`, async () => {
      if ((await focused.allInnerTexts())[0]?.trim() === entry) return true;
      await keys('ArrowDown');
      return (await focused.allInnerTexts())[0]?.trim() === entry;
    });
    await keys('Enter');
  };

  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    await storeSessions(session.globalStorage(extensionId), [
      { prompt: 'Draft the privacy page', at: daysAgo(40), project: bookings },
      { prompt: 'Write the release notes', at: daysAgo(1), agent: 'codex', project: bookings },
      { prompt: 'Speed up the search', at: daysAgo(1) - HOUR, observations: ['An index was missing'] },
      {
        ...{ prompt: 'Fix the total of the cart', at: Date.now() - 60_000 },
        ...{ observations: ['The cart adds the tax once'], bySubagent: explore },
      },
      { prompt: 'Rename the basket', at: daysAgo(3), failed: 1 },
    ]);
    await session.workbench.open(session.folder);
    await session.workbench.openView('Tidemark');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('groups sessions by day, what needs a look first, the newest expanded', async () => {
    const rows = await tree().waitForRows('the groups', (all) => all.length === 6);
    const old = new Intl.DateTimeFormat('en-US', { day: 'numeric', month: 'long', year: 'numeric' });
    assert.deepEqual(
      rows.map(({ level, label }) => [level, label]),
      [
        [1, 'Active'],
        [2, 'Rename the basket'],
        [1, 'Today'],
        [2, 'Fix the total of the cart'],
        [1, 'Yesterday'],
        [1, old.format(daysAgo(40))],
      ],
    );
    assert.match(rows[1]!.ariaLabel, /Rename the basket, failed, 1 failed · shop/);
    assert.match(rows[4]!.ariaLabel, /Yesterday, 2 sessions/);
  });

  it('shows what sub-agents did beneath them', async () => {
    await tree().expand('Fix the total of the cart', 2);
    await tree().expand('Fix the total of the cart', 3);
    await tree().expand('Explore');
    const rows = await tree().waitForRows('all of the session', (all) =>
      all.some(({ level }) => level === 5),
    );
    const beneath = rows.filter(({ level }) => level > 3).map(({ level, label }) => [level, label]);
    assert.deepEqual(beneath, [
      [4, 'The cart adds the tax once'],
      [4, 'Explore'],
      [5, 'The tax is added twice'],
      [5, 'Rounding is done per line'],
    ]);
    await session.workbench.screenshot('sessions-dark');
  });

  it('groups by project and by agent, and keeps that over a reload', async () => {
    const { quickInput } = session.workbench;
    await command('Group Sessions by…');
    await quickInput.pick('Agent');
    await become('agents', groups, ['Claude Code', 'Codex']);
    await command('Group Sessions by…');
    await quickInput.type('Project');
    await quickInput.accept();
    await become('projects', groups, ['shop', 'bookings']);
    await session.workbench.screenshot('sessions-by-project-dark');
    await session.workbench.reload();
    await become('projects after the reload', groups, ['shop', 'bookings']);
    await command('Group Sessions by…');
    await quickInput.pick('Day');
    await eventually('days', groups, (found) => found[0] === 'Active' && found.length === 4);
  });

  it('renames a session by F2, and gives it its own name again', async () => {
    const { quickInput } = session.workbench;
    await tree().click('Fix the total of the cart');
    await keys('F2');
    await quickInput.type('x'.repeat(201));
    await eventually(
      'the reason',
      () => quickInput.texts(),
      ({ message }) => message.startsWith('At most 200 characters.'),
    );
    await quickInput.type('Cart: total');
    await quickInput.accept();
    await tree().waitForRows('the name', (rows) => rows.some(({ label }) => label === 'Cart: total'));
    const renamed = (await tree().rows()).find(({ label }) => label === 'Cart: total');
    assert.equal(renamed?.selected, true, 'the selection stays');
    await keys('F2');
    await quickInput.type('');
    await quickInput.accept();
    await tree().waitForRows('its own name', (rows) =>
      rows.some(({ label, level }) => level === 2 && label === 'Fix the total of the cart'),
    );
  });

  it('archives several sessions that were selected by keys, and brings them back', async () => {
    await tree().expand('Yesterday');
    await tree().click('Write the release notes');
    // A click expands the row, too.
    await tree().collapse('Write the release notes', 2);
    await keys('Shift+ArrowDown');
    await tree().waitForRows('two selected', (rows) => rows.filter((row) => row.selected).length === 2);
    await chooseByKeys('Archive');
    const toast = await session.workbench.notifications.waitForToast(/2 sessions are archived/);
    assert.deepEqual(toast.buttons, ['Undo']);
    await eventually('them to go', sessions, (found) => !found.includes('Speed up the search'));
    await session.workbench.quickInput.runCommand('Notifications: Accept Notification Primary Action');
    await eventually('them to come back', groups, (found) => found.includes('Yesterday'));
  });

  it('shows what is archived, and unarchives it', async () => {
    const { notifications } = session.workbench;
    await tree().expand('Yesterday');
    await tree().click('Speed up the search');
    await chooseByKeys('Archive');
    await notifications.waitForToast(/“Speed up the search” is archived/);
    await notifications.dismissToast(/is archived/);
    await command('Show Archived Sessions');
    await become('archived sessions', sessions, ['Speed up the search']);
    await session.workbench.screenshot('sessions-archived-dark');
    await tree().click('Speed up the search');
    await chooseByKeys('Unarchive');
    await become('no archived session', sessions, []);
    await command('Hide Archived Sessions');
    await eventually('the others', groups, (found) => found.includes('Yesterday'));
  });

  it('filters by text, says so, and clears the filter', async () => {
    const { quickInput, page } = session.workbench;
    const shown = () => page.locator('.part.sidebar .pane').first().innerText();
    await command('Filter Sessions…');
    await quickInput.type('release');
    await quickInput.accept();
    await become('what matches', sessions, ['Write the release notes']);
    assert.match(await shown(), /“release”/);
    await session.workbench.screenshot('sessions-filtered-dark');
    await command('Filter Sessions…');
    await quickInput.type('the ');
    await quickInput.accept();
    await eventually('all that matches, in every group', sessions, (found) => found.length === 5);
    await command('Filter Sessions…');
    await quickInput.type('nothing like this');
    await quickInput.accept();
    await eventually('the message', shown, (text) => /No session matches “nothing like this”\./.test(text));
    await command('Clear Session Filter');
    await eventually('all of them', groups, (found) => found.length === 4);
  });

  it('deletes a session by a key, but only when that is confirmed', async () => {
    const { notifications } = session.workbench;
    await tree().click('Fix the total of the cart');
    await keys('Delete');
    const dialog = await notifications.dialog();
    assert.equal(dialog.message, 'Delete “Fix the total of the cart”?');
    assert.match(
      dialog.detail,
      /deleted for good \(prompts: 1, observations: 3\)\. The agent’s own files stay\./,
    );
    await session.workbench.screenshot('sessions-delete-dark');
    await keys('Escape');
    await tree().waitForRows('it to stay', (rows) =>
      rows.some(({ label }) => label === 'Fix the total of the cart'),
    );
    await keys('Delete');
    await notifications.dialog();
    await keys('Enter');
    await eventually('it to go', groups, (found) => !found.includes('Today'));
    await tree().waitForRows('it gone', (rows) =>
      rows.every(({ label }) => label !== 'Fix the total of the cart'),
    );
  });

  it('can be read in light and in high contrast', async () => {
    for (const [theme, name] of [
      ['Default Light Modern', 'sessions-light'],
      ['Default High Contrast', 'sessions-high-contrast'],
    ] as const) {
      await session.workbench.setTheme(theme);
      await session.workbench.screenshot(name);
    }
  });
});
