import type { Asked, QueueModel } from './queueModel';

export interface Totals {
  rounds: number;
  /** Messages whose acceptance was acknowledged. */
  accepted: number;
  /** Rows of acknowledged work that are missing or say something else. */
  lost: number;
  /** Rows that must not be there: a second time, half of an operation, or of nothing that was asked. */
  duplicated: number;
  /** Stores that don't open, or in which SQLite finds a defect. */
  unopenable: number;
}

export const noTotals = (): Totals => ({ rounds: 0, accepted: 0, lost: 0, duplicated: 0, unopenable: 0 });

export function isDamaged({ lost, duplicated, unopenable }: Totals): boolean {
  return lost + duplicated + unopenable > 0;
}

export interface Verdict {
  lost: number;
  duplicated: number;
  /** The first differences, for people. */
  differences: string[];
  /** How many of the operations the store holds. */
  applied: number;
  model: QueueModel;
}

/**
 * Compares a reopened store with what it must hold. The engine works in the order in which it is asked, so the
 * store must be exactly that after the first `k` operations for some `k` of `acknowledged` to all of them:
 * everything acknowledged is in it, and the rest is there as a whole or not at all.
 */
export function judge(
  before: QueueModel,
  operations: readonly Asked[],
  acknowledged: number,
  found: ReadonlyMap<string, string>,
): Verdict {
  const model = before.clone();
  operations.slice(0, acknowledged).forEach((operation) => model.apply(operation));
  let best: Verdict | undefined;
  for (let applied = acknowledged; ; applied++) {
    const verdict = compare(model, found, applied);
    if (!best || verdict.differences.length < best.differences.length) best = verdict;
    if (best.differences.length === 0 || applied >= operations.length) break;
    model.apply(operations[applied]!);
  }
  return best;
}

function compare(model: QueueModel, found: ReadonlyMap<string, string>, applied: number): Verdict {
  const expected = model.rows();
  const differences: string[] = [];
  let [lost, duplicated] = [0, 0];
  for (const [key, value] of expected) {
    const other = found.get(key);
    if (other === value) continue;
    lost++;
    differences.push(`${key} is ${other ?? 'missing'}, not ${value}`);
  }
  for (const [key, value] of found) {
    if (expected.has(key)) continue;
    duplicated++;
    differences.push(`${key} is too many: ${value}`);
  }
  return { lost, duplicated, differences, applied, model: differences.length === 0 ? model.clone() : model };
}
