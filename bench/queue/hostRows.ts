import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildStore } from './fixture';
import { measureHost } from './host';
import { row, single, type Row } from './report';
import type { Sizes } from './sizes';
import { median, quantile, summarise } from './statistics';

const worst = (delays: readonly number[]) => quantile(delays, 1);

/** The whole keeper in a process of its own, fed through the spool at 50 events a second. */
export async function hostRows(
  folder: string,
  sizes: Sizes,
): Promise<{ rows: Row[]; idle: number; delay: number }> {
  const [store, empty] = [join(folder, 'host'), join(folder, 'empty')];
  mkdirSync(store);
  mkdirSync(empty);
  await buildStore(join(store, 'tidemark.db'), { megabytes: sizes.hostMegabytes, depth: 0 });
  const figures = await measureHost(store, empty, sizes.host);
  if (figures.accepted === 0) throw new Error('The keeper accepted nothing of what was written.');
  rmSync(store, { recursive: true });
  rmSync(empty, { recursive: true });
  const { delays, baselineDelays, idle, baselineIdle, memory } = figures;
  const [group, nothing] = ['host at 50 events a second', 'nothing of ours'];
  const size = `${sizes.hostMegabytes} MB`;
  return {
    rows: [
      row(group, 'delay of the main thread', 'tidemark', summarise(delays)),
      row(group, 'delay of the main thread', nothing, summarise(baselineDelays)),
      single('idle: CPU', 'all threads', 'tidemark', 'ms/s', idle.cpu),
      single('idle: CPU', 'all threads', nothing, 'ms/s', baselineIdle.cpu),
      single('idle: wake-ups', 'voluntary context switches', 'tidemark', '1/s', idle.wakeUps),
      single('idle: wake-ups', 'voluntary context switches', nothing, '1/s', baselineIdle.wakeUps),
      single('memory', `keeper just open, ${size}`, 'tidemark', 'MB resident', memory.open),
      single('memory', `after its work, ${size}`, 'tidemark', 'MB resident', memory.worked),
      single('memory', 'empty process', nothing, 'MB resident', memory.empty),
    ],
    idle: idle.cpu,
    // The worst of a block, in the middle of the blocks: one stall of a busy machine is not ours.
    delay: Math.max(0, median(delays.map(worst)) - median(baselineDelays.map(worst))),
  };
}
