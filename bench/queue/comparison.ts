import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Floor, Ours, type Contender } from './contenders';
import type { Opener } from './direct';
import { EXPORTED_UP_TO_MB, openExported } from './exported';
import { buildStore, copyStore, type StoreShape } from './fixture';
import { measureLatency, measureThroughput, operationNames, type Timings } from './latency';
import { row, single, type Row } from './report';
import type { Sizes } from './sizes';
import { median, ratio, rounded, summarise } from './statistics';

/** How to open each native contender, or why it can't be. */
export interface Openers {
  betterSqlite: { open: Opener } | { why: string };
  nodeSqlite: { open: Opener } | { why: string };
}

export interface LatencyFigures {
  rows: Row[];
  /** Enqueue against better-sqlite3 over the whole run, and by store. */
  accept: number | undefined;
  acceptByStore: Record<string, number>;
  /** Enqueue in the largest file against that in the smallest, nothing waiting, each in terms of its floor. */
  flatness: { ours: number; betterSqlite?: number };
}

/** The contenders at one moment, each with a copy of the same store. */
async function openAll(folder: string, template: string, openers: Openers): Promise<Contender[]> {
  const copy = (name: string) => {
    const file = join(folder, `${name}.db`);
    copyStore(template, file);
    return file;
  };
  const { betterSqlite, nodeSqlite } = openers;
  return [
    await Ours.open(copy('tidemark')),
    ...('open' in betterSqlite ? [betterSqlite.open(copy('better-sqlite3'))] : []),
    ...('open' in nodeSqlite ? [nodeSqlite.open(copy('node-sqlite'))] : []),
    new Floor(join(folder, 'floor')),
  ];
}

const missing = (group: string, what: string, openers: Openers): Row[] =>
  (['betterSqlite', 'nodeSqlite'] as const).flatMap((key) => {
    const opener = openers[key];
    const contender = key === 'betterSqlite' ? 'better-sqlite3' : 'node:sqlite';
    return 'why' in opener ? [{ group, what, contender, unit: 'ms', note: opener.why }] : [];
  });

const shapeName = ({ megabytes, depth }: StoreShape) =>
  `${megabytes} MB, ${depth.toLocaleString('en')} waiting`;

export async function loadLatencies(folder: string, openers: Openers, sizes: Sizes): Promise<LatencyFigures> {
  const rows: Row[] = [];
  const [accepted, acceptedDirect] = [[] as number[][], [] as number[][]];
  const acceptByStore: Record<string, number> = {};
  const empty: { ours: number; betterSqlite?: number }[] = [];
  for (const shape of sizes.stores) {
    const place = join(folder, 'latency');
    mkdirSync(place);
    const template = join(place, 'template.db');
    await buildStore(template, shape);
    const contenders = await openAll(place, template, openers);
    const { timings, opened } = await measureLatency(contenders, sizes.latency);
    for (const contender of contenders) await contender.close();
    rows.push(...latencyRows(shapeName(shape), timings));
    if (shape === sizes.stores[0]) rows.push(...latencyRows(`${shapeName(shape)}, just opened`, opened));
    rows.push(...(await exportedRows(template, shape, sizes)));
    const find = (name: string) => [...timings].find(([contender]) => contender.name === name)?.[1].enqueue;
    const [ours, floor] = [find('tidemark')!, find('append + fdatasync')!];
    const direct = find('better-sqlite3');
    if (direct) {
      accepted.push(...ours);
      acceptedDirect.push(...direct);
      acceptByStore[shapeName(shape)] = rounded(ratio(ours, direct), 2);
    }
    if (shape.depth === 0) {
      empty.push({
        ours: ratio(ours, floor),
        ...(direct && { betterSqlite: ratio(direct, floor) }),
      });
    }
    rmSync(place, { recursive: true });
  }
  rows.push(...missing('enqueue', 'all', openers));
  rows.sort((a, b) => groupOrder(a) - groupOrder(b));
  const [small, large] = [empty[0]!, empty.at(-1)!];
  return {
    rows,
    accept: accepted.length > 0 ? ratio(accepted, acceptedDirect) : undefined,
    acceptByStore,
    flatness: {
      ours: rounded(large.ours / small.ours, 2),
      ...(small.betterSqlite &&
        large.betterSqlite && { betterSqlite: rounded(large.betterSqlite / small.betterSqlite, 2) }),
    },
  };
}

const groupOrder = ({ group }: Row) => (operationNames as readonly string[]).indexOf(group);

function latencyRows(what: string, timings: ReadonlyMap<Contender, Timings>): Row[] {
  const of = (name: string) => [...timings].find(([contender]) => contender.name === name)?.[1];
  const [floor, direct] = [of('append + fdatasync')!, of('better-sqlite3')];
  return operationNames.flatMap((operation) =>
    [...timings].map(([{ name }, times]) =>
      row(operation, what, name, summarise(times[operation]), {
        toFloor: ratio(times[operation], floor[operation]),
        ...(direct && { toDirect: ratio(times[operation], direct[operation]) }),
      }),
    ),
  );
}

/** Apart from the others: each save keeps the disk busy for all. */
async function exportedRows(template: string, shape: StoreShape, sizes: Sizes): Promise<Row[]> {
  const contender = 'sql.js, export()';
  const names = ['enqueue', 'claim'] as const;
  if (shape.megabytes > EXPORTED_UP_TO_MB) {
    const note = 'not run: one save of such a file takes seconds and gigabytes of memory';
    return names.map((group) => ({ group, what: shapeName(shape), contender, unit: 'ms', note }));
  }
  const exported = await openExported(template);
  const { timings } = await measureLatency([exported], {
    ...{ warmUp: 1, blocks: sizes.exportedRounds, rounds: 1 },
  });
  await exported.close();
  return names.map((name) => row(name, shapeName(shape), contender, summarise(timings.get(exported)![name])));
}

export async function loadThroughput(
  folder: string,
  openers: Openers,
  sizes: Sizes,
): Promise<{ rows: Row[]; gain: number | undefined }> {
  const place = join(folder, 'throughput');
  mkdirSync(place);
  const template = join(place, 'template.db');
  await buildStore(template, { megabytes: 20, depth: 0 });
  const contenders = await openAll(place, template, openers);
  const rates = await measureThroughput(contenders, sizes.producers, sizes.throughput);
  for (const contender of contenders) await contender.close();
  const of = (name: string) => [...rates].find(([contender]) => contender.name === name)?.[1];
  const against = (name: string, producers: number, rate: readonly number[]) => {
    const other = of(name)?.get(producers);
    return other && median(rate.map((value, i) => value / other[i]!));
  };
  const rows = sizes.producers.flatMap((producers) =>
    [...rates].map(([contender, byProducers]) => {
      const values = byProducers.get(producers)!;
      const [toFloor, toDirect] = [
        against('append + fdatasync', producers, values),
        against('better-sqlite3', producers, values),
      ];
      return {
        ...single('throughput', `${producers} producers`, contender.name, 'messages/s', median(values)),
        noise: [rounded(Math.min(...values), 0), rounded(Math.max(...values), 0)] as [number, number],
        ...(toFloor !== undefined && { toFloor: rounded(toFloor, 2) }),
        ...(toDirect !== undefined && { toDirect: rounded(toDirect, 2) }),
      };
    }),
  );
  rmSync(place, { recursive: true });
  return {
    rows: [...rows, ...missing('throughput', 'all', openers)],
    gain: against('better-sqlite3', 32, of('tidemark')!.get(32)!),
  };
}
