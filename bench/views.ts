/**
 * npm run -s bench:views -- [--store DIR] [--observations N] [--sessions N] [--json]
 *
 * What views ask of a large store: latency, and CPU time of the thread of the views, in the window that keeps the store
 * and in one that follows. Without `--store` one is made (`seed-store`), which takes two minutes. `--json` puts the
 * figures on the last line. Exits with 1 when a search's p95 is above 50 ms, or when one run of an operation uses more
 * than 10 ms of that thread.
 */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock';
import { silentLogger } from '../src/base/logger';
import { createBuiltinProvider } from '../src/distill/providers/builtin/builtinProvider';
import { Supervisor } from '../src/keeper/supervisor';
import { build, engineFiles } from '../scripts/build';
import { seedStore } from '../scripts/seed/seedStore';
import { makeFolder, removeFolders } from '../test/support/store';
import { WindowFleet } from '../test/support/windowFleet';
import { measureViews, type ViewRow } from './views/measure';

const SEARCH_P95_MS = 50;
const BLOCK_MS = 10;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      store: { type: 'string' },
      observations: { type: 'string', default: '100000' },
      sessions: { type: 'string', default: '2000' },
      json: { type: 'boolean', default: false },
    },
  });
  build();
  const folder = await makeFolder();
  const fleet = await WindowFleet.over(folder);
  try {
    if (values.store === undefined) {
      const [observations, sessions] = [Number(values.observations), Number(values.sessions)];
      const options = { observations, sessions, seed: 1, now: Date.now() };
      await seedStore(folder, options, (line) => console.error(line));
    } else await copyStore(resolve(values.store), folder);
    const keeping = await withWindow(folder, 'keeping', measureViews);
    await fleet.open().become('keeping');
    const following = await withWindow(folder, 'following', measureViews);
    print('in the window that keeps the store', keeping);
    print('in a window that follows', following);
    const problems = [...problemsOf('keeping', keeping), ...problemsOf('following', following)];
    for (const problem of problems) console.error(problem);
    if (values.json) console.log(JSON.stringify({ keeping, following, problems }));
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await fleet.end();
    await removeFolders();
  }
}

/** What is measured may change the store. */
async function copyStore(from: string, to: string): Promise<void> {
  for (const name of ['tidemark.db', 'tidemark.db-wal'])
    if (existsSync(join(from, name))) await cp(join(from, name), join(to, name));
}

/** A window's whole keeper side in this process, once it has this state. */
async function withWindow<T>(
  folder: string,
  state: 'keeping' | 'following',
  work: (client: Supervisor['client']) => Promise<T>,
): Promise<T> {
  const supervisor = new Supervisor({
    ...{ folder, engineFiles, clock: systemClock, log: silentLogger, version: '0.0.0-bench' },
    provider: createBuiltinProvider(),
  });
  const arrived = new Promise<void>((resolveArrived, reject) => {
    supervisor.onDidChangeState((next) => {
      if (next.kind === state) resolveArrived();
      else if (next.kind === 'failed') reject(next.error);
    });
  });
  supervisor.start();
  try {
    await arrived;
    return await work(supervisor.client);
  } finally {
    await supervisor.stop();
  }
}

function problemsOf(where: string, rows: readonly ViewRow[]): string[] {
  return rows.flatMap(({ name, p95Ms, cpuMaxMs = 0 }) => [
    ...(name.startsWith('search') && p95Ms > SEARCH_P95_MS ? [`${where}: ${name}: p95 ${p95Ms} ms`] : []),
    ...(cpuMaxMs > BLOCK_MS ? [`${where}: ${name} holds the window up for ${cpuMaxMs} ms`] : []),
  ]);
}

function print(title: string, rows: readonly ViewRow[]): void {
  console.log(`${title}:`);
  for (const { name, p50Ms, p95Ms, cpuP50Ms, cpuMaxMs } of rows) {
    const cpu = cpuMaxMs === undefined ? '' : `; the window’s thread p50 ${cpuP50Ms} ms, most ${cpuMaxMs} ms`;
    console.log(`  ${name.padEnd(34)} p50 ${p50Ms} ms, p95 ${p95Ms} ms${cpu}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
