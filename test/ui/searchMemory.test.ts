import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { storeWithMemory } from '../support/memoryStore';
import { extensionId } from '../support/project';
import { UiSession } from '../support/uiSession';
import { uiSetup } from './setup';

describe('the search over memory', () => {
  let session: UiSession;
  const keys = () => session.workbench.page.keyboard;

  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    const code = join(session.folder, 'cart.ts');
    await writeFile(code, 'export {};\n');
    await storeWithMemory(session.globalStorage(extensionId), code);
    await session.workbench.open(session.folder);
    await session.workbench.openView('Tidemark');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  /** The entries once `accept` holds for their labels. */
  async function found(what: string, accept: (labels: string[]) => boolean): Promise<string[]> {
    const labels = async () => (await session.workbench.quickInput.entries()).map(({ label }) => label);
    return eventually(what, labels, accept);
  }
  const open = () => session.workbench.quickInput.runCommand('Tidemark: Search Memory');
  const type = (text: string) => session.workbench.quickInput.type(text);

  it('tells its filters, and shows the newest before anything is typed', async () => {
    await open();
    await eventually(
      'the placeholder',
      () => session.workbench.quickInput.placeholder(),
      (text) => /type: file: agent: since: project:/.test(text),
    );
    const all = await found('everything', (labels) => labels.length === 5);
    assert.equal(all[0], 'Fixed the total of the cart');
  });

  it('finds while it is typed: memories first, then sessions', async () => {
    await type('total cart');
    await found(
      'the cart, then its session',
      (all) => all[0] === 'Fixed the total of the cart' && all.length < 5,
    );
    await type('checkout fail');
    await found('a session', (all) => all.includes('Why does checkout fail now and then?'));
  });

  it('filters by what is typed, and completes it', async () => {
    await type('type:de');
    assert.equal((await found('a completion', (all) => all[0] === 'type:decision'))[0], 'type:decision');
    await session.workbench.screenshot('search-filter-dark');
    await keys().press('Enter');
    await found('only decisions', (all) => all.length === 1 && all[0] === 'Prices are stored in cents');
    await type('agent:codex');
    await found('what Codex did', (all) => all.length === 1 && all[0] === 'Split the guide into chapters');
    await type('since:today');
    await found('today', (all) => all.length === 2);
    await type('file:cart.ts type:bugfix');
    await found('one file', (all) => all.length === 1 && all[0] === 'Fixed the total of the cart');
    await type('project:docs');
    await found('one project', (all) => all.length === 1 && all[0] === 'Split the guide into chapters');
    await type('since:soon guide');
    assert.ok((await found('a hint', (all) => all[0] === 'since:')).length > 1);
    await type('zebra');
    await found('nothing', (all) => all.length === 1 && all[0] === 'Nothing found');
    await session.workbench.screenshot('search-nothing-dark');
  });

  it('previews without taking the keyboard, then opens', async () => {
    const { workbench } = session;
    await type('cents');
    await found('two', (all) => all.length >= 2);
    await keys().press('Control+Enter');
    await eventually(
      'the preview',
      () => workbench.editorText(),
      (text) => /^# /.test(text),
    );
    const first = await workbench.editorText();
    await keys().press('ArrowDown');
    await eventually(
      'the preview to follow',
      () => workbench.editorText(),
      (text) => text !== first,
    );
    await workbench.screenshot('search-preview-dark');
    await type('flaky');
    await found('one', (all) => all[0] === 'The checkout test is flaky');
    await workbench.quickInput.accept();
    await workbench.quickInput.waitUntilClosed();
    await eventually(
      'the document',
      () => workbench.editorText(),
      (text) => /# The checkout test is flaky/.test(text),
    );
  });

  it('looks well in light and in high contrast', async () => {
    for (const [theme, name] of [
      ['Default Light Modern', 'light'],
      ['Default High Contrast', 'high-contrast'],
      ['Default Dark Modern', 'dark'],
    ] as const) {
      await session.workbench.setTheme(theme);
      await open();
      await type('cents');
      await found('two', (all) => all.length >= 2);
      await session.workbench.screenshot(`search-${name}`);
      await session.workbench.quickInput.cancel();
    }
  });
});
