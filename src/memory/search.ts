import type { AgentId } from '../capture/vocabulary';
import type { ObservationType } from './observation';

/**
 * What is looked for. The text is a person's, so that nothing in it is an error: words are wished for, the more the
 * better; `"quotes"` must stand there as they are, up to the endings of words; `word*` is a beginning; `-word`
 * must not be there. Without any word, the newest.
 */
export interface SearchQuery {
  readonly text: string;
  readonly projectId?: number;
  /** Observations of these types; `summary` is a summary. */
  readonly types?: readonly (ObservationType | 'summary')[];
  /** A path, or the end of one, that was read or changed. */
  readonly file?: string;
  readonly agent?: AgentId;
  /** The work was done from this time on and before that one, ms since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** At most 100. */
  readonly limit: number;
}

export interface SearchHit {
  readonly kind: 'observation' | 'summary';
  readonly id: number;
  readonly sessionId: number;
  readonly projectId: number;
  readonly agent: AgentId;
  readonly type: ObservationType | 'summary';
  readonly title: string;
  /** The place in the text that fits best, one line; the whole of a short text. */
  readonly snippet: string;
  readonly createdAt: number;
  /** Comparable within one answer only. */
  readonly score: number;
}

/** A session as a whole, by all that is remembered of it. */
export interface SessionHit {
  readonly sessionId: number;
  readonly score: number;
}

export interface SearchStore {
  /** Best first. Never rejects because of the text. */
  search(query: SearchQuery): Promise<SearchHit[]>;
  /** Best first, at most `limit`. */
  searchSessions(query: SearchQuery): Promise<SessionHit[]>;
}

/** Most hits of one search. */
export const SEARCH_LIMIT = 100;
