import type { Random } from '../../support/random';
import { resized, written, type Entry, type Image } from './disk';

const SECTOR = 512;

type Change = Extract<Entry, { kind: 'write' | 'truncate' }>;

interface FileState {
  /** What is on stable storage for certain. */
  durable: Buffer;
  /** Since the last sync: each of it may have reached the disk or not. */
  pending: Change[];
}

/**
 * What a power cut leaves after the first `cut` entries of the log. Everything synced is there. Of the rest, each
 * sector of each write may be there or not, whatever came before or after it between the same two syncs; a
 * truncation may have come through or not; files not synced into their folder may be missing, and removed ones
 * back. Sectors of one write may be split among the old and the new, never within 512 bytes of one write.
 */
export function imageAt(start: Image, log: readonly Entry[], cut: number, random: Random): Image {
  const files = new Map<number, FileState>();
  const durableNames = new Map<string, number>();
  for (const [path, durable] of start) {
    durableNames.set(path, files.size + 1);
    files.set(files.size + 1, { durable: Buffer.from(durable), pending: [] });
  }
  const pendingNames: [path: string, inode: number | undefined][] = [];
  for (const entry of log.slice(0, cut)) {
    if (entry.kind === 'create') {
      files.set(entry.inode, { durable: Buffer.alloc(0), pending: [] });
      pendingNames.push([entry.path, entry.inode]);
    } else if (entry.kind === 'remove') pendingNames.push([entry.path, undefined]);
    else if (entry.kind === 'syncFolder') applyNames(durableNames, pendingNames.splice(0));
    else if (entry.kind === 'sync') syncFile(files.get(entry.inode)!);
    else files.get(entry.inode)!.pending.push(entry);
  }
  // Some disks lose nothing, some everything, most something.
  const kept = random.pick([0, 1, random.next(), random.next()]);
  applyNames(durableNames, survivingNames(pendingNames, kept, random));
  return new Map([...durableNames].map(([path, inode]) => [path, settled(files.get(inode)!, kept, random)]));
}

function applyNames(names: Map<string, number>, changes: [string, number | undefined][]): void {
  for (const [path, inode] of changes) {
    if (inode === undefined) names.delete(path);
    else names.set(path, inode);
  }
}

/** Changes of one name keep their order; those of different names come through independently. */
function survivingNames(
  changes: readonly [string, number | undefined][],
  kept: number,
  random: Random,
): [string, number | undefined][] {
  const stopped = new Set<string>();
  return changes.filter(([path]) => {
    if (!random.chance(kept)) stopped.add(path);
    return !stopped.has(path);
  });
}

function syncFile(file: FileState): void {
  for (const change of file.pending) {
    file.durable =
      change.kind === 'truncate'
        ? Buffer.from(resized(file.durable, change.size))
        : written(file.durable, change.position, change.data);
  }
  file.pending = [];
}

function settled({ durable, pending }: FileState, kept: number, random: Random): Buffer {
  let data = durable;
  for (const change of pending) {
    if (change.kind === 'truncate') {
      if (random.chance(kept)) data = Buffer.from(resized(data, change.size));
      continue;
    }
    // The size may have come through without the content, which is then zeros or what lay there before.
    const end = change.position + change.data.length;
    if (end > data.length && random.chance(kept / 2)) data = grownWithout(data, end, random);
    for (const [from, to] of sectors(change)) {
      if (!random.chance(kept)) continue;
      data = written(data, from, change.data.subarray(from - change.position, to - change.position));
    }
  }
  return data;
}

function grownWithout(data: Buffer, size: number, random: Random): Buffer {
  const grown = resized(data, size);
  if (random.chance(0.3)) grown.fill(random.int(0, 255), data.length);
  return grown;
}

/** The ranges of the file that a write covers, cut at the sectors' edges. */
function sectors({ position, data }: Extract<Change, { kind: 'write' }>): [number, number][] {
  const ranges: [number, number][] = [];
  const end = position + data.length;
  for (let from = position; from < end;) {
    const to = Math.min(end, (Math.floor(from / SECTOR) + 1) * SECTOR);
    ranges.push([from, to]);
    from = to;
  }
  return ranges;
}
