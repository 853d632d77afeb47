import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { pause } from './eventually';
import { HostFailure, MissingPrerequisite } from './errors';
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
 * It is installed aside and renamed into place, so that a half-done install is never found and two runs at once
 * can't harm each other; the lock only keeps the second one from downloading as well.
 */
export async function installServerHost(run: TestRun, print: Print): Promise<ServerHostInstall> {
  const nodePackage = hostNodePackage();
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tidemark-test-host');
  const folder = join(cache, codeServerVersion);
  const found = await readInstall(folder, nodePackage);
  if (found) return found;

  await mkdir(cache, { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    const foundMeanwhile = await readInstall(folder, nodePackage);
    if (foundMeanwhile) return foundMeanwhile;

    await removeAbandoned(cache);
    print(
      `Installing the VS Code server host (code-server ${codeServerVersion}) in ${folder}: about a minute.`,
    );
    const aside = join(cache, `${codeServerVersion}.partial-${hostname()}-${process.pid}`);
    try {
      await installInto(run, aside, nodePackage, print);
      await moveIntoPlace(aside, folder, nodePackage);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    const installed = await readInstall(folder, nodePackage);
    if (!installed)
      throw new HostFailure(`The server host in ${folder} is incomplete. Delete the folder and try again.`);
    return installed;
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

async function moveIntoPlace(aside: string, folder: string, nodePackage: string): Promise<void> {
  if (await readInstall(folder, nodePackage)) return; // Another run was first: its install is as good, and in use.
  // What stands there is half deleted or of another recipe. Renamed first: deleting in place takes seconds.
  const stale = `${aside}-stale`;
  await rename(folder, stale).catch(ignoreCode('ENOENT'));
  await rm(stale, { recursive: true, force: true });
  try {
    await rename(aside, folder);
  } catch (error) {
    if (!(await readInstall(folder, nodePackage))) throw error;
  }
}

async function npm(
  run: TestRun,
  cwd: string,
  args: string[],
  extraEnvironment: NodeJS.ProcessEnv = {},
): Promise<void> {
  const npmCli = process.env.npm_execpath;
  const [command, ...first] = npmCli?.endsWith('npm-cli.js') ? [process.execPath, npmCli] : ['npm'];
  const child = run.spawnGroup(command, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env: { ...environmentOutsideScripts(), ...extraEnvironment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await run.endGroup(child);
  if (code !== 0) throw new HostFailure(`npm ${args.join(' ')} failed in ${cwd}:\n${output.slice(-3000)}`);
}

/** What `npm run` tells its scripts about the project would send a nested npm to the wrong folder. */
function environmentOutsideScripts(): NodeJS.ProcessEnv {
  const inherited =
    /^(npm_package_|npm_lifecycle_|npm_config_(local_|global_)?prefix$|npm_command$|INIT_CWD$|NODE_OPTIONS$|NODE_ENV$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}

/** Deletes the folders of installs that were broken off: their process is gone, or they are an hour old. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const match = /\.partial-(.+)-(\d+)(-stale)?$/.exec(name);
    if (!match) continue;
    const path = join(cache, name);
    const isOld = Date.now() - (await stat(path)).mtimeMs > 3_600_000;
    if (isOld || (match[1] === hostname() && !isAlive(Number(match[2])))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

async function withLock<T>(path: string, body: () => Promise<T>): Promise<T> {
  const owner = `${hostname()} ${process.pid}`;
  for (;;) {
    const file = await open(path, 'wx').catch(ignoreCode('EEXIST'));
    if (file) {
      await file.writeFile(owner);
      await file.close();
      break;
    }
    const [host, pid] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    const isAbandoned = host === hostname() ? !isAlive(Number(pid)) : age > 600_000;
    if (isAbandoned) await rm(path, { force: true });
    else await pause(200);
  }
  const release = () => rm(path, { force: true });
  try {
    return await body();
  } finally {
    await release();
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const ignoreCode = (code: string) => (error: NodeJS.ErrnoException) => {
  if (error.code !== code) throw error;
  return undefined;
};

/** For messages: which host it is that the tests ran in. */
export const serverHostName = `server (code-server ${codeServerVersion} = VS Code ${vscodeVersion}, Node ${hostNodeVersion})`;
