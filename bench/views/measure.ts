import { readFileSync } from 'node:fs';
import type { TidemarkClient } from '../../src/keeper/client';
import { quantile } from '../../test/support/windowFleet';
import { operations } from './operations';

const RUNS = 60;

export interface ViewRow {
  name: string;
  p50Ms: number;
  p95Ms: number;
  /**
   * CPU time of the thread of the views for one run: the middle, and the most of all. It can't have been held up by us
   * for longer than that, however busy the machine is. Absent where the system doesn't tell it.
   */
  cpuP50Ms?: number;
  cpuMaxMs?: number;
}

/** Each operation, many times, one after the other, as this process sees it. The first row is of nothing at all. */
export async function measureViews(client: TidemarkClient): Promise<ViewRow[]> {
  const rows = [
    await measure('(nothing: the machine by itself)', () => new Promise((r) => setTimeout(r, 5))),
  ];
  for (const [name, run] of await operations(client)) {
    for (let i = 0; i < 5; i++) await run(i);
    rows.push(await measure(name, run));
  }
  return rows;
}

async function measure(name: string, run: (index: number) => Promise<unknown>): Promise<ViewRow> {
  const [times, used]: [number[], number[]] = [[], []];
  for (let i = 0; i < RUNS; i++) {
    const cpu = threadCpuMs();
    const begin = performance.now();
    await run(i);
    times.push(performance.now() - begin);
    const after = threadCpuMs();
    if (cpu !== undefined && after !== undefined) used.push(after - cpu);
  }
  return {
    name,
    ...{ p50Ms: rounded(quantile(times, 0.5)), p95Ms: rounded(quantile(times, 0.95)) },
    ...(used.length > 0 && { cpuP50Ms: rounded(quantile(used, 0.5)), cpuMaxMs: rounded(Math.max(...used)) }),
  };
}

/** What this process's first thread, on which views run, has used; undefined where the system doesn't tell. */
function threadCpuMs(): number | undefined {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return undefined;
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
