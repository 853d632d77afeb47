import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../spoolRecord';
import { scrub } from '../scrub';

/** Longest time in which reading gives nobody else a turn, ms: it shares its thread with a person's window. */
const LONGEST_RUN_MS = 6;

/** Gives others a turn when the run has lasted long enough. */
export class Turns {
  #since = performance.now();

  async give(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_RUN_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}

/**
 * The lines of a file, decoded; `undefined` for one that is no JSON object. Holds one line at a time.
 * @throws what reading throws, and the signal's reason.
 */
export async function* readLines(file: string, signal?: AbortSignal): AsyncGenerator<JsonObject | undefined> {
  const turns = new Turns();
  const lines = createInterface({
    input: createReadStream(file, { encoding: 'utf8', ...(signal && { signal }) }),
    crlfDelay: Infinity,
  });
  for await (const line of lines) {
    if (line.trim() !== '') yield decode(line);
    await turns.give();
  }
}

/** A line as an object; `undefined` for anything else. */
export function decode(line: string): JsonObject | undefined {
  try {
    const value = JSON.parse(line) as JsonValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value as it may be kept: without private parts and secrets, bounded. */
export function clean(value: JsonValue | undefined): JsonValue {
  return value === undefined ? null : (scrub(value).value ?? null);
}

export function cleanText(text: string): string {
  const cleaned = clean(text);
  return typeof cleaned === 'string' ? cleaned : '';
}
