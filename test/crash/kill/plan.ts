/** Where the process kills itself: at its n-th call that changes something on disk, counted over all its engines. */
export interface KillPoint {
  call: number;
  /** `inside` a write, half of it is written. */
  where: 'before' | 'inside' | 'after';
}

/** What the tests' worker is told beside what the engine tells it. */
export interface WorkerPlan {
  kill?: KillPoint;
  /** One number, shared by the workers of a process: the calls so far. */
  counter: SharedArrayBuffer;
  /** Pages after which the log is written back: few, so that kills hit that as well. */
  checkpointPages: number;
  /** The negative control: no journal and no syncs. */
  unsafe: boolean;
}

export interface ChildPlan extends Omit<WorkerPlan, 'counter'> {
  file: string;
  workerFile: string;
  wasmFile: string;
  seed: number;
  /** Number of the round in the life of the store. */
  name: string;
}

/** The key under which `setEnvironmentData` carries the `WorkerPlan`. */
export const PLAN = 'tidemark-kill-plan';

/**
 * What the child says, a line each: an operation before it is asked, its answer as soon as it is there, and why it
 * ended by itself.
 */
export type Said =
  ['ask', name: string, args: unknown] | ['ack', index: number, answer: unknown] | ['failed', why: string];
