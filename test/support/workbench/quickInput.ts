import type { Page } from 'playwright-core';
import { eventually } from '../eventually';
import { type ListRow, readAllRows, revealRow } from './virtualList';

/** The box at the top: the command palette, quick picks and input boxes. One is open at a time. */
export class QuickInput {
  constructor(private readonly page: Page) {}

  async waitUntilOpen(): Promise<void> {
    await this.#widget.waitFor({ state: 'visible' });
  }

  async waitUntilClosed(): Promise<void> {
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async placeholder(): Promise<string> {
    return (await this.#input.getAttribute('placeholder')) ?? '';
  }

  /** What stands above the list: the title, and the message of an input box. */
  async texts(): Promise<{ title: string; message: string }> {
    const first = async (selector: string): Promise<string> =>
      (await this.#widget.locator(selector).allInnerTexts())[0]?.trim() ?? '';
    return { title: await first('.quick-input-title'), message: await first('.quick-input-message') };
  }

  async waitForTitle(title: string): Promise<void> {
    await eventually(
      `the question ${title}`,
      () => this.texts(),
      (texts) => texts.title === title,
    );
  }

  async type(text: string): Promise<void> {
    await this.waitUntilOpen();
    await this.#input.fill(text);
  }

  /** Answers a file dialog. While it opens it fills in a path of its own, over whatever is typed before. */
  async chooseFile(title: string, path: string): Promise<void> {
    await this.waitForTitle(title);
    await this.#settled('the dialog’s own path', (text) => text !== '');
    await this.type(path);
    await this.#settled('the path that was typed', (text) => text === path);
    await this.accept();
    await this.waitUntilClosed();
  }

  async #settled(what: string, accept: (text: string) => boolean): Promise<void> {
    let times = 0;
    let before = '';
    await eventually(what, async () => {
      const text = await this.#input.inputValue();
      times = accept(text) && text === before ? times + 1 : 0;
      before = text;
      return times >= 5;
    });
  }

  async accept(): Promise<void> {
    await this.#input.press('Enter');
  }

  /** The entries once they stay the same: the list fills and filters with a delay. */
  async entries(): Promise<ListRow[]> {
    await this.waitUntilOpen();
    let before: string | undefined;
    return eventually(
      'the entries to stay the same',
      () => readAllRows(this.#list),
      (rows) => {
        const seen = JSON.stringify(rows.map((row) => row.ariaLabel));
        const isSettled = seen === before;
        before = seen;
        return isSettled;
      },
    );
  }

  async pick(label: string, timeoutMs?: number): Promise<void> {
    await this.waitUntilOpen();
    const click = async (): Promise<boolean> => {
      const row = await revealRow(this.#list, `labelled ${label}`, (found) => found.label === label);
      // Found anew when the list was filtered in between.
      await row.click({ timeout: 2_000 });
      return true;
    };
    await eventually(`an entry ${label}`, click, Boolean, timeoutMs);
    // Left where it is, it would bring up the hover of the next list's row, over the rows beside it.
    await this.page.mouse.move(0, 0);
  }

  async cancel(): Promise<void> {
    await this.#input.press('Escape');
    await this.waitUntilClosed();
  }

  /** Runs a command by its whole title in the palette (`Category: Title`). */
  async runCommand(title: string): Promise<void> {
    await eventually(`the command ${title}`, async () => {
      await this.#openPalette(title);
      try {
        await this.pick(title, 2_000);
        return true;
      } catch (error) {
        // The palette offers what could be done when it was opened.
        await this.cancel();
        throw error;
      }
    });
  }

  /** Titles in the palette that begin with `prefix` (`Category:`), in alphabetical order. */
  async commandTitles(prefix: string): Promise<string[]> {
    await this.#openPalette(prefix);
    await eventually(
      'the palette to fill',
      () => readAllRows(this.#list),
      (rows) => rows.length > 0,
    );
    const titles = (await this.entries()).map((row) => row.label).filter((label) => label.startsWith(prefix));
    await this.cancel();
    return [...new Set(titles)].sort();
  }

  async #openPalette(filter: string): Promise<void> {
    // A key that comes while the workbench is busy can be lost: pressed again until the palette is there.
    await eventually('the palette to open', async () => {
      if (!(await this.#widget.isVisible())) await this.page.keyboard.press('F1');
      await this.#widget.waitFor({ state: 'visible', timeout: 2_000 });
      return (await this.#input.inputValue()).startsWith('>');
    });
    await this.#input.fill(`>${filter}`);
  }

  get #widget() {
    return this.page.locator('.quick-input-widget');
  }

  get #input() {
    return this.#widget.locator('input.input').first();
  }

  get #list() {
    return this.#widget.locator('.quick-input-list .monaco-list');
  }
}
