import type { Observation, Summary } from './observation';

/** What became of one tool use. */
export interface ToolOutcome {
  readonly toolUseId: string;
  readonly outcome: 'observed' | 'merged' | 'skipped' | 'discarded';
  /** The documented rule behind a skip. */
  readonly rule?: string;
}

/** Reads what is remembered. */
export interface MemoryStore {
  /** Of one session, or of one turn in it; oldest first. */
  observations(sessionId: number, promptNumber?: number): Promise<Observation[]>;
  /** Titles of what is remembered of the session's other turns than this one, newest first. */
  otherTitles(sessionId: number, promptNumber: number, limit: number): Promise<string[]>;
  /** Of one session, oldest first. */
  summaries(sessionId: number): Promise<Summary[]>;
  /** The project's newest of both, newest first. */
  recent(projectId: number, limit: number): Promise<{ observations: Observation[]; summaries: Summary[] }>;
  observation(id: number): Promise<Observation | undefined>;
  summary(id: number): Promise<Summary | undefined>;
  toolOutcomes(sessionId: number): Promise<ToolOutcome[]>;
}
