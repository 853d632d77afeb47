import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ours, SyncedPages } from './contenders';
import { buildStore, copyStore } from './fixture';
import { newMessages } from './messages';
import { row, type Row } from './report';
import type { Sizes } from './sizes';
import { median, summarise } from './statistics';
import { measureRestart, measureWake, type RestartTimings } from './wake';

export async function wakeRows(folder: string, sizes: Sizes): Promise<{ rows: Row[]; overSync: number }> {
  const file = join(folder, 'wake.db');
  await buildStore(file, { megabytes: 20, depth: 0 });
  const pages = new SyncedPages(join(folder, 'pages'));
  const { wake, throughout, sync } = await measureWake(file, pages, sizes.wake);
  pages.close();
  const group = 'queued to handler';
  return {
    rows: [
      row(group, 'accepted to handler', 'tidemark', summarise(wake)),
      row(group, 'called to handler', 'tidemark', summarise(throughout)),
      row(group, 'one sync', 'pages + fdatasync', summarise(sync)),
    ],
    overSync: median(wake.map((block, i) => median(block) - median(sync[i]!))),
  };
}

/** The same store closed in order, and as a crash leaves it: with its log still to be recovered. */
export async function restartRows(
  folder: string,
  { restart }: Sizes,
): Promise<{ rows: Row[]; delivery: number }> {
  const place = join(folder, 'restart');
  mkdirSync(place);
  const closed = join(place, 'closed.db');
  await buildStore(closed, { megabytes: 20, depth: restart.pending });
  const crashed = join(place, 'crashed.db');
  const working = join(place, 'working.db');
  copyStore(closed, working);
  const ours = await Ours.open(working);
  await Promise.all(newMessages(200, 1).map((message) => ours.enqueue(message)));
  await ours.claim(1, 'the lease of a process that is gone');
  copyStore(working, crashed);
  await ours.close();

  const timings = { closed: [] as RestartTimings[], crashed: [] as RestartTimings[] };
  for (let round = 0; round < restart.rounds; round++) {
    for (const name of ['closed', 'crashed'] as const) {
      const file = join(place, `${name}-${round}.db`);
      copyStore(name === 'closed' ? closed : crashed, file);
      timings[name].push(await measureRestart(file));
    }
  }
  rmSync(place, { recursive: true });
  const group = `opening with ${restart.pending.toLocaleString('en')} waiting`;
  const rows = (['closed', 'crashed'] as const).flatMap((name) => [
    row(group, `${name}: open`, 'tidemark', summarise(timings[name].map(({ open }) => [open]))),
    row(
      group,
      `${name}: open to first message`,
      'tidemark',
      summarise(timings[name].map(({ delivery }) => [delivery])),
    ),
  ]);
  return {
    rows,
    delivery: Math.max(
      ...Object.values(timings).map((rounds) => median(rounds.map(({ delivery }) => delivery))),
    ),
  };
}
