import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MissingPrerequisite } from './errors';
import { installOnce, npm } from './npmInstall';
import type { TestRun } from './testRun';

const codeServerVersion = '4.139.1';
const vscodeVersion = '1.139.1';
const hostNodeVersion = '24.21.0';

/** Raise it when the steps below change: an install made by other steps is made again. */
const recipe = 2;
type Print = (line: string) => void;

const markerName = 'installed.json';

export interface ServerHostInstall {
  readonly folder: string;
  /** The VS Code server's own folder, with `out/server-main.js`. */
  readonly serverFolder: string;
  readonly node: string;
  /** False where `@vscode/spdlog` could not be compiled: output channels and log files stay empty then. */
  readonly hasLogs: boolean;
}

interface Marker {
  recipe: number;
  codeServer: string;
  node: string;
  hasLogs: boolean;
}

/**
 * Finds the server host in the user's cache or installs it there (255 MB down, 800 MB on disk).
 */
export async function installServerHost(run: TestRun, print: Print): Promise<ServerHostInstall> {
  const nodePackage = hostNodePackage();
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tidemark-test-host');
  const folder = join(cache, codeServerVersion);
  return installOnce(folder, {
    read: () => readInstall(folder, nodePackage),
    make: async (aside) => {
      print(
        `Installing the VS Code server host (code-server ${codeServerVersion}) in ${folder}: about a minute.`,
      );
      await installInto(run, aside, nodePackage, print);
    },
  });
}

function hostNodePackage(): string {
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch))
    return `node-linux-${process.arch}`;
  throw new MissingPrerequisite(
    `The server host is available on Linux (x64, arm64), not on ${process.platform}-${process.arch}.`,
    'Run with --host desktop, or inside a Linux container.',
  );
}

async function readInstall(folder: string, nodePackage: string): Promise<ServerHostInstall | undefined> {
  const text = await readFile(join(folder, markerName), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const marker = JSON.parse(text) as Marker;
  const serverFolder = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const node = join(folder, 'node_modules', nodePackage, 'bin', 'node');
  const isWhole =
    marker.recipe === recipe &&
    marker.codeServer === codeServerVersion &&
    marker.node === hostNodeVersion &&
    existsSync(node) &&
    existsSync(join(serverFolder, 'out', 'server-main.js'));
  return isWhole ? { folder, serverFolder, node, hasLogs: marker.hasLogs } : undefined;
}

async function installInto(run: TestRun, folder: string, nodePackage: string, print: Print): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'tidemark-test-host', private: true }),
  );
  // Without scripts: code-server's own refuses every Node but 24 and compiles what tests don't use.
  await npm(run, folder, [
    'install',
    '--no-save',
    '--ignore-scripts',
    `code-server@${codeServerVersion}`,
    `${nodePackage}@${hostNodeVersion}`,
  ]);
  const serverFolder = join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  for (const inner of [serverFolder, join(serverFolder, 'extensions')]) {
    await npm(run, inner, ['install', '--omit=dev', '--ignore-scripts']);
  }
  // The log library, and the watchdog by which an extension host ends with its server.
  const hasLogs = await npm(run, serverFolder, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], {
    npm_config_nodedir: join(folder, 'node_modules', nodePackage),
  }).then(
    () => existsSync(join(serverFolder, 'node_modules/@vscode/spdlog/build/Release/spdlog.node')),
    () => false,
  );
  if (!hasLogs) {
    print(
      "VS Code's log library could not be compiled (it needs g++, make and python3): its logs stay empty.",
    );
  }
  const marker: Marker = { recipe, codeServer: codeServerVersion, node: hostNodeVersion, hasLogs };
  await writeFile(join(folder, markerName), JSON.stringify(marker));
}

/** For messages: which host it is that the tests ran in. */
export const serverHostName = `server (code-server ${codeServerVersion} = VS Code ${vscodeVersion}, Node ${hostNodeVersion})`;
