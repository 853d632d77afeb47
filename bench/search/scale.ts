import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { EngineSearchStore } from '../../src/storage/searchStore';
import type { Engine } from '../../src/storage/sqljs/engine';
import { orQuery } from './baselines';
import { makeStore, openEngine, type Memory } from './fill';
import { nativeFts5, type NativeIndex } from './nativeFts5';
import { chance, memory, queries } from './texts';

const QUERIES = 200;
const PER_SESSION = 50;

export interface ScaleRow {
  observations: number;
  p50Ms: number;
  p95Ms: number;
  buildMs: number;
  indexBytes: number;
  /** Of the process, engine included; after the searches. */
  memoryMb: number;
  /** The longest that the host's own thread was held up while searching. */
  hostBlockedMs: number;
  hostBlockedP99Ms: number;
  /** The same while nothing is searched: what the machine does by itself. */
  hostBlockedIdleMs: number;
  /** A small write by itself, and while searches run. */
  acceptP95Ms: number;
  acceptP95SearchingMs: number;
  native: { p50Ms: number; p95Ms: number; buildMs: number; indexBytes: number } | string;
  /** p95 against native FTS5's. */
  ratioP95?: number;
}

/** Latency, build time, size and memory of a store with so many observations, beside native FTS5. */
export async function measureScale(observations: number, folder: string): Promise<ScaleRow> {
  const random = chance(observations);
  const texts = Array.from({ length: observations }, (_, i) =>
    memory(random, 1_700_000_000_000 + i * 60_000),
  );
  const asked = queries(random, QUERIES);
  const file = await makeStore(folder, (filler) => {
    const project = filler.project('shop');
    let session = 0;
    texts.forEach((text, i) => {
      if (i % PER_SESSION === 0) session = filler.session(project, String(i), text.at);
      filler.observation(session, text);
    });
  });
  const native = openNative(join(folder, 'fts5.db'), texts);
  const engine = await openEngine(file);
  try {
    return { observations, ...(await measure(engine, asked, native)) };
  } finally {
    await engine.close();
    if (typeof native !== 'string') native.close();
  }
}

async function measure(engine: Engine, asked: readonly string[], native: NativeIndex | string) {
  const store = new EngineSearchStore(engine, systemClock);
  const start = performance.now();
  await store.catchUp();
  const buildMs = rounded(performance.now() - start);
  const idle = watchHost();
  const quiet = await accepts(engine, Promise.resolve(), 500);
  const { longest: hostBlockedIdleMs } = idle();
  for (const text of asked.slice(0, 20)) await store.search({ text, limit: 10 });
  const [times, nativeTimes]: [number[], number[]] = [[], []];
  // One after the other, so that both meet the same machine.
  for (const text of asked) {
    const begin = performance.now();
    await store.search({ text, limit: 10 });
    times.push(performance.now() - begin);
    if (typeof native !== 'string') nativeTimes.push(timed(() => native.search(orQuery(text))));
  }
  const host = watchHost();
  const busy = (async () => {
    for (const text of asked) await store.search({ text, limit: 10 });
  })();
  const searching = await accepts(engine, busy, 10_000);
  const { longest: hostBlockedMs, p99: hostBlockedP99Ms } = host();
  const { bytes } = await engine.call('indexSize', undefined);
  return {
    ...{ p50Ms: at(times, 0.5), p95Ms: at(times, 0.95), buildMs, indexBytes: bytes },
    ...{ hostBlockedMs, hostBlockedP99Ms, hostBlockedIdleMs },
    memoryMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    ...{ acceptP95Ms: at(quiet, 0.95), acceptP95SearchingMs: at(searching, 0.95) },
    native: typeof native === 'string' ? native : nativeFigures(native, nativeTimes),
    ...(typeof native !== 'string' && { ratioP95: rounded(at(times, 0.95) / at(nativeTimes, 0.95)) }),
  };
}

function nativeFigures({ buildMs, bytes }: NativeIndex, times: readonly number[]) {
  return { p50Ms: at(times, 0.5), p95Ms: at(times, 0.95), buildMs: rounded(buildMs), indexBytes: bytes };
}

function timed(work: () => unknown): number {
  const begin = performance.now();
  work();
  return performance.now() - begin;
}

/** Times small durable writes, one after the other, until `until` is through, at most so many. */
async function accepts(engine: Engine, until: Promise<unknown>, most: number): Promise<number[]> {
  const times: number[] = [];
  let through = false;
  void until.then(() => (through = most > 500));
  while (!through && times.length < most) {
    const begin = performance.now();
    await engine.call('setMeta', { key: 'bench', value: String(times.length) });
    times.push(performance.now() - begin);
  }
  await until;
  return times;
}

/** Asks the host's own thread for its turn again and again. The answer ends it: how long it waited, ms. */
function watchHost(): () => { longest: number; p99: number } {
  const waits: number[] = [];
  let last = performance.now();
  let timer = setTimeout(function turn() {
    waits.push(performance.now() - last - 1);
    last = performance.now();
    timer = setTimeout(turn, 1);
  }, 1);
  return () => {
    clearTimeout(timer);
    return { longest: rounded(Math.max(0, ...waits)), p99: at(waits, 0.99) };
  };
}

/** The reason, where it can't be had. */
function openNative(file: string, texts: readonly Memory[]): NativeIndex | string {
  try {
    return nativeFts5(
      file,
      texts.map(({ title, narrative, files }) => ({ title, body: `${narrative} ${files!.join(' ')}` })),
    );
  } catch (error) {
    return `not measured: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function at(times: readonly number[], share: number): number {
  return rounded([...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN);
}

const rounded = (value: number) => Math.round(value * 100) / 100;
