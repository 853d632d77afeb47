import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { eventually } from '../eventually';
import type { ServerHost } from '../serverHost';
import { Notifications } from './notifications';
import { QuickInput } from './quickInput';
import { StatusItem } from './statusItem';
import { TreeView } from './treeView';

/** Themes by their setting's value: the name in the picker, and the class of the page once it is applied. */
const themes = {
  'Default Dark Modern': { label: 'Dark Modern', mark: 'dark_modern' },
  'Default Light Modern': { label: 'Light Modern', mark: 'light_modern' },
  'Default High Contrast': { label: 'Dark High Contrast', mark: 'hc_black' },
} as const;
export type ThemeName = keyof typeof themes;

export interface WorkbenchOptions {
  readonly screenshotFolder: string;
  /** The entry whose presence says that the extension under test is active. */
  readonly readyStatusItem: string;
}

/** One window of VS Code in a browser page, as a person sees and uses it. */
export class Workbench {
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;

  constructor(
    readonly page: Page,
    private readonly host: ServerHost,
    private readonly options: WorkbenchOptions,
  ) {
    this.quickInput = new QuickInput(page);
    this.notifications = new Notifications(page);
  }

  /** Opens the folder and waits until the extension under test is active. */
  async open(folder: string): Promise<void> {
    await this.page.goto(this.host.folderUrl(folder), { waitUntil: 'domcontentloaded' });
    await this.waitUntilReady();
  }

  async reload(): Promise<void> {
    const hostsBefore = this.host.liveExtensionHosts;
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    // The old host's entries are gone with the page, but its process may live on for some seconds.
    await this.host.extensionHost(hostsBefore);
    await this.waitUntilReady();
  }

  async waitUntilReady(timeoutMs = 60_000): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: timeoutMs });
    const item = this.statusItem(this.options.readyStatusItem);
    // Past its start: before, commands that need the store are not offered.
    await eventually(
      'the extension to be active',
      () => item.ariaLabel(),
      (label) => label !== undefined && !label.endsWith('Starting'),
      timeoutMs,
    );
  }

  statusItem(id: string): StatusItem {
    return new StatusItem(this.page, id);
  }

  /** Shows a view container by its title in the activity bar. Idempotent. */
  async openView(container: string): Promise<void> {
    const tab = this.page.locator(
      `.activitybar .action-item:has(> a.action-label[aria-label^="${container}"])`,
    );
    await tab.waitFor();
    const title = this.page.locator('.part.sidebar .composite.title');
    await eventually(`the ${container} view to open`, async () => {
      if (!(await tab.first().getAttribute('class'))?.split(' ').includes('checked'))
        // The item, not its link: a badge lies over that.
        await tab.first().click();
      const texts = await title.allInnerTexts();
      return texts.some((text) => text.toLowerCase().startsWith(container.toLowerCase()));
    });
  }

  /** What the container's badge in the activity bar says; empty without one. */
  async viewBadge(container: string): Promise<string> {
    const badge = this.page.locator(
      `.activitybar .action-item:has(> a.action-label[aria-label^="${container}"]) .badge-content`,
    );
    return (await badge.allInnerTexts())[0]?.trim() ?? '';
  }

  /** A tree of the open view container, by its name where the container has several views. */
  tree(view?: string): TreeView {
    return new TreeView(this.page, view);
  }

  /** The text in the editor that has the focus, as far as it is drawn. */
  async editorText(): Promise<string> {
    const lines = await this.page.locator('.editor-group-container.active .view-line').allInnerTexts();
    return lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n');
  }

  /** Names of the open editor tabs, the active one among them. */
  async editorTabs(): Promise<string[]> {
    return (await this.page.locator('.tabs-container .tab .label-name').allInnerTexts()).map((text) =>
      text.trim(),
    );
  }

  /** By the picker: a window does not follow when the settings file is changed from outside. */
  async setTheme(theme: ThemeName): Promise<void> {
    const { label, mark } = themes[theme];
    await this.quickInput.runCommand('Preferences: Color Theme');
    await this.quickInput.type(label);
    await this.quickInput.pick(label);
    await this.quickInput.waitUntilClosed();
    const workbench = this.page.locator('.monaco-workbench').first();
    await eventually(
      `the theme ${theme}`,
      async () => (await workbench.getAttribute('class')) ?? '',
      (classes) => classes.includes(mark),
    );
  }

  /** Writes `<name>.png`; answers its path. The pointer is moved away, so that no hover is in the picture. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(this.options.screenshotFolder, { recursive: true });
    const path = join(this.options.screenshotFolder, `${name}.png`);
    await this.page.mouse.move(640, 300);
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }
}
