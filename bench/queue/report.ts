import { rounded, type Summary } from './statistics';

/** One figure of the benchmark. */
export interface Row {
  group: string;
  /** What was measured, and at what. */
  what: string;
  contender: string;
  unit: string;
  p50?: number;
  p99?: number;
  worst?: number;
  /** Lowest and highest of the blocks' medians. */
  noise?: [number, number];
  /** Times the floor (append + fdatasync), and times better-sqlite3, block by block. */
  toFloor?: number;
  toDirect?: number;
  note?: string;
}

export interface PromiseResult {
  name: 'accept' | 'throughput' | 'wake' | 'idle' | 'host' | 'restart';
  /** Null where it could not be measured: `why` says so. */
  value: number | null;
  limit: number;
  unit: string;
  met: boolean;
  why?: string;
}

/** A promise not to go above the limit; with `atLeast`, not below it. */
export function promise(
  name: PromiseResult['name'],
  value: number | undefined,
  limit: number,
  unit: string,
  options: { atLeast?: boolean; why?: string | undefined } = {},
): PromiseResult {
  if (value === undefined || Number.isNaN(value)) {
    return { name, value: null, limit, unit, met: false, why: options.why ?? 'It was not measured.' };
  }
  const met = options.atLeast ? value >= limit : value <= limit;
  return { name, value: rounded(value), limit, unit, met };
}

export function row(
  group: string,
  what: string,
  contender: string,
  { p50, p99, worst, noise }: Summary,
  ratios: { toFloor?: number; toDirect?: number } = {},
): Row {
  return {
    ...{ group, what, contender, unit: 'ms' },
    ...{ p50: rounded(p50), p99: rounded(p99), worst: rounded(worst) },
    noise: [rounded(noise[0]), rounded(noise[1])],
    ...(ratios.toFloor !== undefined && { toFloor: rounded(ratios.toFloor, 2) }),
    ...(ratios.toDirect !== undefined && { toDirect: rounded(ratios.toDirect, 2) }),
  };
}

/** One value without a distribution. */
export function single(group: string, what: string, contender: string, unit: string, value: number): Row {
  return { group, what, contender, unit, p50: rounded(value) };
}

export function printRows(rows: readonly Row[]): void {
  const columns = ['', 'p50', 'p99', 'worst', 'blocks, min–max', '× floor', '× better'];
  let group = '';
  for (const one of rows) {
    if (one.group !== group) {
      group = one.group;
      const unit = new Set(rows.filter((other) => other.group === group).map((other) => other.unit));
      console.log(`\n${`${group}, ${[...unit].join('; ')}`.padEnd(58)}${columns.map(cell).join('')}`);
    }
    const figures =
      one.p50 === undefined
        ? `  ${one.note ?? ''}`
        : [
            '',
            shown(one.p50),
            shown(one.p99),
            shown(one.worst),
            one.noise ? one.noise.map(shown).join('–') : '',
            shown(one.toFloor),
            shown(one.toDirect),
          ]
            .map(cell)
            .join('') + (one.note ? `  ${one.note}` : '');
    console.log(`  ${one.what.padEnd(34)}${one.contender.padEnd(22)}${figures}`);
  }
}

function cell(text: string, column: number): string {
  return column === 0 ? '' : text.padStart(column === 4 ? 18 : 10);
}

function shown(value: number | undefined): string {
  if (value === undefined) return '';
  return value >= 1_000 ? String(Math.round(value)) : String(value >= 10 ? rounded(value, 1) : value);
}

export function printPromises(promises: readonly PromiseResult[]): void {
  console.log('\nPromises');
  for (const { name, value, limit, unit, met, why } of promises) {
    const bound = name === 'throughput' ? 'at least' : 'at most';
    console.log(
      `  ${name.padEnd(12)}${met ? 'met    ' : 'NOT MET'}  ${value ?? 'not measured'} ${unit} (${bound} ${limit})${why ? `: ${why}` : ''}`,
    );
  }
}
