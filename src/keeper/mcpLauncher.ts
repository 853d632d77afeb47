import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../base/makeFolder';
import { replaceFile, shellQuote, type LauncherOptions } from './launcher';

/**
 * Puts the MCP server and its launcher into `<store>/bin/`, where agents find it under a name that outlives
 * updates: `tidemark-mcp` and, on Windows, `tidemark-mcp.cmd`. The server's files stand in a folder of their
 * version, because one that an agent has started reads them later, too: the folder before the last stays for it.
 * Files that are right already are not touched. Throws what the file system throws.
 * @param files the server's program, and what it needs beside it.
 */
export async function installMcpLauncher(
  storeDir: string,
  options: LauncherOptions & { files: readonly [server: string, ...rest: string[]]; version: string },
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  const bin = join(storeDir, 'bin');
  const folder = join(bin, `${FOLDER}${options.version}`);
  const server = `${basename(folder)}/${basename(options.files[0])}`;
  makeFolder(bin);
  makeFolder(folder);
  for (const file of options.files)
    await replaceFile(join(folder, basename(file)), await readFile(file), 0o600);
  const shell = join(bin, 'tidemark-mcp');
  await replaceFile(shell, Buffer.from(posixMcpLauncher(storeDir, server, options)), 0o755);
  if (platform === 'win32')
    await replaceFile(`${shell}.cmd`, Buffer.from(windowsMcpLauncher(server, options)), 0o755);
  await removeFormer(folder);
}

/** The server's program, and what it needs beside it, among the built files. */
export function mcpFiles(dist: string): [server: string, ...rest: string[]] {
  return [join(dist, 'mcp.js'), join(dist, 'engineWorker.js'), join(dist, 'sql-wasm.wasm')];
}

const FOLDER = 'mcp-';

/** Of the folders of other versions, all but the newest. One that is in use on Windows stays until the next time. */
async function removeFormer(current: string): Promise<void> {
  const bin = dirname(current);
  const names = (await readdir(bin)).filter((name) => name.startsWith(FOLDER) && name !== basename(current));
  const made = await Promise.all(names.map(async (name) => (await stat(join(bin, name))).mtimeMs));
  const oldestFirst = names.toSorted((a, b) => made[names.indexOf(a)]! - made[names.indexOf(b)]!);
  for (const name of oldestFirst.slice(0, -1))
    await rm(join(bin, name), { recursive: true, force: true }).catch(() => undefined);
}

/**
 * The launcher for POSIX. Unlike a hook, a server that can't start says so: the agent shows it. NODE_OPTIONS of the
 * agent's surroundings (a debugger's, say) must not reach it.
 */
export function posixMcpLauncher(
  storeDir: string,
  server: string,
  { nodePath, electron }: LauncherOptions,
): string {
  return `#!/bin/sh
# Starts Tidemark's MCP server.
store=${shellQuote(storeDir)}
node=${shellQuote(nodePath)}
unset NODE_OPTIONS ELECTRON_RUN_AS_NODE
if [ -x "$node" ]; then
  ${electron ? 'export ELECTRON_RUN_AS_NODE=1' : ':'}
else
  node=node
fi
exec "$node" "$store/bin/${server}" --store "$store"
`;
}

/** The launcher for the Windows command line; see `windowsLauncher` for its quoting. */
export function windowsMcpLauncher(server: string, { nodePath, electron }: LauncherOptions): string {
  const start = (program: string) =>
    `${program} "%~dp0${server.replaceAll('/', '\\')}" --store "%~dp0.."\r\nexit /b %ERRORLEVEL%`;
  const lines = [
    '@echo off',
    'setlocal EnableExtensions DisableDelayedExpansion',
    ...([...nodePath].every((character) => character < '\x7f') ? [] : ['chcp 65001 >nul 2>nul']),
    `set "TIDEMARK_NODE=${nodePath.replaceAll('%', '%%')}"`,
    'set "NODE_OPTIONS="',
    'set "ELECTRON_RUN_AS_NODE="',
    'if not exist "%TIDEMARK_NODE%" goto path',
    ...(electron ? ['set "ELECTRON_RUN_AS_NODE=1"'] : []),
    start('"%TIDEMARK_NODE%"'),
    ':path',
    start('node.exe'),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
