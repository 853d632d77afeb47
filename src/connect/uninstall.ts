import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { disconnectAll } from './connection';

/**
 * `vscode:uninstall`: VS Code runs this without its API once the extension has been removed for good. It takes
 * Tidemark's hooks out of every agent's settings. Memory stays where it is.
 *
 * A program of its own: `node dist/uninstall.js`, in the extension's folder. It never fails: what can't be changed
 * is left, and the launcher in it does no harm.
 */
const EXTENSION = 'tidemark.tidemark';

/** User data of each VS Code, by the name of the folder that holds its `extensions`. */
const dataFolders: Readonly<Record<string, string>> = {
  '.vscode': 'Code',
  '.vscode-insiders': 'Code - Insiders',
  '.vscode-oss': 'VSCodium',
  '.cursor': 'Cursor',
};

/** Where the extension in this folder may have had its storage. Another VS Code's storage is never among them. */
function storageFolders(extensionFolder: string): string[] {
  const holder = dirname(dirname(extensionFolder));
  const below = (data: string) => join(data, 'User', 'globalStorage', EXTENSION);
  const found = [below(holder), below(join(holder, 'data')), below(join(holder, 'user-data'))];
  const name = dataFolders[basename(holder)];
  if (name === undefined) return found;
  const home = homedir();
  if (process.platform === 'win32') found.push(below(join(process.env['APPDATA'] ?? home, name)));
  else if (process.platform === 'darwin')
    found.push(below(join(home, 'Library', 'Application Support', name)));
  else found.push(below(join(process.env['XDG_CONFIG_HOME'] || join(home, '.config'), name)));
  return found;
}

/** Whether another version of the extension is there: then this one was not uninstalled but updated. */
function hasOtherVersion(extensionFolder: string): boolean {
  const names = readdirSync(dirname(extensionFolder));
  return names.some((name) => name.startsWith(`${EXTENSION}-`) && name !== basename(extensionFolder));
}

async function main(): Promise<void> {
  const extensionFolder = dirname(__dirname);
  if (hasOtherVersion(extensionFolder)) return;
  for (const folder of storageFolders(extensionFolder)) {
    if (!existsSync(join(folder, 'connections.json'))) continue;
    const launcher = join(
      folder,
      'bin',
      process.platform === 'win32' ? 'tidemark-hook.cmd' : 'tidemark-hook',
    );
    await disconnectAll(folder, launcher, process.platform);
  }
}

main().then(
  () => process.exit(0),
  () => process.exit(0),
);
