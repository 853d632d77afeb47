import type { SessionItem } from '../../../src/keeper/client';
import type { SessionsQuery } from '../../../src/session/sessionStore';

/** A session that ended, of no queue. */
export function sessionItem(id: number, change: Partial<SessionItem> = {}): SessionItem {
  return {
    ...{ id, agent: 'claude-code', agentSessionId: `s${id}`, firstPrompt: `Prompt ${id}`, promptCount: 1 },
    project: { id: 1, key: '/home/dev/shop', name: 'shop', root: '/home/dev/shop' },
    ...{ startedAt: id, lastActivityAt: id, endedAt: id },
    queue: { pending: 0, processing: 0, failed: 0 },
    ...change,
  };
}

/** Sessions as the store answers for them; counts how many rows were read. */
export class FakeSessions {
  readonly all = new Map<number, SessionItem>();
  rowsRead = 0;
  /** Called before each answer. */
  before: () => void = () => undefined;

  constructor(sessions: readonly SessionItem[]) {
    for (const session of sessions) this.all.set(session.id, session);
  }

  async sessions({ limit, after, text, archived = false, ids }: SessionsQuery): Promise<SessionItem[]> {
    this.before();
    const found = [...this.all.values()]
      .filter(({ id }) => !ids || ids.includes(id))
      .filter((session) => ids !== undefined || (session.isArchived ?? false) === archived)
      .filter((session) => (session.firstPrompt ?? '').includes(text ?? ''))
      .sort((a, b) => b.lastActivityAt - a.lastActivityAt || b.id - a.id)
      .filter(({ lastActivityAt: at, id }) => !after || at < after.at || (at === after.at && id < after.id))
      .slice(0, limit);
    this.rowsRead += found.length;
    return found;
  }

  async queuedSessions() {
    const queued = [...this.all.values()].filter(({ queue }) => queue.pending + queue.failed > 0);
    return queued.map((session) => ({ session, oldestAt: session.lastActivityAt }));
  }
}
