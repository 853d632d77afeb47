/**
 * npm test [-- SUITE …]: check, then the suites, each in a process of its own. The last line of stdout is
 * `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { build, root } from './build';

interface Suite {
  name: string;
  command: string[];
  /** A suite that hangs is ended after this, ms. */
  bound: number;
}

const mocha = (...args: string[]) => [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  ...[
    '--no-config',
    '--require',
    'tsx/cjs',
    '--forbid-only',
    '--reporter',
    join(root, 'test/support/reporter.ts'),
  ],
  ...args,
];

const tsx = (file: string) => ['--require', 'tsx/cjs', join(root, file)];

const suites: Suite[] = [
  {
    name: 'unit',
    command: mocha(
      '--require',
      './test/support/leaks.ts',
      '--timeout',
      '20000',
      '--spec',
      'test/unit/**/*.test.ts',
    ),
    bound: 8 * 60_000,
  },
  { name: 'crash', command: mocha('--spec', 'test/crash/**/*.test.ts'), bound: 5 * 60_000 },
  { name: 'host', command: tsx('test/host/runTests.ts'), bound: 5 * 60_000 },
  { name: 'ui', command: tsx('test/ui/runUi.ts'), bound: 12 * 60_000 },
];

const reportSchema = z.looseObject({ passed: z.number(), failed: z.number(), complete: z.literal(true) });

/** Runs a program of Node.js with our output. True when it ended by itself with 0. */
function run(args: string[], env: NodeJS.ProcessEnv, bound: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const timer = setTimeout(() => {
      console.error(`It did not end within ${bound / 1000} s and was killed.`);
      child.kill('SIGKILL');
    }, bound);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

/** Believes only a complete report with something passed in it. */
async function runSuite(
  { name, command, bound }: Suite,
  folder: string,
): Promise<{ passed: number; failed: number }> {
  console.log(`\n== ${name}`);
  const file = join(folder, `${name}.json`);
  const ended = await run(command, { TIDEMARK_REPORT: file }, bound);
  try {
    const { passed, failed } = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (passed === 0) throw new Error('nothing passed');
    return { passed, failed: failed > 0 || ended ? failed : 1 };
  } catch (error) {
    console.error(`The suite ${name} has no complete report: ${String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-report-'));
  let [passed, failed] = [0, 0];
  try {
    build();
    if (wanted.length === 0) {
      console.log('== check');
      const ok = await run(
        [join(root, 'node_modules/npm-run-all2/bin/run-p/index.js'), '-l', 'check:*'],
        {},
        5 * 60_000,
      );
      if (!ok) failed++;
    }
    for (const suite of suites) {
      if (wanted.length > 0 && !wanted.includes(suite.name)) continue;
      const result = await runSuite(suite, folder);
      passed += result.passed;
      failed += result.failed;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`\n${passed} passed, ${failed} failed`);
}

void main();
