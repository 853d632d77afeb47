/** A repeatable source of chance (mulberry32). */
export class Random {
  constructor(private seed: number) {}

  /** From 0 up to, not including, 1. */
  next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number of `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Like `int`, with small numbers as likely as large ones: each power of two has the same chance. */
  magnitude(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.next());
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)]!;
  }

  /** A source of its own, so that what it is used for doesn't shift this one. */
  fork(): Random {
    return new Random(this.int(0, 0x7fffffff));
  }
}

/** Of the environment for a replay, else of the time. */
export function chosenSeed(): number {
  return Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000_000);
}
