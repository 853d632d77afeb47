/** What many timings of one thing come to. The machine is shared, so blocks are kept apart. */
export interface Summary {
  /** Median of the blocks' medians. */
  p50: number;
  /** Over all samples. */
  p99: number;
  worst: number;
  /** Lowest and highest of the blocks' medians: how much the machine itself moved. */
  noise: [number, number];
  samples: number;
}

/** The value below which the share `q` (0 to 1) of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function summarise(blocks: readonly (readonly number[])[]): Summary {
  const all = blocks.flat();
  const medians = blocks.filter((block) => block.length > 0).map(median);
  return {
    p50: median(medians),
    p99: quantile(all, 0.99),
    worst: quantile(all, 1),
    noise: [Math.min(...medians), Math.max(...medians)],
    samples: all.length,
  };
}

/** Each block against its neighbour of the same moment, so that a machine that slows down cancels out. */
export function ratio(blocks: readonly (readonly number[])[], to: readonly (readonly number[])[]): number {
  return median(blocks.map((block, i) => median(block) / median(to[i] ?? [])));
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
