import type { AgentId, Subagent } from '../capture/vocabulary';

export const observationTypes = [
  'decision',
  'bugfix',
  'feature',
  'refactor',
  'change',
  'discovery',
  'failure',
  'note',
] as const;
export type ObservationType = (typeof observationTypes)[number];

/** What an observation says, before it has an id. */
export interface ObservationContent {
  type: ObservationType;
  title: string;
  subtitle?: string;
  narrative?: string;
  facts: string[];
  concepts: string[];
  /** Absolute paths, from captured tool evidence only. */
  filesRead: string[];
  filesModified: string[];
}

export interface Observation extends ObservationContent {
  readonly id: number;
  readonly sessionId: number;
  readonly projectId: number;
  readonly promptNumber: number;
  /** When the work happened, ms since the epoch. */
  readonly createdAt: number;
  readonly provider: string;
  readonly agent: AgentId;
  /** The sub-agent that did all of the work; absent where the session's own agent did some of it. */
  readonly subagent?: Subagent;
  /** Since when a person wants it seen first, ms since the epoch. */
  readonly pinnedAt?: number;
  /** When a person last changed what it says; distilling leaves it as it is then. */
  readonly editedAt?: number;
}

/** What a turn came to. Fields that the evidence says nothing about are absent, never guessed. */
export interface SummaryContent {
  request: string;
  investigated?: string;
  learned?: string;
  completed?: string;
  nextSteps?: string;
  filesRead: string[];
  filesModified: string[];
}

export interface Summary extends SummaryContent {
  readonly id: number;
  readonly sessionId: number;
  readonly projectId: number;
  readonly promptNumber: number;
  readonly createdAt: number;
  readonly provider: string;
}

/** Most characters of an observation's text (title, subtitle, narrative and facts joined by newlines). */
export const OBSERVATION_LIMIT = 400;
/** Most characters of a summary's text (its texts joined by newlines). */
export const SUMMARY_LIMIT = 600;

export function observationText(o: ObservationContent): string {
  return [o.title, o.subtitle, o.narrative, ...o.facts].filter(Boolean).join('\n');
}

export function summaryText(s: SummaryContent): string {
  return [s.request, s.investigated, s.learned, s.completed, s.nextSteps].filter(Boolean).join('\n');
}
