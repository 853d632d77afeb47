import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { extensionId, projectRoot } from './project';
import { quietSettings } from './serverHost';
import type { TestRun } from './testRun';

/** A desktop VS Code's command on PATH that could show a window here; undefined where there is none. */
export function findDesktopCommand(): string | undefined {
  if (!hasDisplay()) return undefined;
  const names =
    process.platform === 'win32' ? ['code.cmd', 'code-insiders.cmd'] : ['code', 'code-insiders', 'codium'];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  // A terminal inside a remote window has a `code` that opens files in that window and takes no development path.
  const usable = folders.filter((folder) => !folder.includes('remote-cli'));
  return usable.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

/** Whether a window can be shown: always but on a Linux without X11 and Wayland. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Opens a window with a profile of its own and the extension from its folder; resolves when it is closed.
 * @param onOpening is told the extension's storage folder.
 */
export async function openDesktop(
  run: TestRun,
  command: string,
  { home, folder }: { home: string; folder: string },
  onOpening: (globalStorage: string) => void,
): Promise<number> {
  const userData = await prepareUserData(home);
  onOpening(join(userData, 'User', 'globalStorage', extensionId));
  const child = run.spawnGroup(
    command,
    [
      folder,
      '--wait',
      '--new-window',
      `--user-data-dir=${userData}`,
      `--extensions-dir=${join(home, 'extensions')}`,
      `--extensionDevelopmentPath=${projectRoot}`,
      '--disable-workspace-trust',
    ],
    { stdio: 'inherit', shell: process.platform === 'win32' },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** A fresh user data folder with the quiet settings; answers its path. */
export async function prepareUserData(home: string): Promise<string> {
  const userData = join(home, 'data');
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(quietSettings, undefined, 2));
  return userData;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
