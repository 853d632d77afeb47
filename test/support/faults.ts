import { setEnvironmentData } from 'node:worker_threads';

const codes = ['', 'ENOSPC', 'EIO', 'EACCES', 'EROFS'] as const;
export type FaultCode = (typeof codes)[number];

const files = ['any', 'database', 'log'] as const;
export type FaultFile = (typeof files)[number];

/** The key under which a worker finds the memory that it shares with the test. */
export const FAULTS = 'tidemark-faults';

const slots = {
  open: 0,
  write: 1,
  sync: 2,
  file: 3,
  halfWritten: 4,
  syncDelay: 5,
  failedSyncs: 6,
  syncsAfterFailure: 7,
  checkpointPages: 8,
};
type Slot = keyof typeof slots;

/**
 * What the disk under an engine does wrong, changed by a test while the engine runs: its thread and the test
 * share it. `''` is no fault.
 */
export class Faults {
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(64)) {
    this.#cells = new Int32Array(memory);
  }

  /** For workers that are started from now on. */
  install(): void {
    setEnvironmentData(FAULTS, this.#cells.buffer);
  }

  get(slot: Slot): number {
    return Atomics.load(this.#cells, slots[slot]);
  }

  set(slot: Slot, value: number): void {
    Atomics.store(this.#cells, slots[slot], value);
  }

  count(slot: Slot): void {
    Atomics.add(this.#cells, slots[slot], 1);
  }

  code(slot: 'open' | 'write' | 'sync'): FaultCode {
    return codes[this.get(slot)]!;
  }

  /** Which calls fail from now on, and on which file. */
  fail(faults: { open?: FaultCode; write?: FaultCode; sync?: FaultCode; file?: FaultFile }): void {
    this.set('open', codes.indexOf(faults.open ?? ''));
    this.set('write', codes.indexOf(faults.write ?? ''));
    this.set('sync', codes.indexOf(faults.sync ?? ''));
    this.set('file', files.indexOf(faults.file ?? 'any'));
  }

  /** The disk is sound again. */
  heal(): void {
    this.fail({});
  }

  hits(path: string): boolean {
    const file = files[this.get('file')];
    return file === 'any' || (file === 'log') === path.endsWith('-wal');
  }
}
