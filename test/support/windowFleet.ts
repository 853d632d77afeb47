import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { dist } from '../../scripts/build';
import { openStore } from './store';

interface Line {
  state?: string;
  failure?: string;
  answering?: boolean;
  at?: number;
  generation?: number;
  accepted?: string;
  duplicate?: boolean;
  took?: number;
  sentAt?: number;
  claimedAt?: number;
  refused?: string;
  why?: string;
  twoOwners?: string;
  tookOver?: boolean;
  ended?: boolean;
  cpu?: { user: number; system: number };
  cleared?: boolean;
  sessions?: unknown[];
  status?: unknown;
}

const bundle = join(dist, '..', 'out', 'windows', 'scripts', 'windowChild.js');

/** One process with all of a window's keeper side (windowChild.ts). */
export class WindowProcess {
  state = 'starting';
  readonly lines: Line[] = [];
  readonly #listeners = new Set<(line: Line) => void>();

  constructor(
    readonly name: string,
    readonly child: ChildProcess,
    heard: (window: WindowProcess, line: Line) => void,
  ) {
    createInterface(child.stdout!).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line.state) this.state = line.state;
      this.lines.push(line);
      heard(this, line);
      for (const listener of [...this.#listeners]) listener(line);
    });
  }

  tell(command: string): void {
    this.child.stdin!.write(`${command}\n`);
  }

  /** The first line, of those said already or later, that is accepted. */
  hear(what: string, accept: (line: Line) => boolean, from = 0): Promise<Line> {
    const said = this.lines.slice(from).find(accept);
    if (said) return Promise.resolve(said);
    return new Promise((resolve, reject) => {
      const end = () => reject(new Error(`${this.name} ended before ${what}.`));
      const listener = (line: Line) => {
        if (!accept(line)) return;
        this.#listeners.delete(listener);
        this.child.off('exit', end);
        resolve(line);
      };
      this.#listeners.add(listener);
      this.child.once('exit', end);
    });
  }

  become(state: string): Promise<Line> {
    if (this.state === state) return Promise.resolve({ state });
    return this.hear(state, (line) => line.state === state, this.lines.length);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

/** Several of them over one folder, and an account of what they were promised. */
export class WindowFleet {
  readonly windows: WindowProcess[] = [];
  readonly accepted = new Set<string>();
  readonly refused: string[] = [];
  readonly failures: string[] = [];
  readonly generations: number[] = [];
  readonly takeoverMs: number[] = [];
  readonly tookMs: number[] = [];
  twoOwners = 0;
  readonly #witness = `tidemark-witness-${randomBytes(8).toString('hex')}`;
  #killedAt: number | undefined;
  #takenOver: (() => void) | undefined;
  #count = 0;

  private constructor(readonly folder: string) {}

  static async over(folder: string): Promise<WindowFleet> {
    await build({
      ...{ entryPoints: [join(__dirname, 'windowChild.ts')], outfile: bundle, bundle: true },
      ...{ platform: 'node', target: 'node20', format: 'cjs' },
      define: { __dirname: JSON.stringify(join(dist, '..', 'scripts')) },
    });
    return new WindowFleet(folder);
  }

  /** @param wrapper a command that starts the process, `unshare -n` for example. */
  open(...wrapper: string[]): WindowProcess {
    const name = `w${++this.#count}`;
    const command = [...wrapper, process.execPath, bundle, this.folder, name, this.#witness];
    const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.on('error', () => undefined);
    const window = new WindowProcess(name, child, (from, line) => this.#heard(from, line));
    this.windows.push(window);
    child.once('exit', () => this.windows.splice(this.windows.indexOf(window), 1));
    return window;
  }

  #heard(_window: WindowProcess, line: Line): void {
    if (line.accepted) {
      this.accepted.add(line.accepted);
      this.tookMs.push(line.took ?? 0);
    }
    if (line.refused) this.refused.push(`${line.refused}: ${line.why}`);
    if (line.failure) this.failures.push(line.failure);
    if (line.twoOwners) this.twoOwners++;
    if (line.generation !== undefined) this.generations.push(line.generation);
    if (line.state === 'keeping' && this.#killedAt !== undefined) {
      this.takeoverMs.push(Date.now() - this.#killedAt);
      this.#killedAt = undefined;
      this.#takenOver?.();
    }
  }

  get keeper(): WindowProcess | undefined {
    return this.windows.find(({ state }) => state === 'keeping');
  }

  /** Kills the keeper; resolves when another window keeps the store. */
  async killKeeper(): Promise<void> {
    const { keeper } = this;
    if (!keeper) throw new Error('No window keeps the store.');
    const taken = new Promise<void>((resolve) => (this.#takenOver = resolve));
    this.#killedAt = Date.now();
    await keeper.kill();
    await taken;
  }

  async end(): Promise<void> {
    await Promise.all([...this.windows].map((window) => window.kill()));
  }

  /** What the store has of what was accepted. All windows must have ended. */
  async account(): Promise<{ lost: string[]; duplicated: string[] }> {
    const { engine, sessions, memory, queue } = await openStore(this.folder);
    try {
      const found = new Map<string, number>();
      const count = (id: string | undefined) => id && found.set(id, (found.get(id) ?? 0) + 1);
      for (const { id } of await sessions.listSessions({ limit: 10_000 })) {
        for (const { toolUseId } of await memory.toolOutcomes(id)) count(toolUseId);
        for (const { body } of await queue.list(id, 1_000_000)) {
          if (body.kind === 'observation' && 'use' in body) count(body.use.toolUseId);
        }
      }
      return {
        lost: [...this.accepted].filter((key) => !found.has(key)),
        duplicated: [...found].filter(([, times]) => times > 1).map(([key]) => key),
      };
    } finally {
      await engine.close();
    }
  }
}

/** Of figures in any order; 0 where there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
