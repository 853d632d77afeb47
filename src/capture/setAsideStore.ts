import type { SetAsideReason } from './spoolRecord';

/** An event that could not be understood. Its raw text is not kept. */
export interface SetAsideEvent {
  readonly eventId: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly reason: SetAsideReason;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** Redacted, at most 200 characters; only of what could be parsed. */
  readonly head?: string;
}

/** All events of the same reason and content. */
export interface SetAside extends Omit<SetAsideEvent, 'eventId' | 'at'> {
  readonly count: number;
  /** ms since the epoch. */
  readonly lastAt: number;
}

export interface SetAsideStore {
  /** Counts the event; durable when it resolves. The same event twice is counted once. */
  setAside(event: SetAsideEvent): Promise<void>;
  /** Newest first. */
  listSetAside(limit: number): Promise<SetAside[]>;
  /** Forgets what was set aside: of one content, or all. The number of rows; durable when it resolves. */
  dismissSetAside(sha256?: string): Promise<number>;
}
