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
  /** What a person named it; it stays, whatever the agent says. */
  readonly title?: string;
  /** What the agent named it. */
  readonly agentTitle?: string;
  /** Put away by a person and not worked in since. */
  readonly isArchived?: true;
}

/** Which sessions, newest activity first. */
export interface SessionsQuery {
  readonly limit: number;
  /** Those behind this one in the list. */
  readonly after?: { readonly at: number; readonly id: number };
  /** Those whose names, prompts, agent or project contain this, whatever the case. */
  readonly text?: string;
  /** Archived ones alone; else those that are not. */
  readonly archived?: boolean;
  /** Only these, archived or not. */
  readonly ids?: readonly number[];
}

export interface StoredPrompt {
  readonly number: number;
  /** Empty where the whole prompt was private. */
  readonly text: string;
  readonly isPrivate: boolean;
  readonly createdAt: number;
  /** When its turn first ended, ms since the epoch; absent while nobody has told an end. */
  readonly endedAt?: number;
  /** The agent's own id of it. */
  readonly agentPromptId?: string;
}

/** Whether the session went on, or ended, without an end of this prompt's turn. Of a private one nothing is told. */
export function isInterrupted(
  prompt: StoredPrompt,
  session: Pick<StoredSession, 'promptCount' | 'endedAt'>,
): boolean {
  if (prompt.isPrivate || prompt.endedAt !== undefined) return false;
  return prompt.number < session.promptCount || session.endedAt !== undefined;
}

export interface NewPrompt {
  /** Without private parts and secrets. */
  text: string;
  /** Private as a whole: counted, its text is not stored. */
  isPrivate?: boolean;
  /** ms since the epoch. */
  at: number;
  dedupeKeys: readonly DedupeKey[];
  agentPromptId?: string;
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
  /** The number of the prompt that has this id of the agent's. */
  findPrompt(sessionId: number, agentPromptId: string): Promise<number | undefined>;
  /** The prompt's turn ended at this time, ms. One that goes on and ends again keeps its first end. */
  endPrompt(sessionId: number, number: number, at: number): Promise<void>;
  /** The number of the last prompt, 0 before the first or for an unknown session. */
  getPromptNumber(sessionId: number): Promise<number>;
  getPrompts(sessionId: number): Promise<StoredPrompt[]>;
  getSessionById(id: number): Promise<StoredSession | undefined>;
  /** Undefined where nothing is stored of it: unlike `ensureSession` it makes nothing. */
  findSession(agent: AgentId, agentSessionId: string): Promise<StoredSession | undefined>;
  listSessions(query: SessionsQuery): Promise<StoredSession[]>;
  /** An empty title takes the person's own name away again. */
  renameSession(sessionId: number, title: string): Promise<void>;
  /** What the agent itself calls it. */
  setAgentTitle(sessionId: number, title: string): Promise<void>;
  /** Archived sessions come back by themselves when they are worked in. Their number. */
  archiveSessions(sessionIds: readonly number[], archived: boolean, at: number): Promise<number>;
  /** Deletes the session with its prompts, its messages and all that is remembered of it, for good. */
  deleteSession(sessionId: number): Promise<void>;
  endSession(sessionId: number, reason: string, at: number): Promise<void>;
}
