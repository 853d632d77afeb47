import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { storeWithMemory, storeWithNotes } from '../support/memoryStore';
import { extensionId } from '../support/project';
import { UiSession } from '../support/uiSession';
import { focusRow as focusRowOf } from '../support/workbench/focusRow';
import type { ThemeName } from '../support/workbench/workbench';
import { uiSetup } from './setup';

const fixed = 'Fixed the total of the cart';
const cents = 'Prices are stored in cents';
const looks: readonly (readonly [ThemeName, string])[] = [
  ['Default Light Modern', 'light'],
  ['Default High Contrast', 'high-contrast'],
  ['Default Dark Modern', 'dark'],
];

describe('the memory view', () => {
  let session: UiSession;
  let code: string;
  const tree = () => session.workbench.tree('Memory');
  const keys = () => session.workbench.page.keyboard;
  const editor = (what: string, shown: RegExp) =>
    eventually(
      what,
      () => session.workbench.editorText(),
      (text) => shown.test(text),
    );

  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    code = join(session.folder, 'cart.ts');
    await writeFile(code, 'export const total = 0.1 + 0.2;\n');
    await storeWithMemory(session.globalStorage(extensionId), code);
    await session.workbench.open(session.folder);
    await session.workbench.openView('Tidemark');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  /** An editor that opens later than it is looked at takes the keyboard from what comes next. */
  async function openRow(label: string, shown: RegExp): Promise<void> {
    await tree().click(label);
    await session.workbench.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
    await editor(`the document of ${label}`, shown);
  }

  const focusRow = (label: string) => focusRowOf(session.workbench, 'Memory', label);

  async function groupBy(name: string): Promise<void> {
    const { quickInput } = session.workbench;
    await quickInput.runCommand('Tidemark: Group Memory by…');
    await quickInput.type(name);
    await quickInput.accept();
    await quickInput.waitUntilClosed();
  }

  it('is grouped by project, opened and walked by the keyboard', async () => {
    const groups = await tree().waitForRows('two projects', (rows) => rows.length === 2);
    assert.deepEqual(
      groups.map(({ label }) => label),
      ['docs', 'shop'],
    );
    await focusRow('shop');
    await keys().press('ArrowRight');
    const rows = await tree().waitForRows('the shop’s memory', (all) => all.length === 6);
    assert.equal(rows[2]?.label, fixed);
    assert.match(rows[2].description, /Sums are in cents/);
    assert.match(rows[2].ariaLabel, /^Bug fix: Fixed the total of the cart/);
    await focusRow(fixed);
    await keys().press('Enter');
    await editor('the document', /# Fixed the total of the cart/);
    await editor('its sources', /Rests on/);
    await session.workbench.screenshot('memory-view-dark');
  });

  it('marks what the code has changed under', async () => {
    assert.doesNotMatch(await session.workbench.editorText(), /changed since/);
    await writeFile(code, 'export const total = 30;\n');
    // Looked at again when something is remembered differently.
    await focusRow(cents);
    await session.workbench.quickInput.runCommand('Tidemark: Focus on Memory View');
    await pinByMenu(cents);
    await editor('the mark of the file', /cart\.ts — changed since/);
    const marked = session.workbench.page.locator('.part.sidebar .monaco-list-row', { hasText: fixed });
    await eventually(
      'the mark in the tree',
      () => marked.first().getAttribute('aria-label'),
      (label) => /The code has changed since: cart\.ts/.test(label ?? ''),
    );
  });

  async function pinByMenu(label: string): Promise<void> {
    await tree().chooseFromMenu(label, 'Pin');
    await tree().waitForRows('a pinned section', (rows) => rows[0]?.label === 'Pinned');
  }

  it('shows what is pinned first, and keeps selection and expansion', async () => {
    const rows = await tree().waitForRows('the pinned row', (all) => all.length === 8);
    assert.deepEqual(
      rows.slice(0, 2).map(({ label }) => label),
      ['Pinned', cents],
    );
    assert.ok(rows.find(({ label }) => label === 'shop')?.expanded, 'it is still open');
    await openRow(cents, /# Prices are stored in cents/);
    await session.workbench.quickInput.runCommand('Tidemark: Unpin');
    await tree().waitForRows('no pinned section', (all) => all[0]?.label === 'docs');
    await session.workbench.quickInput.runCommand('Tidemark: Pin');
    await tree().waitForRows('the pinned section', (all) => all[0]?.label === 'Pinned');
  });

  it('is grouped by type, file and day, too', async () => {
    await groupBy('Type');
    const types = await tree().waitForRows('the types', (rows) =>
      rows.some(({ label }) => label === 'Bug fix'),
    );
    assert.ok(types.some(({ label }) => label === 'Decision'));
    await groupBy('File');
    const files = await tree().waitForRows('the files', (rows) =>
      rows.some(({ label }) => label === 'cart.ts'),
    );
    assert.ok(files.some(({ label }) => label === 'guide.md'));
    await groupBy('Day');
    const days = await tree().waitForRows('the days', (rows) => rows.some(({ label }) => label === 'Today'));
    assert.ok(days.some(({ label }) => label === 'Yesterday'));
    await session.workbench.screenshot('memory-by-day-dark');
    await groupBy('Project');
    await tree().waitForRows('the projects', (rows) => rows.some(({ label }) => label === 'shop'));
    await focusRow('shop');
    await keys().press('ArrowRight');
    await tree().waitForRows('the shop’s memory', (rows) => rows.some(({ label }) => label === fixed));
  });

  async function write(text: string): Promise<void> {
    await session.workbench.page.locator('.editor-group-container.active .monaco-editor').first().click();
    await keys().press('Control+a');
    await keys().insertText(text);
    await keys().press('Control+s');
  }

  it('is edited as text: what can’t be kept is refused and not lost', async () => {
    const { workbench } = session;
    await focusRow(fixed);
    await keys().press('F2');
    await editor('the text to edit', /- Sums are in cents/);
    await write(`# ${fixed}\n\n${'long '.repeat(90)}`);
    const { message } = await workbench.notifications.waitForNotification(/holds at most 400/);
    assert.match(message, /Nothing is lost; shorten it and save again/);
    await editor('what was typed', /long long/);
    await write(`- Checked by hand <private>by Ann</private>\n\n# ${fixed}\n\nIt summed floats.`);
    await editor('what was stored', /- Checked by hand *$/m);
    await workbench.screenshot('memory-edit-dark');
    await openRow(fixed, /- Checked by hand/);
    await editor('the mark of the edit', /edited/);
  });

  it('forgets by a key, and undoes it', async () => {
    const { notifications } = session.workbench;
    await focusRow('The checkout test is flaky');
    await keys().press('Delete');
    await notifications.waitForToast(/Forgot “The checkout test is flaky”/);
    await tree().waitForRows('it is gone', (rows) => rows.every(({ label }) => !/flaky/.test(label)));
    await session.workbench.screenshot('memory-forgotten-dark');
    await notifications.clickToastButton(/Forgot/, 'Undo');
    await tree().waitForRows('it is back', (rows) => rows.some(({ label }) => /flaky/.test(label)));
  });

  it('forgets several, tells so in their documents, and restores what is chosen', async () => {
    const { quickInput, notifications } = session.workbench;
    await openRow(fixed, /# Fixed the total/);
    await focusRow(fixed);
    await keys().press('Control+Shift+Enter');
    await focusRow('The checkout test is flaky');
    await keys().press('Control+Shift+Enter');
    await keys().press('Shift+ArrowDown');
    await keys().press('Delete');
    await notifications.waitForNotification(/Forgot 2 memories/);
    await focusRow(fixed);
    await keys().press('Delete');
    await notifications.waitForNotification(/Forgot “Fixed/);
    await editor('that it is forgotten', /not remembered any more/);
    await quickInput.runCommand('Tidemark: Restore Forgotten Memory…');
    const entries = await quickInput.entries();
    assert.equal(entries.length, 3);
    assert.equal(entries[0]?.label, fixed);
    await session.workbench.screenshot('memory-restore-dark');
    for (const { label } of entries) await quickInput.pick(label);
    await quickInput.accept();
    await tree().waitForRows('all of it', (rows) => rows.filter(({ level }) => level === 2).length === 5);
    await editor('the document again', /# Fixed the total/);
  });

  it('is exported and imported, as Markdown and as JSON', async () => {
    const { quickInput, notifications } = session.workbench;
    await mkdir(join(session.folder, 'out'), { recursive: true });
    for (const name of ['memory.md', 'memory.json']) {
      const file = join(session.folder, 'out', name);
      await quickInput.runCommand('Tidemark: Export Memory…');
      await quickInput.pick('All projects');
      await quickInput.chooseFile('Export memory', file);
      await notifications.waitForNotification(/Exported 5 memories of 3 sessions to memory/);
      assert.match(await readFile(file, 'utf8'), /Fixed the total of the cart/);
    }
    await quickInput.runCommand('Tidemark: Import Memory…');
    await quickInput.chooseFile('Import memory', join(session.folder, 'out', 'memory.md'));
    await notifications.waitForNotification(/0 memories were added, 5 were known/);

    const text = await readFile(join(session.folder, 'out', 'memory.json'), 'utf8');
    const other = join(session.folder, 'out', 'other.json');
    await writeFile(other, text.replaceAll('"agentSessionId":"', '"agentSessionId":"other-'));
    const bad = join(session.folder, 'out', 'bad.json');
    await writeFile(bad, text.replaceAll('"agentSessionId":"', '"agentSessionId":"bad-').slice(0, -30));
    for (const [file, answer] of [
      [other, /5 memories were added, 0 were known/],
      [bad, /damaged: a part of it can’t be read\. Nothing was imported/],
    ] as const) {
      await quickInput.runCommand('Tidemark: Import Memory…');
      await quickInput.chooseFile('Import memory', file);
      await notifications.waitForNotification(answer);
    }
  });

  it('looks well in every theme', async () => {
    await openRow(fixed, /# Fixed the total/);
    for (const [theme, name] of looks) {
      await session.workbench.setTheme(theme);
      await session.workbench.screenshot(`memory-view-${name}`);
    }
  });
});

describe('a long list in the memory view', () => {
  let session: UiSession;
  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    await storeWithNotes(session.globalStorage(extensionId), 120);
    await session.workbench.open(session.folder);
    await session.workbench.openView('Tidemark');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  it('is loaded page by page', async () => {
    const tree = session.workbench.tree('Memory');
    await tree.waitForRows('the project', (rows) => rows.length === 1);
    await tree.expand('shop');
    for (const loaded of [50, 100]) {
      const rows = await tree.waitForRows(`${loaded} notes`, (all) => all.length === loaded + 2);
      assert.equal(rows.at(-2)?.label, `Note ${loaded}`);
      // By the keyboard: a row that goes with its click can't be told from one that was not hit.
      await session.workbench.quickInput.runCommand('Tidemark: Focus on Memory View');
      await eventually('the last row to have the focus', async () => {
        await session.workbench.page.keyboard.press('End');
        return (await tree.rows()).at(-1)?.focused;
      });
      await session.workbench.page.keyboard.press('Enter');
    }
    const rows = await tree.waitForRows('all notes', (all) => all.length === 121);
    assert.equal(rows.at(-1)?.label, 'Note 120');
  });
});
