import { eventually } from '../eventually';
import type { Workbench } from './workbench';

/** Moves the keyboard to a row of a view by the palette and the arrows, as far as it takes. */
export async function focusRow(workbench: Workbench, view: string, label: string): Promise<void> {
  const { page, quickInput } = workbench;
  await quickInput.runCommand(`Tidemark: Focus on ${view} View`);
  await page.keyboard.press('Home');
  const focused = page.locator('.part.sidebar .monaco-list:focus-within .monaco-list-row.focused').first();
  for (;;) {
    if ((await focused.locator('.label-name').innerText()) === label) return;
    const index = await focused.getAttribute('data-index');
    await page.keyboard.press('ArrowDown');
    // A key that comes while the tree is drawn anew can be lost, and a row can be passed: from the top again, then.
    const moved = async () => (await focused.getAttribute('data-index')) !== index;
    await eventually('the keyboard to move', moved, Boolean, 2_000).catch(() => page.keyboard.press('Home'));
  }
}
