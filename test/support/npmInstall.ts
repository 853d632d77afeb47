import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { HostFailure } from './errors';
import { pause } from './eventually';
import type { TestRun } from './testRun';

export interface InstallSteps<T> {
  /** What stands in the folder, if it is whole. */
  read: () => Promise<T | undefined>;
  /** Installs into a folder beside the real one, which it makes. */
  make: (aside: string) => Promise<void>;
}

/**
 * Finds an install in a folder of the user's cache, or makes it there.
 * It is made aside and renamed into place, so that a half-done install is never found and two runs at once
 * can't harm each other; the lock only keeps the second one from downloading as well.
 */
export async function installOnce<T>(folder: string, steps: InstallSteps<T>): Promise<T> {
  const found = await steps.read();
  if (found) return found;

  const cache = dirname(folder);
  await mkdir(cache, { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    const foundMeanwhile = await steps.read();
    if (foundMeanwhile) return foundMeanwhile;

    await removeAbandoned(cache);
    const aside = join(cache, `${basename(folder)}.partial-${hostname()}-${process.pid}`);
    try {
      await steps.make(aside);
      await moveIntoPlace(aside, folder, steps);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
    const installed = await steps.read();
    if (!installed)
      throw new HostFailure(`What is in ${folder} is incomplete. Delete the folder and try again.`);
    return installed;
  });
}

async function moveIntoPlace<T>(aside: string, folder: string, { read }: InstallSteps<T>): Promise<void> {
  if (await read()) return; // Another run was first: its install is as good, and in use.
  // What stands there is half deleted or of another recipe. Renamed first: deleting in place takes seconds.
  const stale = `${aside}-stale`;
  await rename(folder, stale).catch(ignoreCode('ENOENT'));
  await rm(stale, { recursive: true, force: true });
  try {
    await rename(aside, folder);
  } catch (error) {
    if (!(await read())) throw error;
  }
}

/** Runs npm in `cwd`, outside of what `npm run` says about this project. @throws HostFailure with npm's last words. */
export async function npm(
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
