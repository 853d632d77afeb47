import type { Observation, Summary } from './observation';

/** What became of one tool use. */
export interface ToolOutcome {
  readonly toolUseId: string;
  readonly outcome: 'observed' | 'merged' | 'skipped' | 'discarded';
  /** The documented rule behind a skip. */
  readonly rule?: string;
}

/** What a project's context is made of, each newest first. */
export interface RecentMemory {
  readonly observations: Observation[];
  /** However old they are; the recent ones of them are among `observations`, too. */
  readonly pinned: Observation[];
  readonly summaries: Summary[];
}

/** Reads what is remembered. */
export interface MemoryStore {
  /** Of one session, or of one turn in it; oldest first. */
  observations(sessionId: number, promptNumber?: number): Promise<Observation[]>;
  /** Titles of what is remembered of the session's other turns than this one, newest first. */
  otherTitles(sessionId: number, promptNumber: number, limit: number): Promise<string[]>;
  /** Of one session, oldest first. */
  summaries(sessionId: number): Promise<Summary[]>;
  /** At most `limit` of each; at most 50 that are pinned. */
  recent(projectId: number, limit: number): Promise<RecentMemory>;
  observation(id: number): Promise<Observation | undefined>;
  summary(id: number): Promise<Summary | undefined>;
  toolOutcomes(sessionId: number): Promise<ToolOutcome[]>;
}
