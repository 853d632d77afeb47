import type { CaptureOutcome } from './capture';

/** What became of events. `total` is more than the sum of the others when one was lost. */
export interface EventCounts {
  total: number;
  captured: number;
  /** By rule. */
  ignored: Record<string, number>;
  setAside: number;
}

export function noEvents(): EventCounts {
  return { total: 0, captured: 0, ignored: {}, setAside: 0 };
}

/** Adds an outcome; not to `total`, which is counted where events come in. */
export function countOutcome(counts: EventCounts, outcome: CaptureOutcome): void {
  if ('captured' in outcome) counts.captured++;
  else if ('setAside' in outcome) counts.setAside++;
  else counts.ignored[outcome.ignored] = (counts.ignored[outcome.ignored] ?? 0) + 1;
}
