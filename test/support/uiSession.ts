import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { launchBrowser } from './chromium';
import type { ServerHostInstall } from './hostInstall';
import { outFolder } from './project';
import { installExtension, ServerHost } from './serverHost';
import { isolatedHome } from './isolatedHome';
import type { TestRun } from './testRun';
import { Workbench } from './workbench/workbench';

/** What every ui test file needs and the runner has prepared once. */
export interface UiSetup {
  readonly run: TestRun;
  readonly install: ServerHostInstall;
  readonly chromium: string;
  readonly vsix: string;
  readonly readyStatusItem: string;
}

export interface UiSessionOptions {
  /** The folder that the first window opens; an empty one of its own by default. */
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Packaged helpers that are installed beside the extension. */
  readonly helpers?: readonly string[];
  /** False opens no window: for tests that prepare the server's folders first. */
  readonly open?: boolean;
}

/** A server with the packaged extension, a browser, and windows on it. Everything is its own and ends with `close`. */
export class UiSession {
  private constructor(
    readonly host: ServerHost,
    readonly browser: BrowserContext,
    readonly folder: string,
    /** The window opened first. */
    readonly workbench: Workbench,
    private readonly setup: UiSetup,
  ) {}

  static async open(setup: UiSetup, options: UiSessionOptions = {}): Promise<UiSession> {
    const home = setup.run.makeFolder('ui');
    const folder = options.folder ?? join(home, 'project');
    await mkdir(folder, { recursive: true });
    const server = {
      serverDataDir: join(home, 'server'),
      extensionsDir: join(home, 'extensions'),
      smokeTest: false,
      env: { ...(await isolatedHome(home)), ...options.env },
      ...(options.settings && { settings: options.settings }),
    };
    for (const vsix of [setup.vsix, ...(options.helpers ?? [])])
      await installExtension(setup.run, setup.install, server, vsix);
    const host = await ServerHost.start(setup.run, setup.install, server);
    const browser = await launchBrowser({ executable: setup.chromium, profileFolder: join(home, 'browser') });
    const page = browser.pages()[0] ?? (await browser.newPage());
    const session = new UiSession(host, browser, folder, makeWorkbench(page, host, setup), setup);
    try {
      if (options.open ?? true) await session.workbench.open(folder);
      return session;
    } catch (error) {
      await session.recordFailure('opening the workbench');
      await session.close();
      throw error;
    }
  }

  /** A further window with an extension host of its own. */
  async openWindow(folder = this.folder): Promise<Workbench> {
    const workbench = makeWorkbench(await this.browser.newPage(), this.host, this.setup);
    await workbench.open(folder);
    return workbench;
  }

  /** The extension's durable folder, which all windows share. `extensionId`: `<publisher>.<name>`. */
  globalStorage(extensionId: string): string {
    return join(this.host.options.serverDataDir, 'data', 'User', 'globalStorage', extensionId);
  }

  /** Keeps what explains a failure: a picture of every window and what the server and its extensions logged. */
  async recordFailure(testTitle: string): Promise<void> {
    const name = testTitle.replace(/[^\w-]+/g, '-').slice(0, 100);
    const folder = join(outFolder, 'failures');
    await mkdir(folder, { recursive: true });
    for (const [index, page] of this.browser.pages().entries()) {
      await page.screenshot({ path: join(folder, `${name}-${index}.png`) }).catch(() => undefined);
    }
    await writeFile(
      join(folder, `${name}.log`),
      `${this.host.remoteAgentLog}\n${await this.host.logFiles()}`,
    );
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.host.stop();
  }
}

function makeWorkbench(page: Workbench['page'], host: ServerHost, setup: UiSetup): Workbench {
  return new Workbench(page, host, {
    screenshotFolder: join(outFolder, 'screenshots'),
    readyStatusItem: setup.readyStatusItem,
  });
}
