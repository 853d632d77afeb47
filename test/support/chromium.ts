import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { MissingPrerequisite } from './errors';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macPaths = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
const packages = 'chromium fonts-dejavu-core';

/** An executable Chromium: `CHROMIUM_PATH`, or one that the machine has. */
function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (isExecutable(given)) return given;
    throw new MissingPrerequisite(`CHROMIUM_PATH names no executable: ${given}`, 'Correct it or unset it.');
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const onPath = [...folders, '/usr/bin', '/snap/bin'].flatMap((folder) =>
    names.map((name) => join(folder, name)),
  );
  return [...onPath, ...macPaths].find(isExecutable);
}

/**
 * Finds Chromium, or installs Debian's when this process may.
 * @throws MissingPrerequisite naming the one command that a person has to run.
 */
export function ensureChromium(print: (line: string) => void): string {
  const found = findChromium();
  if (found) return found;
  if (!isExecutable('/usr/bin/apt-get')) {
    throw new MissingPrerequisite(
      'Chromium is missing.',
      'Install Chromium or Chrome, or set CHROMIUM_PATH.',
    );
  }
  const install = `apt-get update && apt-get install -y --no-install-recommends ${packages}`;
  const advice = `Run: sudo sh -c '${install}'`;
  if (process.getuid?.() !== 0) throw new MissingPrerequisite('Chromium is missing.', advice);

  print('Installing Chromium from the distribution: about half a minute.');
  const result = spawnSync('sh', ['-c', install], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const installed = findChromium();
  if (installed) return installed;
  throw new MissingPrerequisite(`Chromium could not be installed:\n${result.stderr.slice(-2000)}`, advice);
}

export interface BrowserOptions {
  readonly executable: string;
  /** The browser profile: under the server host it keeps what VS Code stores on the client's side. */
  readonly profileFolder: string;
  readonly headless?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A browser with a profile of its own. Closing the context ends the browser. */
export async function launchBrowser(options: BrowserOptions): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(options.profileFolder, {
    executablePath: options.executable,
    headless: options.headless ?? true,
    viewport: options.viewport ?? { width: 1280, height: 800 },
    // The run's own handlers end the browser: Playwright's would end the process before they are through.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    env: { ...process.env, HOME: options.profileFolder },
    permissions: ['clipboard-read', 'clipboard-write'],
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  // tsx wraps functions in a helper of this name; those that Playwright sends into the page would miss it.
  await context.addInitScript('globalThis.__name ??= (target) => target;');
  return context;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
