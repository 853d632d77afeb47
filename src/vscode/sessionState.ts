import type { SessionItem } from '../keeper/client';
import type { StoredSession } from '../session/sessionStore';
import { shorten } from './plainText';

/** What rows depend on beside their node. */
export interface Drawing {
  /** ms since the epoch. */
  now: number;
  paused: boolean;
}

/** `waiting`: it has work, but distilling is paused. The order is that of the list: what needs a look comes first. */
export const sessionStates = ['working', 'waiting', 'failed', 'open', 'ended'] as const;
export type SessionStateName = (typeof sessionStates)[number];

/** A session that was not ended counts as open this long after its last activity, ms. */
const OPEN_MS = 60 * 60 * 1_000;

export function sessionState(session: SessionItem, { now, paused }: Drawing): SessionStateName {
  const { queue, endedAt, lastActivityAt } = session;
  if (queue.processing > 0 || (queue.pending > 0 && !paused)) return 'working';
  if (queue.pending > 0) return 'waiting';
  if (queue.failed > 0) return 'failed';
  return endedAt === undefined && now - lastActivityAt < OPEN_MS ? 'open' : 'ended';
}

type Named = Pick<StoredSession, 'title' | 'agentTitle' | 'firstPrompt'>;

/** On one line: what a person named it, else its own name. Undefined where nothing is known of it. */
export function sessionTitle(session: Named): string | undefined {
  return shorten(session.title ?? '') || ownTitle(session);
}

/** What it is called where no person has named it: by its agent, else by its first prompt. */
export function ownTitle({ agentTitle, firstPrompt }: Named): string | undefined {
  return shorten(agentTitle ?? '') || shorten(firstPrompt ?? '') || undefined;
}
