import { randomBytes } from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../base/makeFolder';

/** What runs the hook program. */
export interface LauncherOptions {
  /** The node executable to prefer; `node` on the PATH where it is gone. */
  nodePath: string;
  /** Whether that executable is Electron, which is node only when told so by its environment. */
  electron: boolean;
}

/**
 * Puts the hook program and its launcher into `<store>/bin/`, where agents find them under names that outlive
 * updates: `hook.js`, `tidemark-hook` and, on Windows, `tidemark-hook.cmd` too (an agent there may use either
 * shell). Files that are right already are not touched; others are replaced whole, so that a hook that starts at
 * the same moment finds the old file or the new one. Durable when it resolves, with the launcher for this
 * platform. Throws what the file system throws.
 */
export async function installLauncher(
  storeDir: string,
  options: LauncherOptions & { hookFile: string },
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  const bin = join(storeDir, 'bin');
  const shell = join(bin, 'tidemark-hook');
  makeFolder(bin);
  await replaceFile(join(bin, 'hook.js'), await readFile(options.hookFile), 0o600);
  await replaceFile(shell, Buffer.from(posixLauncher(storeDir, options)), 0o755);
  if (platform !== 'win32') return shell;
  await replaceFile(`${shell}.cmd`, Buffer.from(windowsLauncher(options)), 0o755);
  return `${shell}.cmd`;
}

/**
 * The launcher for a POSIX shell. Whatever is missing, it reads its input to the end and exits with 0 in silence.
 * NODE_OPTIONS of the agent's surroundings (a debugger's, say) must not reach the hook program.
 */
export function posixLauncher(storeDir: string, { nodePath, electron }: LauncherOptions): string {
  const start = (program: string) => `${program} "$store/bin/hook.js" --store "$store"`;
  return `#!/bin/sh
# Starts Tidemark's hook program. An agent must never wait for it or fail because of it.
exec 2>/dev/null
store=${shellQuote(storeDir)}
node=${shellQuote(nodePath)}
unset NODE_OPTIONS
if [ -f "$store/bin/hook.js" ]; then
  if [ -x "$node" ]; then
    ${electron ? 'ELECTRON_RUN_AS_NODE=1 ' : ''}${start('"$node"')}
    # 126 and 127: it could not be started, so that the input is still there.
    case $? in 126 | 127) ;; *) exit 0 ;; esac
  fi
  if command -v node >/dev/null; then
    ${start('node')}
    exit 0
  fi
fi
cat >/dev/null
exit 0
`;
}

/**
 * The launcher for the Windows command line, to the same promise. It names everything but the executable by its
 * own place, because a batch file is read in the console's code page; only a path beyond ASCII changes that page.
 */
export function windowsLauncher({ nodePath, electron }: LauncherOptions): string {
  const start = (program: string) => `${program} "%~dp0hook.js" --store "%~dp0.." 2>nul`;
  const lines = [
    '@echo off',
    'setlocal EnableExtensions DisableDelayedExpansion',
    ...([...nodePath].every((character) => character < '\x7f') ? [] : ['chcp 65001 >nul 2>nul']),
    `set "TIDEMARK_NODE=${nodePath.replaceAll('%', '%%')}"`,
    'set "NODE_OPTIONS="',
    'set "ELECTRON_RUN_AS_NODE="',
    'if not exist "%~dp0hook.js" goto drain',
    'if not exist "%TIDEMARK_NODE%" goto path',
    ...(electron ? ['set "ELECTRON_RUN_AS_NODE=1"'] : []),
    start('"%TIDEMARK_NODE%"'),
    'exit /b 0',
    ':path',
    '"%SystemRoot%\\System32\\where.exe" node.exe >nul 2>nul || goto drain',
    start('node.exe'),
    'exit /b 0',
    ':drain',
    '"%SystemRoot%\\System32\\findstr.exe" "^" >nul 2>nul',
    'exit /b 0',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Puts a content in the place of a file in one step, unless it is there already. Durable when it resolves. */
export async function replaceFile(file: string, content: Buffer, mode: number): Promise<void> {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(content)) return chmod(file, mode);
  const temporary = join(dirname(file), `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      // The mode of `open` is narrowed by the process's umask.
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
