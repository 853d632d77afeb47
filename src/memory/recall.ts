import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { Observation, Summary } from './observation';
import type { SearchStore } from './search';

/** A note that an agent asked to have remembered. Its text has nothing private and no secret in it any more. */
export interface Note {
  readonly agent: AgentId;
  readonly project: ProjectRef;
  readonly title: string;
  readonly text: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** What agents may ask of the memory. */
export interface RecallStore extends Pick<SearchStore, 'search'> {
  observation(id: number): Promise<Observation | undefined>;
  summary(id: number): Promise<Summary | undefined>;
  /** Undefined where nothing of the project is known. */
  findProject(key: string): Promise<number | undefined>;
  /** What was remembered next before and after a time. */
  timeline(around: {
    at: number;
    projectId?: number;
    before: number;
    after: number;
  }): Promise<{ observations: Observation[]; summaries: Summary[] }>;
  /** Its id; durable when it resolves. */
  addNote(note: Note): Promise<number>;
}
