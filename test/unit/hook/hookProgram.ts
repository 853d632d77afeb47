import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { SpooledEvent, SpooledSetAside } from '../../../src/capture/spoolRecord';

/** What a process that was given an input came to. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program with an input on its standard input; without an input, the input stays open until it ends. */
export function run(
  command: string,
  args: string[],
  input: string | Buffer | undefined,
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A program that hangs is ended, so that it fails its test and outlives nothing.
    const child = spawn(command, args, { ...options, timeout: 15_000, killSignal: 'SIGKILL' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // The agent must be able to write its whole payload: a broken pipe fails the test.
    child.stdin.on('error', reject);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
    if (input !== undefined) child.stdin.end(input);
  });
}

/** The hook program, built into a folder of its own. */
export class HookProgram {
  private constructor(
    private readonly folder: string,
    readonly file: string,
  ) {}

  static async build(): Promise<HookProgram> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-hook-'));
    const file = join(folder, 'hook.js');
    await build({
      entryPoints: ['src/hook/main.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: file,
    });
    return new HookProgram(folder, file);
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  send(store: string, input: unknown, env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
    const raw = typeof input === 'string' || Buffer.isBuffer(input) || input === undefined;
    return run(process.execPath, [this.file, '--store', store], raw ? input : JSON.stringify(input), { env });
  }
}

/** The files of a folder by name; none if it isn't there. */
export async function namesIn(...folder: string[]): Promise<string[]> {
  return (await readdir(join(...folder)).catch(() => [])).sort();
}

/** What the spool holds, in order. */
export async function spooled(store: string): Promise<(SpooledEvent & SpooledSetAside)[]> {
  const names = await namesIn(store, 'spool');
  const texts = await Promise.all(names.map((name) => readFile(join(store, 'spool', name), 'utf8')));
  return texts.map((text) => JSON.parse(text) as SpooledEvent & SpooledSetAside);
}
