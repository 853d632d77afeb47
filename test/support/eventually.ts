const pollMs = 50;

export class ConditionTimeout extends Error {
  constructor(what: string, timeoutMs: number, last: string) {
    super(`Waited ${timeoutMs} ms for ${what}; last seen: ${last}`);
    this.name = 'ConditionTimeout';
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Reads until `accept` holds and returns that reading. A `read` that throws counts as not yet: elements come
 * and go while the workbench draws. The error says what was seen last.
 */
export async function eventually<T>(
  what: string,
  read: () => Promise<T> | T,
  accept: (value: T) => boolean = Boolean,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: string;
    try {
      const value = await read();
      if (accept(value)) return value;
      last = JSON.stringify(value) ?? 'undefined';
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() >= deadline) throw new ConditionTimeout(what, timeoutMs, last.slice(0, 2000));
    await pause(pollMs);
  }
}
