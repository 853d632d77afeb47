import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { storeWithMemory } from '../support/memoryStore';
import { extensionId } from '../support/project';
import { storeSessions } from '../support/uiStore';
import { UiSession } from '../support/uiSession';
import { focusRow } from '../support/workbench/focusRow';
import { webviewFrame } from '../support/workbench/webview';
import type { ThemeName } from '../support/workbench/workbench';
import { uiSetup } from './setup';

const looks: readonly (readonly [ThemeName, string])[] = [
  ['Default Dark Modern', 'dark'],
  ['Default Light Modern', 'light'],
  ['Default High Contrast', 'high-contrast'],
];
const fixed = 'Fixed the total of the cart';
const basket = 'Rename the basket';

/** No mouse is touched: views, documents, search and Insights are reached and used by keys, in each look. */
describe('by keyboard alone', () => {
  let session: UiSession;
  const workbench = () => session.workbench;
  const keys = async (...all: string[]) => {
    for (const key of all) await workbench().page.keyboard.press(key);
  };
  const command = (title: string) => workbench().quickInput.runCommand(`Tidemark: ${title}`);
  const labels = (view: string) => async () =>
    (await workbench().tree(view).rows()).map(({ label }) => label);
  const editor = (shown: RegExp) =>
    eventually(
      `a document with ${shown}`,
      () => workbench().editorText(),
      (text) => shown.test(text),
    );
  const editorFocused = () =>
    workbench().page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();

  before(async () => {
    session = await UiSession.open(uiSetup(), { open: false });
    const code = join(session.folder, 'cart.ts');
    await writeFile(code, 'export const total = 0.3;\n');
    const storage = session.globalStorage(extensionId);
    await storeWithMemory(storage, code);
    await storeSessions(storage, [{ prompt: basket, at: Date.now() - 60_000, failed: 3 }]);
    await workbench().open(session.folder);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await session.recordFailure(this.currentTest.fullTitle());
  });
  after(() => session?.close());

  looks.forEach(([theme, look], turn) => {
    it(`a person gets everywhere, in ${look}`, async () => {
      await workbench().setTheme(theme);
      const name = turn === 0 ? basket : `Basket ${turn}`;
      await command('Show Sessions');
      await eventually('the session', labels('Sessions'), (all) => all.includes(name));
      await focusRow(workbench(), 'Sessions', name);
      await keys('F2');
      await workbench().quickInput.type(`Basket ${turn + 1}`);
      await workbench().quickInput.accept();
      await eventually('its new name', labels('Sessions'), (all) => all.includes(`Basket ${turn + 1}`));

      await command('Show Queue');
      const waiting = 3 - turn;
      const failed = async () => (await labels('Queue')()).filter((label) => /^echo/.test(label));
      const [first] = await eventually('what failed', failed, (all) => all.length === waiting);
      await focusRow(workbench(), 'Queue', first!);
      await keys('Delete');
      await workbench().notifications.dialog();
      await keys('Enter');
      await eventually('one less', failed, (all) => all.length === waiting - 1);

      await focusRow(workbench(), 'Memory', 'shop');
      await keys('ArrowRight');
      await eventually('its memory', labels('Memory'), (all) => all.includes(fixed));
      await focusRow(workbench(), 'Memory', fixed);
      await keys('Enter');
      await editor(/# Fixed the total of the cart/);
      await editorFocused();
      await command(turn % 2 === 0 ? 'Pin' : 'Unpin');
      const pinned = turn % 2 === 0;
      await eventually('the pin', labels('Memory'), (all) => all.includes('Pinned') === pinned);

      await command('Search Memory');
      await workbench().quickInput.type('type:decision cents');
      await eventually('what is found', async () =>
        (await workbench().quickInput.entries()).some(({ label }) => label === 'Prices are stored in cents'),
      );
      await workbench().quickInput.accept();
      await editor(/# Prices are stored in cents/);
      await workbench().screenshot(`keyboard-${look}`);

      await command('Show Insights');
      const frame = await webviewFrame(workbench().page, 'section.card');
      const figure = () => frame.locator('.figure').first().innerText();
      const before = await figure();
      await keys('Tab', turn === 1 ? 'ArrowLeft' : 'ArrowRight');
      await eventually('another range', figure, (text) => text !== before);
    });
  });
});
