import { WakeSignal } from '../base/async';
import type { Disposable } from '../base/disposable';
import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { PersistentMessage } from '../queue/message';
import type { MessageIterator } from './messageIterator';
import type { StoredSession } from './sessionStore';

/** A session in memory, as everybody but its manager sees it. */
export interface ActiveSession {
  readonly id: number;
  readonly agent: AgentId;
  readonly agentSessionId: string;
  readonly project: ProjectRef & { readonly id: number };
  /** What the person asked last; empty where it is unknown or private. */
  readonly userPrompt: string;
  readonly lastPromptNumber: number;
  /** When it became active here, ms since the epoch. */
  readonly startTime: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Claimed and neither confirmed nor given back. */
  readonly pendingProcessingIds: ReadonlySet<number>;
  /** Original time of the oldest of them, ms since the epoch. */
  readonly earliestPendingTimestamp: number | undefined;
  readonly abortController: AbortController;
  /** The work on its messages, while there is any. Never rejects. */
  readonly generator: Promise<void> | undefined;
  /** Id of the provider that works, or last worked, on it. */
  readonly provider: string | undefined;
  addUsage(provider: string, usage?: { inputTokens: number; outputTokens: number }): void;
}

/** The same, for the manager, which alone changes it. */
export class MutableSession implements ActiveSession {
  readonly id: number;
  readonly agent: AgentId;
  readonly agentSessionId: string;
  project: ActiveSession['project'];
  userPrompt: string;
  lastPromptNumber: number;
  inputTokens = 0;
  outputTokens = 0;
  abortController = new AbortController();
  generator: Promise<void> | undefined;
  provider: string | undefined;

  readonly wake = new WakeSignal();
  iterator: MessageIterator | undefined;
  /** Set while it is being deleted: no generator starts any more. */
  deletion: Promise<void> | undefined;
  queuedWhileDeleting = false;
  /** Starts that failed in a row, and the timer of the next. */
  failedStarts = 0;
  restart: Disposable | undefined;
  /** The agent has ended it: it leaves memory when its work is done. */
  ended = false;
  readonly #processing = new Map<number, PersistentMessage>();

  constructor(
    stored: StoredSession,
    readonly startTime: number,
  ) {
    this.id = stored.id;
    this.agent = stored.agent;
    this.agentSessionId = stored.agentSessionId;
    this.project = stored.project;
    this.userPrompt = stored.firstPrompt ?? '';
    this.lastPromptNumber = stored.promptCount;
  }

  get pendingProcessingIds(): ReadonlySet<number> {
    return new Set(this.#processing.keys());
  }

  get earliestPendingTimestamp(): number | undefined {
    let earliest: number | undefined;
    for (const { createdAt } of this.#processing.values()) {
      if (earliest === undefined || createdAt < earliest) earliest = createdAt;
    }
    return earliest;
  }

  addUsage(provider: string, usage?: { inputTokens: number; outputTokens: number }): void {
    this.provider = provider;
    this.inputTokens += usage?.inputTokens ?? 0;
    this.outputTokens += usage?.outputTokens ?? 0;
  }

  claimed(message: PersistentMessage): void {
    this.#processing.set(message.id, message);
  }

  /** The message was confirmed, failed or given back. */
  left(messageId: number): void {
    this.#processing.delete(messageId);
  }
}
