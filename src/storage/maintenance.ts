import type { Clock } from '../base/clock';
import type { StoreSize, TrimArgs } from './queries/maintenance';
import type { Engine } from './sqljs/engine';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long things are kept, ms. */
export const retention = {
  /** Failed messages, since their last attempt. */
  failed: 30 * DAY_MS,
  /** Names of accepted events. Spool files and hooks that come twice do so within seconds or at the next start. */
  seen: 30 * DAY_MS,
  setAside: 90 * DAY_MS,
  /** What forgotten memories said: so long they can be brought back. */
  forgotten: 30 * DAY_MS,
} as const;

/** Rows and pages that one slice may touch: a few ms of work, between which everything else has its turn. */
const SLICE_ROWS = 200;
const SLICE_PAGES = 64;
/** Free pages are used again by later work; only more than this is given back, bytes. */
const KEPT_FREE_BYTES = 4_000_000;

/**
 * Forgets what has served its time and gives free space back, in slices: each is an operation of its own, so
 * that nobody who wants something accepted waits for more than one of them.
 * @returns the size afterwards. @throws what the engine throws.
 */
export async function maintain(engine: Engine, clock: Clock, signal: AbortSignal): Promise<StoreSize> {
  const now = clock.now();
  const args: TrimArgs = {
    failedBefore: now - retention.failed,
    seenBefore: now - retention.seen,
    setAsideBefore: now - retention.setAside,
    forgottenBefore: now - retention.forgotten,
    limit: SLICE_ROWS,
  };
  while (!signal.aborted && (await engine.call('trim', args)) >= SLICE_ROWS);
  let size = await engine.call('storeSize', {});
  while (!signal.aborted && size.freeBytes > KEPT_FREE_BYTES) {
    const { freeBytes } = size;
    size = await engine.call('giveBack', { pages: SLICE_PAGES });
    if (size.freeBytes >= freeBytes) break;
  }
  return size;
}
