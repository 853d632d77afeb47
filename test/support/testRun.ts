import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';

/**
 * Owns every process group and temporary file of one test run. `TMPDIR` of this process and of its children is
 * the run's own folder, so that what browsers and servers leave in the temporary folder goes with it.
 * A reaper process ends the rest when this process dies without having called `end`.
 */
export class TestRun {
  readonly folder: string;
  readonly #reaper: ChildProcess;
  readonly #groups = new Map<number, ChildProcess>();
  readonly #environmentBefore = { TMPDIR: process.env.TMPDIR, TEMP: process.env.TEMP, TMP: process.env.TMP };
  #ended: Promise<void> | undefined;
  #folders = 0;

  constructor() {
    // A Unix socket's path is at most 104 bytes on macOS, whose own temporary folder already takes half of that.
    const base = process.platform === 'darwin' ? '/tmp' : tmpdir();
    this.folder = realpathSync(mkdtempSync(join(base, 'tidemark-run-')));
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = this.folder;
    this.#reaper = spawn(process.execPath, [join(__dirname, 'reaper.mjs')], {
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    // Without a reaper the run still works: `end` cleans up by itself.
    this.#reaper.on('error', () => undefined);
    this.#reaper.stdin?.on('error', () => undefined);
    this.#reaper.unref();
    this.#tell('own-folder', this.folder);
  }

  /** A new empty folder inside the run's own. */
  makeFolder(name: string): string {
    const folder = join(this.folder, `${name}-${++this.#folders}`);
    mkdirSync(folder);
    return folder;
  }

  /** Starts a program as the leader of its own process group, which dies with this run. */
  spawnGroup(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
    const pid = child.pid;
    if (pid !== undefined) {
      this.#groups.set(pid, child);
      this.#tell('own-group', String(pid));
    }
    return child;
  }

  /** Ends the group that `child` leads: politely, and after `graceMs` by force. Resolves when none of it is left. */
  async endGroup(child: ChildProcess, graceMs = 2_000): Promise<void> {
    const pid = child.pid;
    if (pid === undefined || !this.#groups.has(pid)) return;
    signalGroup(pid, 'SIGTERM');
    await eventually('the processes to end', () => !groupIsAlive(pid), Boolean, graceMs).catch(
      () => undefined,
    );
    signalGroup(pid, 'SIGKILL');
    await eventually('the processes to be gone', () => !groupIsAlive(pid));
    this.#groups.delete(pid);
    this.#tell('release-group', String(pid));
  }

  end(): Promise<void> {
    return (this.#ended ??= this.#end());
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((child) => this.endGroup(child)));
    for (const [name, value] of Object.entries(this.#environmentBefore)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    if (this.#reaper.exitCode === null && this.#reaper.pid !== undefined) {
      const gone = once(this.#reaper, 'exit');
      this.#reaper.ref();
      this.#reaper.stdin?.end();
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  #tell(verb: 'own-group' | 'release-group' | 'own-folder', what: string): void {
    this.#reaper.stdin?.write(`${verb} ${what}\n`);
  }
}

/**
 * Runs `body` with a run of its own and ends the process with the code that it answers. Ctrl-C and SIGTERM end
 * the run first, so that nothing is left behind.
 */
export async function withTestRun(body: (run: TestRun) => Promise<number>): Promise<void> {
  const run = new TestRun();
  const interrupted = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
    process.once('SIGHUP', () => resolve(129));
  });
  let code = 1;
  try {
    code = await Promise.race([body(run), interrupted]);
  } catch (error) {
    console.error(describeFailure(error));
  } finally {
    await run.end();
  }
  process.exit(code);
}

function describeFailure(error: unknown): string {
  if (error instanceof Error && 'advice' in error) return `${error.message}\n${String(error.advice)}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
    return true;
  } catch {
    return false; // ESRCH: no member is left.
  }
}

const groupIsAlive = (pid: number): boolean => signalGroup(pid, 0);
