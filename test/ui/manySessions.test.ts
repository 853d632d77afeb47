import assert from 'node:assert/strict';
import { eventually } from '../support/eventually';
import { packageCommandExtension } from '../support/commandExtension';
import { extensionId } from '../support/project';
import { storeSessions } from '../support/uiStore';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

const COUNT = 230;

describe('many sessions', () => {
  let session: UiSession;
  const tree = () => session.workbench.tree('Sessions');
  const selected = async () => (await tree().rows()).flatMap((row) => (row.selected ? [row.label] : []));
  const groups = async () =>
    (await tree().rows()).flatMap(({ level, label, description }) =>
      level === 1 ? [`${label} ${description}`.trim()] : [],
    );
  const become = (what: string, wanted: readonly string[]) =>
    eventually(what, groups, (found) => JSON.stringify(found) === JSON.stringify(wanted), 30_000);
  const run = async (...call: unknown[]) => {
    const { quickInput } = session.workbench;
    await quickInput.runCommand('Test: Run');
    await quickInput.type(JSON.stringify(call));
    await quickInput.accept();
  };

  before(async () => {
    const setup = uiSetup();
    const helper = await packageCommandExtension(setup.run.makeFolder('commands'));
    session = await UiSession.open(setup, { open: false, helpers: [helper] });
    const noon = new Date().setHours(12, 0, 0, 0) - 2 * 24 * 3_600_000;
    // Their ids are their numbers: session 1 is the oldest.
    await storeSessions(
      session.globalStorage(extensionId),
      Array.from({ length: COUNT }, (_, index) => ({ prompt: `Task ${index + 1}`, at: noon + index })),
    );
    await session.workbench.open(session.folder);
    await session.workbench.openView('Tidemark');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('are shown a page at a time, and the next by Enter', async () => {
    const rows = await tree().waitForRows('a page', (all) => all.length === 102);
    const [day] = rows.map(({ label }) => label);
    assert.equal(rows[1]?.label, `Task ${COUNT}`);
    assert.equal(rows.at(-1)?.label, 'Load more');
    for (const now of [[`${day} 200`, 'Load more'], [`${day} ${COUNT}`]]) {
      await session.workbench.quickInput.runCommand('Tidemark: Show Sessions');
      // The focus comes when the view has taken it.
      await eventually('the last row to have the focus', async () => {
        await session.workbench.page.keyboard.press('End');
        return (await tree().rows()).at(-1)?.focused;
      });
      await session.workbench.page.keyboard.press('Enter');
      await become(now.join(), now);
    }
  });

  it('keep selection and place while one of them changes', async () => {
    await tree().click('Task 120');
    await run('tidemark.revealSession', 120);
    await eventually('it selected', selected, (found) => found[0] === 'Task 120');
    await session.workbench.page.keyboard.press('F2');
    await session.workbench.quickInput.type('In the middle');
    await session.workbench.quickInput.accept();
    await eventually('it renamed and selected', selected, (found) => found[0] === 'In the middle');
  });

  it('are revealed from elsewhere, whatever is loaded and filtered', async () => {
    await session.workbench.reload();
    await tree().waitForRows('a page', (all) => all.length === 102);
    await session.workbench.quickInput.runCommand('Tidemark: Filter Sessions…');
    await session.workbench.quickInput.type('Task 200');
    await session.workbench.quickInput.accept();
    await tree().waitForRows('what matches', (all) => all.length === 2);
    await run('tidemark.revealSession', 7);
    await eventually('the session that was asked for', selected, (found) => found[0] === 'Task 7');
    await tree().waitForRows('its prompt', (all) =>
      all.some(({ label, level }) => label === 'Task 7' && level === 3),
    );
    await run('tidemark.revealSession', 99_999);
    await session.workbench.notifications.waitForToast(/That session is not stored any more/);
  });
});
