import { readFileSync } from 'node:fs';
import { StorageFailedError } from '../errors';

/** Says under whose term of ownership the file may be written: as long as `file` holds the text `term`. */
export interface Fence {
  file: string;
  term: string;
}

/**
 * An error when somebody else's term has begun, or this one was ended. Ownership ends only after the engine's
 * thread has, so this is a second guard, for what should not happen: an owner that was declared dead (a frozen
 * container, another computer, a record deleted by hand) and comes back. It is asked before each transaction;
 * what has begun to be written by then is not called back.
 */
export function refusal({ file, term }: Fence): StorageFailedError | undefined {
  try {
    if (readFileSync(file, 'utf8').includes(term)) return undefined;
  } catch (cause) {
    return new StorageFailedError('Who owns the store can’t be read, so nothing more is written.', { cause });
  }
  return new StorageFailedError('Another window owns the store, so nothing more is written.');
}
