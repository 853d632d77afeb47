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

export interface NewMessage {
  sessionId: number;
  /** The prompt it belongs to, counted from 1 in its session; 0 before the first. */
  promptNumber: number;
  /** When the work happened, ms since the epoch: not when it was queued. */
  createdAt: number;
  body: MessageBody;
  /** Events with the same key are stored once. */
  dedupeKeys: string[];
}

export interface PersistentMessage {
  /** Unique for ever: ids of deleted messages are not used again. */
  readonly id: number;
  readonly sessionId: number;
  readonly promptNumber: number;
  readonly createdAt: number;
  readonly attempts: number;
  readonly body: MessageBody;
}
