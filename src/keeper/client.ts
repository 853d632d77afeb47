import type { ProviderPause } from '../distill/providerPause';
import type { Event } from '../base/event';
import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { ImportTarget } from '../capture/transcripts/importTranscripts';
import type { DayUsage, ProviderUsage } from '../distill/usage';
import type { SetAside } from '../capture/setAsideStore';
import type { MemoryLibrary } from '../memory/library';
import type { Observation, Summary } from '../memory/observation';
import type { SearchHit, SearchQuery } from '../memory/search';
import type { QueueCounts, QueuedMessage } from '../queue/message';
import type { QueuedWork } from '../session/sessionManager';
import type { SessionsQuery, StoredPrompt, StoredSession } from '../session/sessionStore';

/** A session as a list shows it. */
export interface SessionItem extends StoredSession {
  readonly queue: QueueCounts;
}

/** A session that has messages. */
export interface QueuedSession {
  readonly session: SessionItem;
  /** When the oldest work that waits was done, ms since the epoch. */
  readonly oldestAt: number;
}

/** Everything beneath one session. */
export interface SessionDetail {
  readonly session: StoredSession;
  readonly prompts: StoredPrompt[];
  readonly observations: Observation[];
  readonly summaries: Summary[];
  /** At most `MESSAGE_LIMIT`; `queue` of the session has the whole number. */
  readonly messages: QueuedMessage[];
  /** What paid requests for its memory came to, by provider and model. */
  readonly usage: ProviderUsage[];
}

/** Most queued messages that a session's detail holds. */
export const MESSAGE_LIMIT = 100;

export interface StoreStatus {
  readonly queue: QueueCounts;
  /** By a person. */
  readonly paused: boolean;
  /** By the provider itself. */
  readonly providerPause?: ProviderPause;
  /** Size of the database file, bytes. */
  readonly sizeBytes: number;
  /** `large`: beyond what a person should be asked about. */
  readonly warning?: 'large';
  /** Id of the provider that distils. */
  readonly provider: string;
  /** The model that it asks; absent where there is none. */
  readonly model?: string;
  /** What paid requests came to since the day began. */
  readonly today: DayUsage;
  /** The day of the price list by which that was counted, as `2026-11-20`. */
  readonly pricesAsOf: string;
}

/** An agent's session, by the names that the agent has for it. */
export interface SessionRef {
  readonly agent: AgentId;
  readonly agentSessionId: string;
  readonly project: ProjectRef;
}

/** When work was done, and the name under which it is accepted once, however often it is sent. */
export interface WorkOrigin {
  /** ms since the epoch. */
  readonly at: number;
  readonly key: string;
}

export interface NewObservation {
  readonly session: SessionRef;
  readonly work: QueuedWork;
  readonly origin: WorkOrigin;
}

export interface NewSummary {
  readonly session: SessionRef;
  readonly lastUserMessage: string;
  readonly lastAssistantMessage: string;
  readonly origin: WorkOrigin;
}

export interface Queued {
  readonly sessionId: number;
  /** It was accepted before, under the same key. */
  readonly duplicate: boolean;
}

/** Only memory of one project: the one that a folder on this machine belongs to, or the one with a key. */
export interface SearchScope {
  readonly folder?: string;
  readonly projectKey?: string;
}

/**
 * What views, commands and other extensions may ask of the store, whichever window keeps it. A call that is made
 * while the store passes from one window to another waits; all reject when it can't be opened.
 */
export interface TidemarkClient extends ImportTarget {
  status(): StoreStatus;
  /** What is remembered as a whole, and what people do with it. */
  readonly library: MemoryLibrary;
  sessions(query: SessionsQuery): Promise<SessionItem[]>;
  /** An empty title takes the person's own name away again. Durable when it resolves, like all that writes. */
  renameSession(id: number, title: string): Promise<void>;
  /** Archived sessions come back by themselves when they are worked in. Their number. */
  archiveSessions(ids: readonly number[], archived: boolean): Promise<number>;
  /** With their prompts, their messages and all that is remembered of them, for good. */
  deleteSessions(ids: readonly number[]): Promise<void>;
  /** The one that has waited longest first. */
  queuedSessions(limit: number): Promise<QueuedSession[]>;
  messages(sessionId: number, limit: number): Promise<QueuedMessage[]>;
  /** What could not be understood, newest first. */
  setAside(limit: number): Promise<SetAside[]>;
  /** Forgets what was set aside: of one content, or all. Its number. */
  dismissSetAside(sha256?: string): Promise<number>;
  session(id: number): Promise<SessionDetail | undefined>;
  observation(id: number): Promise<Observation | undefined>;
  summary(id: number): Promise<Summary | undefined>;
  /**
   * Exactly what a language model would be sent of what waits in a session, request by request, of at most
   * `MESSAGE_LIMIT` messages.
   */
  preview(sessionId: number): Promise<string[]>;
  /** Failed messages, all or these, are tried again. Their number; durable when it resolves. */
  retryFailed(messageIds?: readonly number[]): Promise<number>;
  /** Failed messages, all or these, are deleted for good. Their number; durable when it resolves. */
  discardFailed(messageIds?: readonly number[]): Promise<number>;
  /** Durable when it resolves: distilling stays paused over restarts. */
  setPaused(paused: boolean): Promise<void>;
  /** Durable when it resolves. Private parts and secrets are taken out before anything is sent or written. */
  queueObservation(observation: NewObservation): Promise<Queued>;
  /** Like `queueObservation`. */
  queueSummary(summary: NewSummary): Promise<Queued>;
  /** Best first. Never rejects because of the text. */
  search(query: SearchQuery, scope?: SearchScope): Promise<SearchHit[]>;
  /** Reads the spool again: its watcher may have missed an event. */
  rescan(): Promise<void>;
  /** Announces sessions whose rows, queue or memory have changed; an empty set where only the status has. */
  readonly onDidChange: Event<ReadonlySet<number>>;
}
