import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureChromium, launchBrowser } from '../support/chromium';
import { installServerHost, serverHostName } from '../support/hostInstall';
import { isolatedHome } from '../support/isolatedHome';
import { extensionId, projectRoot } from '../support/project';
import { packageFixture } from '../support/packageExtension';
import { installExtension, ServerHost } from '../support/serverHost';
import type { TestRun } from '../support/testRun';
import { bundleSecondWindow } from './bundle';
import { hostReportVariable, secondWindowRequest, secondWindowVariable, suitePrefix } from './report';

const suiteTimeoutMs = 5 * 60_000;

/** Runs the bundled suite in an extension host of the VS Code server, opened by a headless browser. */
export async function runInServer(
  run: TestRun,
  suite: string,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  const chromium = ensureChromium(print);
  const install = await installServerHost(run, print);
  print(`VS Code host: ${serverHostName}`);
  const reportPath = env[hostReportVariable] ?? '';
  const home = run.makeFolder('host');
  const folder = join(home, 'project');
  await mkdir(folder);
  const folders = { serverDataDir: join(home, 'server'), extensionsDir: join(home, 'extensions') };
  await installExtension(run, install, folders, await packageFixture('example-extension'));
  const host = await ServerHost.start(run, install, {
    ...folders,
    smokeTest: true,
    // Chat, because of its tools and of MCP; and no question before a link to the extension is opened.
    settings: {
      'chat.disableAIFeatures': false,
      'extensions.confirmedUriHandlerExtensionIds': [extensionId],
    },
    env: {
      ...(await isolatedHome(home)),
      ...env,
      [secondWindowVariable]: join(run.folder, 'second.sock'),
      TIDEMARK_TEST_STORAGE: join(home, 'server', 'data', 'User', 'globalStorage', extensionId),
    },
  });
  const browser = await launchBrowser({ executable: chromium, profileFolder: join(home, 'browser') });
  try {
    const page = browser.pages()[0] ?? (await browser.newPage());
    const ended = new Promise<string>((resolve) => {
      // The page's exit code says nothing: it is 0 for a host that was killed, too.
      void page.exposeFunction('codeAutomationExit', () => resolve('the suite ended'));
      page.once('crash', () => resolve('the page crashed'));
      setTimeout(() => resolve('the time was up'), suiteTimeoutMs).unref();
    });
    const console: string[] = [];
    const openSecondWindow = async () => {
      const second = join(home, 'second');
      await mkdir(second);
      const driver = await bundleSecondWindow();
      const other = await browser.newPage();
      await other.goto(host.folderUrl(second, payload(driver)), { waitUntil: 'domcontentloaded' });
    };
    const payload = (tests: string) =>
      [
        ['extensionDevelopmentPath', host.remoteUri(projectRoot)],
        ['extensionTestsPath', host.remoteUri(tests)],
        ['skipWelcome', 'true'],
      ] as const;
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      const line = args.map(String).join(' ');
      if (line === secondWindowRequest)
        openSecondWindow().catch((error: unknown) => print(`No second window: ${String(error)}`));
      else if (line.startsWith(suitePrefix)) print(line.slice(suitePrefix.length));
      else console.push(`${type}: ${line}`);
    });
    await page.goto(host.folderUrl(folder, payload(suite)), { waitUntil: 'domcontentloaded' });
    const reason = await ended;
    if (reason === 'the suite ended' && existsSync(reportPath)) return;
    print(`Without a report: ${reason}. The page's console:\n${console.join('\n').slice(-5000)}`);
    print(`The server's log:\n${host.remoteAgentLog.slice(-3000)}`);
  } finally {
    await browser.close();
    await host.stop();
  }
}
