import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { DedupeKey } from '../queue/message';

/** A session's durable row. */
export interface StoredSession {
  readonly id: number;
  readonly agent: AgentId;
  readonly agentSessionId: string;
  readonly project: ProjectRef & { readonly id: number };
  /** Absent before the first prompt; empty where that was private. */
  readonly firstPrompt?: string;
  /** Prompts so far; the last one has this number. */
  readonly promptCount: number;
  readonly startedAt: number;
  readonly lastActivityAt: number;
  readonly endedAt?: number;
  readonly endReason?: string;
}

export interface StoredPrompt {
  readonly number: number;
  /** Empty where the whole prompt was private. */
  readonly text: string;
  readonly isPrivate: boolean;
  readonly createdAt: number;
}

export interface NewPrompt {
  /** Without private parts and secrets. */
  text: string;
  /** Private as a whole: counted, its text is not stored. */
  isPrivate?: boolean;
  /** ms since the epoch. */
  at: number;
  dedupeKeys: readonly DedupeKey[];
}

/** Makes and reads the durable rows of sessions. What a promise of a write stands for is on disk when it resolves. */
export interface SessionStore {
  /**
   * The session of this agent and id, made if it is not there. A resumed session is open again. An empty
   * stored project is replaced by the given one; any other stays, wherever the agent has moved since.
   */
  ensureSession(
    agent: AgentId,
    agentSessionId: string,
    project: ProjectRef,
    at: number,
  ): Promise<StoredSession>;
  /** Adds the session's next prompt; one that was added before (by its keys) changes nothing. */
  addPrompt(sessionId: number, prompt: NewPrompt): Promise<{ number: number; duplicate: boolean }>;
  /** The number of the last prompt, 0 before the first or for an unknown session. */
  getPromptNumber(sessionId: number): Promise<number>;
  getPrompts(sessionId: number): Promise<StoredPrompt[]>;
  getSessionById(id: number): Promise<StoredSession | undefined>;
  /** Newest activity first. */
  listSessions(limit: number): Promise<StoredSession[]>;
  endSession(sessionId: number, reason: string, at: number): Promise<void>;
}
