import assert from 'node:assert/strict';
import type { SessionItem } from '../../../src/keeper/client';
import { daysAgo, groupSessions } from '../../../src/vscode/sessionGroups';
import { ownTitle, sessionState, sessionTitle } from '../../../src/vscode/sessionState';
import { sessionItem } from './sessions';

const now = new Date(2026, 10, 20, 15).getTime();
const at = (day: number, hour = 12) => new Date(2026, 10, day, hour).getTime();
const drawing = { now, paused: false };
const queue = (pending: number, processing = 0, failed = 0) => ({ pending, processing, failed });
const openNow = { lastActivityAt: now - 60_000 };

/** An item without an end. */
function unended(id: number, change: Parameters<typeof sessionItem>[1]) {
  const item: { endedAt?: number } = sessionItem(id, change);
  delete item.endedAt;
  return item as SessionItem;
}

describe('the groups of the sessions view', () => {
  it('put what works, waits, failed or is open first, whenever it was, and the rest under its day', () => {
    const sessions = [
      sessionItem(7, { lastActivityAt: now - 30_000 }),
      unended(1, openNow),
      sessionItem(2, { lastActivityAt: at(20, 9) }),
      sessionItem(3, { lastActivityAt: at(19) }),
      sessionItem(4, { lastActivityAt: at(3), queue: queue(0, 0, 1) }),
      sessionItem(5, { lastActivityAt: at(2), queue: queue(1) }),
      sessionItem(6, { lastActivityAt: at(2, 3) }),
    ];
    const groups = groupSessions(sessions, 'day', drawing);
    assert.deepEqual(
      groups.map(({ by, day, sessions: of }) => [by, day, of.map(({ id }) => id)]),
      [
        ['active', 0, [5, 4, 1]],
        ['day', at(20, 0), [7, 2]],
        ['day', at(19, 0), [3]],
        ['day', at(2, 0), [6]],
      ],
    );
  });

  it('by project and by agent come in the order of their newest session, what needs a look first in each', () => {
    const other = { id: 2, key: '/b', name: 'bookings', root: '/b' };
    const sessions = [
      sessionItem(4, { project: other }),
      sessionItem(3, { agent: 'codex' }),
      sessionItem(2, { project: other, queue: queue(0, 0, 2) }),
      sessionItem(1),
    ];
    const seen = (by: 'project' | 'agent') =>
      groupSessions(sessions, by, drawing).map(({ key, name, sessions: of }) => [
        key,
        name,
        ...of.map(({ id }) => id),
      ]);
    assert.deepEqual(seen('project'), [
      ['project:2', 'bookings', 2, 4],
      ['project:1', 'shop', 3, 1],
    ]);
    assert.deepEqual(seen('agent'), [
      ['agent:claude-code', 'claude-code', 2, 4, 1],
      ['agent:codex', 'codex', 3],
    ]);
  });

  it('count days by the calendar, also over the days on which the clock is changed', () => {
    assert.equal(daysAgo(at(20, 0), now), 0);
    assert.equal(daysAgo(at(19, 23), now), 1);
    assert.equal(daysAgo(at(21), now), 0, 'a clock that was ahead');
    const zone = process.env.TZ;
    try {
      for (const name of ['Europe/Berlin', 'America/New_York', 'UTC']) {
        process.env.TZ = name;
        for (let day = 1; day <= 365; day++) {
          const [one, next] = [day, day + 1].map((n) => new Date(2026, 0, n).getTime());
          assert.equal(daysAgo(one!, next!), 1, `${name}, day ${day}`);
        }
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe('what a session is called', () => {
  it('is what a person named it, else what its agent did, else its first prompt', () => {
    const session = sessionItem(1, {
      firstPrompt: '  Fix\nthe cart ',
      agentTitle: 'Cart fixes',
      title: 'Mine',
    });
    assert.equal(sessionTitle(session), 'Mine');
    assert.equal(ownTitle(session), 'Cart fixes');
    assert.equal(sessionTitle(sessionItem(1, { firstPrompt: '  Fix\nthe cart ' })), 'Fix the cart');
    assert.equal(sessionTitle(sessionItem(1, { firstPrompt: '' })), undefined);
    assert.equal(sessionTitle(sessionItem(1, { title: 'x'.repeat(200) }))?.length, 60);
  });
});

describe('the state of a session', () => {
  it('tells work from waiting, failure and an end', () => {
    const paused = { now, paused: true };
    assert.equal(sessionState(sessionItem(1, { queue: queue(1) }), drawing), 'working');
    assert.equal(sessionState(sessionItem(1, { queue: queue(1, 0, 1) }), paused), 'waiting');
    assert.equal(sessionState(sessionItem(1, { queue: queue(0, 1) }), paused), 'working');
    assert.equal(sessionState(sessionItem(1, { queue: queue(0, 0, 1) }), paused), 'failed');
    assert.equal(sessionState(unended(1, openNow), drawing), 'open');
    assert.equal(sessionState(unended(1, { lastActivityAt: now - 3_700_000 }), drawing), 'ended');
    assert.equal(sessionState(sessionItem(1, openNow), drawing), 'ended');
  });
});
