import type { TidemarkClient } from '../../src/keeper/client';
import { memoryGroupings } from '../../src/memory/library';
import { lastDays } from '../../src/vscode/insights/days';

/** What a view asks for at once, by the name of what a person does. Each run asks for something else. */
export type Operation = readonly [name: string, run: (index: number) => Promise<unknown>];

const PAGE = 50;
const MEMORIES = 100;

/** Words as they come from the keyboard. */
const typed = [
  'retry charge customer',
  'checkout handler',
  'timer never cleared',
  'src/cart/store',
  'npm test failed',
];

/** Everything that the views of a window ask of a store. The client must be connected. */
export async function operations(client: TidemarkClient): Promise<Operation[]> {
  const { library } = client;
  const sessions = await client.sessions({ limit: 1_000 });
  const groups = new Map(
    await Promise.all(
      memoryGroupings.map(async (by) => [by, await library.groups({ by, limit: 200 })] as const),
    ),
  );
  const keystrokes = typed.flatMap((text) => Array.from(text, (_, i) => text.slice(0, i + 1)));
  return [
    ['sessions: first page', () => client.sessions({ limit: PAGE + 1 })],
    [
      'sessions: a further page',
      (i) => {
        const { lastActivityAt, id } = sessions[(i * 29) % sessions.length]!;
        return client.sessions({ limit: PAGE + 1, after: { at: lastActivityAt, id } });
      },
    ],
    [
      'sessions: filter',
      (i) => client.sessions({ limit: PAGE + 1, text: typed[i % typed.length]!.slice(0, 6) }),
    ],
    ['sessions: expand one', (i) => client.session(sessions[(i * 37) % sessions.length]!.id)],
    ['queue: sessions', () => client.queuedSessions(100)],
    ...memoryGroupings.map((by): Operation => [
      `memory: groups by ${by}`,
      () => library.groups({ by, limit: 200 }),
    ]),
    ...memoryGroupings.map((by): Operation => [
      `memory: expand a ${by}`,
      (i) => {
        const all = groups.get(by)!;
        return library.memories({ group: { by, key: all[i % all.length]!.key }, limit: MEMORIES });
      },
    ]),
    ['memory: pinned', () => library.memories({ pinned: true, limit: MEMORIES })],
    [
      'search: a key is pressed',
      (i) => client.search({ text: keystrokes[i % keystrokes.length]!, limit: 50 }),
    ],
    ['insights: 30 days', () => library.insights({ days: lastDays(30, new Date()) })],
    ['insights: 90 days', () => library.insights({ days: lastDays(90, new Date()) })],
  ];
}
