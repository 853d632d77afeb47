import type { ToolUse, Subagent } from '../capture/vocabulary';

/**
 * What waits to be distilled. An observation message is one piece of evidence; a summary message closes a turn.
 */
export type MessageBody =
  | { kind: 'observation'; use: ToolUse }
  /** A sub-agent's last words. */
  | { kind: 'observation'; report: { text: string; subagent: Subagent } }
  | { kind: 'summary'; lastUserMessage: string; lastAssistantMessage: string; failure?: string };

/**
 * A message's life:
 *
 *   pending ──claim──▶ processing ──results stored, row deleted (one transaction)──▶ gone
 *      ▲                  │  │
 *      │◀──release────────┘  │   consumer broke off: no attempt burned
 *      │◀──failed attempt────┤   attempts + 1, `availableAt` later
 *      │                     └──▶ failed   attempts used up, with the reason
 *      │◀──retry───────────────────┘  │
 *      └──────────────────────────────┴──discard──▶ gone
 */
export type MessageState = 'pending' | 'processing' | 'failed';

/**
 * Names an event, so that it is accepted once. With `withinMs` two events of this name are the same only
 * when they are no further apart than that: for names made from the payload alone, which can recur.
 */
export interface DedupeKey {
  key: string;
  withinMs?: number;
}

export interface NewMessage {
  sessionId: number;
  /** The prompt it belongs to, counted from 1 in its session; 0 before the first. */
  promptNumber: number;
  /** When the work happened, ms since the epoch: not when it was queued. */
  createdAt: number;
  body: MessageBody;
  dedupeKeys: readonly DedupeKey[];
}

export interface PersistentMessage {
  /** Unique for ever: ids of deleted messages are not used again. */
  readonly id: number;
  readonly sessionId: number;
  readonly promptNumber: number;
  readonly createdAt: number;
  /** Failed attempts so far. */
  readonly attempts: number;
  /** The last message of the batch that it was sealed into; absent where it is in none. */
  readonly batch?: number;
  readonly body: MessageBody;
}

/** A message as people see it in the queue. */
export interface QueuedMessage extends PersistentMessage {
  readonly state: MessageState;
  /** Not tried again before this time, ms since the epoch. */
  readonly availableAt: number;
  /** Why the last attempt failed. */
  readonly error?: string;
}

export interface QueueCounts {
  readonly pending: number;
  readonly processing: number;
  readonly failed: number;
}
