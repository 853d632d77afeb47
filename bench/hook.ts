/**
 * The cost of the hook program as a whole process, against an empty node process in the same run, one after the
 * other so that both meet the same machine. `--json` puts the figures on the last line.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const rounds = 60;
const limit = 2;
const hook = resolve('dist/hook.js');

execFileSync(process.execPath, ['esbuild.mjs', '--production'], { stdio: ['ignore', 'ignore', 'inherit'] });
const store = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
const cases = {
  empty: { args: ['-e', '0'], input: '' },
  hook1k: { args: [hook, '--store', store], input: payload(1_024) },
  hook64k: { args: [hook, '--store', store], input: payload(65_536) },
};

const times = { empty: [], hook1k: [], hook64k: [] } as Record<keyof typeof cases, number[]>;
const names = Object.keys(cases) as (keyof typeof cases)[];
try {
  for (let round = -3; round < rounds; round++) {
    for (const name of names) {
      const took = run(cases[name]);
      if (round >= 0) times[name].push(took);
    }
  }
  const written = readdirSync(join(store, 'spool')).length;
  if (written !== 2 * (rounds + 3))
    throw new Error(`The hook wrote ${written} events of ${2 * (rounds + 3)}.`);
} finally {
  rmSync(store, { recursive: true, force: true });
}

const [emptyMs, hook1kMs, hook64kMs] = names.map((name) => rounded(median(times[name]))) as [
  number,
  number,
  number,
];
const ratio1k = rounded(hook1kMs / emptyMs);
const ratio64k = rounded(hook64kMs / emptyMs);
console.log(`node -e 0             ${emptyMs} ms (median of ${rounds})`);
console.log(`hook, payload 1 kB    ${hook1kMs} ms, ${ratio1k} times`);
console.log(`hook, payload 64 kB   ${hook64kMs} ms, ${ratio64k} times (at most ${limit})`);
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ emptyMs, hook1kMs, hook64kMs, ratio1k, ratio64k, limit }));
}

function run({ args, input }: { args: string[]; input: string }): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { input });
  const took = performance.now() - start;
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}.`);
  return took;
}

/** A tool's event of about `bytes` bytes: half of it source code in lines, half a log with names of secrets. */
function payload(bytes: number): string {
  const code = 'export function tokenOf(session: Session): string { return session.tokens.at(-1)?.value; }\n';
  const log =
    '2026-11-20T10:00:00Z INFO https://example.org/api token=none password: [hidden] key=value done\n';
  const body = {
    session_id: '6c9baae4-5cb5-4f0d-af7a-a77f53a1b078',
    prompt_id: '7c551386-79b8-404e-891f-f0428768b867',
    cwd: process.cwd(),
    hook_event_name: 'PostToolUse',
    tool_name: 'Bash',
    tool_input: { command: 'npm test', description: 'Runs the tests' },
    tool_use_id: 'toolu_bench',
  };
  const room = Math.max(0, bytes - JSON.stringify(body).length - 128);
  const text =
    code.repeat(room / code.length / 2 + 1).slice(0, room / 2) + log.repeat(room / log.length / 2 + 1);
  // Pieces short enough not to be cut, so that all of it is searched.
  const piece = 15_000;
  const pieces = Array.from({ length: Math.ceil(room / piece) }, (_, i) =>
    text.slice(i * piece, (i + 1) * piece),
  );
  const content = pieces.map((part) => ({ type: 'text', text: part }));
  return JSON.stringify({ ...body, tool_response: content });
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
