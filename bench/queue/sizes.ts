import type { StoreShape } from './fixture';

/** How much is measured. */
export interface Sizes {
  /** From small to large; the first and the last with nothing waiting show whether cost grows with the file. */
  stores: readonly StoreShape[];
  /** Rounds of warming up: what runs for days is measured as it runs then, compiled by the machine's compilers. */
  latency: { warmUp: number; blocks: number; rounds: number };
  /** Enqueues and claims of sql.js with export() in all. */
  exportedRounds: number;
  producers: readonly number[];
  throughput: { blocks: number; blockMs: number };
  wake: { blocks: number; rounds: number };
  restart: { pending: number; rounds: number };
  host: { blocks: number; blockMs: number; idleMs: number };
  /** File under the keeper whose memory and delays are measured, MB. */
  hostMegabytes: number;
}

export const full: Sizes = {
  // 100,000 waiting messages of real size are more than 50 MB by themselves.
  stores: [
    { megabytes: 1, depth: 0 },
    { megabytes: 1, depth: 1_000 },
    { megabytes: 50, depth: 0 },
    { megabytes: 50, depth: 1_000 },
    { megabytes: 500, depth: 1_000 },
    { megabytes: 500, depth: 100_000 },
    { megabytes: 500, depth: 0 },
  ],
  latency: { warmUp: 400, blocks: 15, rounds: 40 },
  exportedRounds: 10,
  producers: [1, 4, 16, 32, 64],
  throughput: { blocks: 15, blockMs: 150 },
  wake: { blocks: 15, rounds: 40 },
  restart: { pending: 10_000, rounds: 9 },
  host: { blocks: 8, blockMs: 2_000, idleMs: 10_000 },
  hostMegabytes: 500,
};

export const quick: Sizes = {
  stores: [
    { megabytes: 1, depth: 0 },
    { megabytes: 20, depth: 1_000 },
    { megabytes: 50, depth: 10_000 },
    { megabytes: 50, depth: 0 },
  ],
  latency: { warmUp: 300, blocks: 7, rounds: 16 },
  exportedRounds: 2,
  producers: [1, 4, 16, 32, 64],
  throughput: { blocks: 7, blockMs: 50 },
  wake: { blocks: 5, rounds: 20 },
  restart: { pending: 10_000, rounds: 3 },
  host: { blocks: 3, blockMs: 1_000, idleMs: 3_000 },
  hostMegabytes: 20,
};

/** Not to judge by: it shows that everything can still be measured. */
export const brief: Sizes = {
  stores: [
    { megabytes: 1, depth: 0 },
    { megabytes: 1, depth: 100 },
  ],
  latency: { warmUp: 20, blocks: 2, rounds: 8 },
  exportedRounds: 1,
  producers: [1, 32],
  throughput: { blocks: 3, blockMs: 30 },
  wake: { blocks: 2, rounds: 5 },
  restart: { pending: 500, rounds: 1 },
  host: { blocks: 1, blockMs: 300, idleMs: 300 },
  hostMegabytes: 1,
};
