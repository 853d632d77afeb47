/**
 * What the queue costs, side by side in one run: `[--quick | --brief] [--json]`. The product's engine, through its worker,
 * against (a) append + fdatasync, the floor; (b) better-sqlite3 in WAL mode with synchronous=FULL, the same schema
 * and statements, unbatched; (c) sql.js saved by export(); (d) node:sqlite where this Node has it. With `--json`
 * the last line of the output is one object. `--brief` measures too little to judge by, in some seconds, and
 * installs nothing. Judge by the ratios: the times are those of this disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build';
import { loadLatencies, loadThroughput, type Openers } from './queue/comparison';
import { betterSqlite, nodeSqlite, type Opener } from './queue/direct';
import { hostRows } from './queue/hostRows';
import { printPromises, printRows, promise, type PromiseResult, type Row } from './queue/report';
import { brief, full, quick } from './queue/sizes';
import { restartRows, wakeRows } from './queue/wakeRows';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, brief: { type: 'boolean' }, json: { type: 'boolean' } },
});

async function main(): Promise<void> {
  const sizes = options.brief ? brief : options.quick ? quick : full;
  build();
  const openers: Openers = {
    betterSqlite: tried(() => betterSqlite({ install: !options.brief })),
    nodeSqlite: tried(nodeSqlite),
  };
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  try {
    const started = performance.now();
    const latency = await stage('latency', () => loadLatencies(folder, openers, sizes));
    const throughput = await stage('throughput', () => loadThroughput(folder, openers, sizes));
    const wake = await stage('wake', () => wakeRows(folder, sizes));
    const restart = await stage('restart', () => restartRows(folder, sizes));
    const host = await stage('host', () => hostRows(folder, sizes));
    const rows: Row[] = [latency, throughput, wake, restart, host].flatMap((part) => part.rows);
    const why = 'why' in openers.betterSqlite ? openers.betterSqlite.why : undefined;
    const promises: PromiseResult[] = [
      promise('accept', latency.accept, 1.5, 'x', { why }),
      promise('throughput', throughput.gain, 3, 'x', { atLeast: true, why }),
      promise('wake', wake.overSync, 1, 'ms'),
      promise('idle', host.idle, 1, 'ms/s'),
      promise('host', host.delay, 10, 'ms'),
      promise('restart', restart.delivery, 100, 'ms'),
    ];
    const seconds = Math.round((performance.now() - started) / 1_000);
    const machine = `Node ${process.versions.node}, ${process.platform}, ${cpus().length} processors, ${seconds} s`;
    console.log(`${machine}${options.brief ? ', brief' : options.quick ? ', quick' : ''}`);
    printRows(rows);
    console.log(
      `\nFrom the smallest file to the largest, nothing waiting: enqueue × ${latency.flatness.ours} (better-sqlite3 × ${latency.flatness.betterSqlite ?? '–'})`,
    );
    printPromises(promises);
    if (options.json) {
      const { flatness, acceptByStore } = latency;
      const quickRun = options.quick === true;
      console.log(JSON.stringify({ promises, quick: quickRun, machine, flatness, acceptByStore, rows }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tried(load: () => Opener): Openers['betterSqlite'] {
  try {
    return { open: load() };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

async function stage<T>(name: string, work: () => Promise<T>): Promise<T> {
  process.stderr.write(`${name} … `);
  const start = performance.now();
  const result = await work();
  process.stderr.write(`${Math.round((performance.now() - start) / 1_000)} s\n`);
  return result;
}

void main();
