import type { AgentId } from '../capture/vocabulary';
import type { Observation, ObservationContent, Summary } from './observation';

/** Names a memory, as its document and its line in a context do (`O7`, `S3`). */
export interface MemoryRef {
  readonly kind: 'observation' | 'summary';
  readonly id: number;
}

/** What observations can be gathered under. */
export const memoryGroupings = ['project', 'type', 'file', 'day'] as const;
export type MemoryGrouping = (typeof memoryGroupings)[number];

export interface MemoryGroup {
  /** A project's id, a type, a file's path, or the beginning of a day in ms since the epoch. */
  readonly key: string;
  /** For people: the project's name, else the key. */
  readonly name: string;
}

/** A place in a list that is sorted by time: what comes after this row. */
export interface After {
  readonly at: number;
  readonly id: number;
}

export interface MemoriesQuery {
  readonly group?: { readonly by: MemoryGrouping; readonly key: string };
  /** Only pinned ones. */
  readonly pinned?: boolean;
  readonly after?: After;
  readonly limit: number;
}

/** A message that an observation rests on. What it said is not kept. */
export interface SourceEvent {
  readonly messageId: number;
  /** The agent's own id of the tool use. */
  readonly toolUseId?: string;
  /** The tool's name; absent for a report or the end of a turn, and for what was distilled before this was kept. */
  readonly tool?: string;
  /** When it was done, ms since the epoch. */
  readonly at?: number;
}

/** Files of one observation that are not now as they were when it was made, or not there any more. */
export interface ChangedFiles {
  readonly id: number;
  readonly files: string[];
}

/** What was forgotten and can still be brought back. */
export interface ForgottenMemory extends MemoryRef {
  readonly sessionId: number;
  readonly title: string;
  readonly forgottenAt: number;
}

/** One session with what is remembered of it, as a file that was exported holds it. Nothing in it is an id of the store. */
export interface ExportedSession {
  readonly agent: AgentId;
  readonly agentSessionId: string;
  readonly project: { readonly key: string; readonly name: string; readonly root: string };
  readonly title?: string;
  readonly startedAt: number;
  readonly lastActivityAt: number;
  readonly prompts: readonly { readonly number: number; readonly text: string; readonly createdAt: number }[];
  readonly observations: readonly ExportedObservation[];
  readonly summaries: readonly ExportedSummary[];
}
export type ExportedObservation = ObservationContent &
  Pick<Observation, 'promptNumber' | 'createdAt' | 'provider' | 'pinnedAt' | 'editedAt' | 'subagent'>;
export type ExportedSummary = Omit<Summary, 'id' | 'sessionId' | 'projectId'>;

export interface ExportPage {
  readonly sessions: ExportedSession[];
  /** Where the next page begins; absent at the end. */
  readonly next?: number;
}

/** What came of an import: rows that were new, and those that were there already. */
export interface ImportCounts {
  readonly added: number;
  readonly known: number;
}

/** Numbers over days, for charts. Each array has one entry a day. */
export interface Insights {
  /** Observations and summaries by type. */
  readonly remembered: readonly { readonly type: string; readonly perDay: number[] }[];
  /** What paid requests used, by provider and model. */
  readonly usage: readonly {
    readonly provider: string;
    readonly model: string;
    readonly inputTokens: number[];
    readonly outputTokens: number[];
    readonly costUsd: number[];
  }[];
  /** From accepted to distilled, ms: the middle and the slowest twentieth. 0 where there was nothing. */
  readonly latency: {
    readonly messages: number[];
    readonly p50Ms: number[];
    readonly p95Ms: number[];
  };
  /** How often a session or a prompt was given context, and how many characters of it. */
  readonly context: { readonly times: number[]; readonly characters: number[] };
}

/**
 * What people see of their memory as a whole, and what they do with it. Each method takes plain data and answers
 * with plain data, so that it works from every window. What writes is durable when it resolves.
 */
export interface MemoryLibrary {
  /** In the order of their names; of days the newest first. `after` is the last key of the page before. */
  groups(args: { by: MemoryGrouping; after?: string; limit: number }): Promise<MemoryGroup[]>;
  /** Newest first. */
  memories(query: MemoriesQuery): Promise<Observation[]>;
  sources(args: { id: number }): Promise<SourceEvent[]>;
  /** Of these observations, those with files that have changed since. Files that were never looked at are not told. */
  changedFiles(args: { ids: number[] }): Promise<ChangedFiles[]>;
  /** How many are pinned, or not pinned any more, that were not so before. */
  pin(args: { ids: number[]; pinned: boolean }): Promise<number>;
  /** Replaces what it says; distilling never overwrites that again. False where it is not there any more. */
  edit(args: { id: number; content: ObservationContent }): Promise<boolean>;
  /**
   * Takes memories out of every list, search and context, for good after 30 days. What is distilled again of the
   * same work doesn't come back. Their number.
   */
  forget(args: { memories: MemoryRef[] }): Promise<number>;
  /** Brings forgotten memories back. Their number: one that is gone for good is not counted. */
  restore(args: { memories: MemoryRef[] }): Promise<number>;
  /** Newest first. */
  forgotten(args: { limit: number }): Promise<ForgottenMemory[]>;
  /** A page of all sessions, or of one project's. Begins at `from`, at first 0. */
  exportMemory(args: { projectId?: number; from: number; limit: number }): Promise<ExportPage>;
  /** Adds what is not there yet; the same file twice is the same as once. What was forgotten stays so. */
  importMemory(args: { sessions: ExportedSession[] }): Promise<ImportCounts>;
  /** `days` are the beginnings of the days in ms since the epoch, oldest first; the last one ends with now. */
  insights(args: { days: number[] }): Promise<Insights>;
}
