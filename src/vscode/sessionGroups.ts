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
  const groups = new Map<string, Head & { sessions: Ranked[] }>();
  const dayOf = daysOf();
  for (const session of sessions) {
    const rank = sessionStates.indexOf(sessionState(session, drawing));
    const head = headOf(session, by === 'day' && rank < ENDED ? 'active' : by, dayOf);
    const known = groups.get(head.key);
    if (known) known.sessions.push({ session, rank });
    else groups.set(head.key, { ...head, sessions: [{ session, rank }] });
  }
  const isActive = (group: Head) => Number(group.by === 'active');
  return [...groups.values()]
    .sort((a, b) => isActive(b) - isActive(a))
    .map((group) => ({
      ...group,
      sessions: group.sessions.sort((a, b) => a.rank - b.rank).map(({ session }) => session),
    }));
}

type Head = Omit<SessionGroup, 'sessions'>;
interface Ranked {
  readonly session: SessionItem;
  readonly rank: number;
}
const ENDED = sessionStates.indexOf('ended');

function headOf(session: SessionItem, by: SessionGroup['by'], dayOf: (at: number) => number): Head {
  switch (by) {
    case 'active':
      return { key: 'active', by, name: '', day: 0 };
    case 'project':
      return { key: `project:${session.project.id}`, by, name: session.project.name, day: 0 };
    case 'agent':
      return { key: `agent:${session.agent}`, by, name: session.agent, day: 0 };
    case 'day': {
      const day = dayOf(session.lastActivityAt);
      return { key: `day:${day}`, by, name: '', day };
    }
  }
}

/** `startOfDay` for times that go back: the calendar is asked once a day, not for each. */
function daysOf(): (at: number) => number {
  let day = Infinity;
  return (at) => {
    if (at < day) day = startOfDay(at);
    return day;
  };
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
