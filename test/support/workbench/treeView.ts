import type { Locator, Page } from 'playwright-core';
import { eventually } from '../eventually';
import { type ListRow, readAllRows, revealRow } from './virtualList';

/** A native tree in the sidebar. A row is named by its label: the first of that name is meant. */
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

  expand(label: string): Promise<void> {
    return this.#setExpanded(label, true);
  }

  collapse(label: string): Promise<void> {
    return this.#setExpanded(label, false);
  }

  /** Clicks the row, which selects it and runs its command where it has one. */
  async click(label: string): Promise<void> {
    await (await this.#reveal(label)).locator('.label-name').first().click();
  }

  /** Opens the row's context menu and answers its entries. Escape closes it. */
  async contextMenu(label: string): Promise<string[]> {
    await (await this.#reveal(label)).locator('.label-name').first().click({ button: 'right' });
    const entries = this.page.locator('.monaco-menu .action-label:not(.separator)');
    await entries.first().waitFor();
    return (await entries.allInnerTexts()).map((text) => text.trim());
  }

  async chooseFromMenu(label: string, entry: string): Promise<void> {
    await this.contextMenu(label);
    const item = this.page.locator('.monaco-menu .action-item', { hasText: entry }).first();
    // A menu takes no click in the moment in which it opens.
    await eventually(`the menu to take ${entry}`, async () => {
      if (await item.isVisible()) await item.click();
      await item.waitFor({ state: 'hidden', timeout: 1_000 });
      return true;
    });
  }

  /** What the view says while it has no rows: its welcome content. */
  async welcomeText(): Promise<string> {
    return (await this.page.locator('.part.sidebar .welcome-view-content').allInnerTexts()).join('\n').trim();
  }

  async #setExpanded(label: string, expanded: boolean): Promise<void> {
    const row = await this.#reveal(label);
    if ((await row.getAttribute('aria-expanded')) !== String(expanded))
      await row.locator('.monaco-tl-twistie').click();
    const isDone = (rows: ListRow[]): boolean => {
      const now = rows.find((candidate) => candidate.label === label);
      return now?.expanded === expanded && !now.loading;
    };
    await this.waitForRows(`${label} to be ${expanded ? 'expanded' : 'collapsed'}`, isDone);
  }

  #reveal(label: string): Promise<Locator> {
    return revealRow(this.#list, `labelled ${label}`, (row) => row.label === label);
  }
}
