import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually';
import { type ListRow, readAllRows, revealRow } from './virtualList';

/** How long a click waits for a row that moves away under the pointer before the row is found anew, ms. */
const clickMs = 2_000;

/**
 * A native tree in the sidebar. A row is named by its label: the first of that name is meant. Rows move while
 * sessions come and go, so that every action on one is checked, and done again where another row got it.
 */
export class TreeView {
  readonly #list: Locator;

  /** Without a `name`: the only view of the open container, whose header VS Code merges into the title. */
  constructor(
    private readonly page: Page,
    private readonly name?: string,
  ) {
    const pane =
      name === undefined
        ? page.locator('.part.sidebar .pane').first()
        : page
            .locator('.part.sidebar .pane')
            .filter({ has: page.locator(`.pane-header[aria-label^="${name}"]`) });
    this.#list = pane.locator('.pane-body .monaco-list').first();
  }

  rows(): Promise<ListRow[]> {
    return readAllRows(this.#list);
  }

  async labels(): Promise<string[]> {
    return (await this.rows()).map((row) => row.label);
  }

  /** The rows once `accept` holds for them and none is still fetching its children. */
  waitForRows(what: string, accept: (rows: ListRow[]) => boolean, timeoutMs?: number): Promise<ListRow[]> {
    const settled = (rows: ListRow[]): boolean => rows.every((row) => !row.loading) && accept(rows);
    return eventually(`${this.name ?? 'the tree'}: ${what}`, () => this.rows(), settled, timeoutMs);
  }

  /** `level` where a row above it has the same label; 1 for the outermost rows. */
  expand(label: string, level?: number): Promise<void> {
    return this.#setExpanded(label, true, level);
  }

  collapse(label: string, level?: number): Promise<void> {
    return this.#setExpanded(label, false, level);
  }

  /** Clicks the row until it is the selected one, which runs its command where it has one. */
  async click(label: string): Promise<void> {
    await eventually(`${label} to be selected`, async () => {
      await this.#clickLabel(label, 'left');
      return this.#becomes(label, (row) => row.selected);
    });
  }

  /** Hovers over the row and answers what shows, as text. */
  async tooltip(label: string): Promise<string> {
    await this.page.mouse.move(640, 300);
    await (await this.#reveal(label)).locator('.label-name').first().hover();
    // Hovers of other elements stay in the page, hidden.
    const hover = this.page.locator('.monaco-hover').filter({ visible: true });
    await hover.first().waitFor();
    return (await hover.first().innerText()).trim();
  }

  /** Opens the row's context menu and answers its entries. Escape closes it. */
  async contextMenu(label: string): Promise<string[]> {
    const entries = this.page.locator('.monaco-menu .action-label:not(.separator)');
    await eventually(`the menu of ${label}`, async () => {
      await this.#clickLabel(label, 'right');
      await entries.first().waitFor({ timeout: clickMs });
      // The row whose menu it is has the focus.
      if (await this.#becomes(label, (row) => row.focused)) return true;
      await this.page.keyboard.press('Escape');
      return false;
    });
    return (await entries.allInnerTexts()).map((text) => text.trim());
  }

  async chooseFromMenu(label: string, entry: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu').first();
    let isClicked = false;
    await eventually(`${entry} to be chosen`, async () => {
      if (!(await menu.isVisible())) {
        if (isClicked) return true;
        // Not yet opened, or closed again by a row that was drawn anew.
        await this.contextMenu(label);
      }
      // A menu that has just opened takes no click.
      await menu.locator('.action-item', { hasText: entry }).first().click({ timeout: clickMs });
      isClicked = true;
      await menu.waitFor({ state: 'hidden', timeout: clickMs });
      return true;
    });
  }

  /** What the view says while it has no rows: its welcome content. */
  async welcomeText(): Promise<string> {
    return (await this.page.locator('.part.sidebar .welcome-view-content').allInnerTexts()).join('\n').trim();
  }

  async #setExpanded(label: string, expanded: boolean, level?: number): Promise<void> {
    const isDone = (row: ListRow): boolean => row.expanded === expanded && !row.loading;
    await eventually(`${label} to be ${expanded ? 'expanded' : 'collapsed'}`, async () => {
      const row = await this.#reveal(label, level);
      if ((await row.getAttribute('aria-expanded', { timeout: clickMs })) !== String(expanded))
        await row.locator('.monaco-tl-twistie').click({ timeout: clickMs });
      return this.#becomes(label, isDone, level);
    });
  }

  async #clickLabel(label: string, button: 'left' | 'right'): Promise<void> {
    await (await this.#reveal(label)).locator('.label-name').first().click({ button, timeout: clickMs });
  }

  /** Whether the row comes to be as `accept` says, soon after it was clicked. */
  async #becomes(label: string, accept: (row: ListRow) => boolean, level?: number): Promise<boolean> {
    const found = (rows: ListRow[]): boolean => {
      const row = rows.find(named(label, level));
      return row !== undefined && accept(row);
    };
    return eventually(label, () => this.rows(), found, clickMs).then(
      () => true,
      () => false,
    );
  }

  #reveal(label: string, level?: number): Promise<Locator> {
    return revealRow(this.#list, `labelled ${label}`, named(label, level));
  }
}

const named =
  (label: string, level?: number) =>
  (row: ListRow): boolean =>
    row.label === label && (level === undefined || row.level === level);
