import type { SessionItem } from '../keeper/client';
import { type Drawing, sessionState, sessionStates } from './sessionState';

export const sessionGroupings = ['day', 'project', 'agent'] as const;
export type SessionGrouping = (typeof sessionGroupings)[number];

export interface SessionGroup {
  /** Stable: the same group has it in every refresh. */
  readonly key: string;
  readonly by: SessionGrouping | 'active';
  /** The project's name or the agent's id; empty for others. */
  readonly name: string;
  /** When the day of a `day` began, ms since the epoch; else 0. */
  readonly day: number;
  readonly sessions: readonly SessionItem[];
}

/**
 * Puts sessions under groups. By day, what works, waits, failed or is open stands in a group of its own at the top.
 * @param sessions newest activity first; groups come in the order of their newest one.
 */
export function groupSessions(
  sessions: readonly SessionItem[],
  by: SessionGrouping,
  drawing: Drawing,
): SessionGroup[] {
  const groups = new Map<string, SessionGroup & { sessions: SessionItem[] }>();
  const rank = (session: SessionItem) => sessionStates.indexOf(sessionState(session, drawing));
  const byRank = (a: SessionItem, b: SessionItem) => rank(a) - rank(b);
  const add = (session: SessionItem) => {
    const head = headOf(session, by, drawing);
    const known = groups.get(head.key);
    if (known) known.sessions.push(session);
    else groups.set(head.key, { ...head, sessions: [session] });
  };
  const isActive = (session: SessionItem) => sessionState(session, drawing) !== 'ended';
  if (by === 'day') sessions.filter(isActive).forEach(add);
  sessions.filter((session) => by !== 'day' || !isActive(session)).forEach(add);
  return [...groups.values()].map((group) => ({ ...group, sessions: group.sessions.sort(byRank) }));
}

function headOf(session: SessionItem, by: SessionGrouping, drawing: Drawing): Omit<SessionGroup, 'sessions'> {
  if (by === 'project')
    return { key: `project:${session.project.id}`, by, name: session.project.name, day: 0 };
  if (by === 'agent') return { key: `agent:${session.agent}`, by, name: session.agent, day: 0 };
  if (sessionState(session, drawing) !== 'ended') return { key: 'active', by: 'active', name: '', day: 0 };
  const day = startOfDay(session.lastActivityAt);
  return { key: `day:${day}`, by, name: '', day };
}

/** ms since the epoch, by the clock of this machine. */
function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Whole days from then to now, by the calendar of this machine; 0 for what is of today or, by another clock, later. */
export function daysAgo(at: number, now: number): number {
  // Rounded: a day in which the clock is changed has 23 or 25 hours.
  return Math.max(0, Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000));
}
