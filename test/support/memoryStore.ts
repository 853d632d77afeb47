import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { systemClock } from '../../src/base/clock';
import type { ProjectRef } from '../../src/capture/vocabulary';
import { EngineLibrary } from '../../src/storage/library';
import { remember, type Remembered } from './remember';
import { openStore } from './store';

const DAY = 24 * 3_600_000;

const shop: ProjectRef = { key: '/home/dev/shop/.git', name: 'shop', root: '/home/dev/shop' };
const docs: ProjectRef = { key: '/home/dev/docs/.git', name: 'docs', root: '/home/dev/docs' };

/** A store of one project with many notes, the newest called `Note 1`. */
export async function storeWithNotes(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const store = await openStore(folder);
  const now = Date.now();
  for (let i = count; i > 0; i--)
    await remember(store, { project: shop, title: `Note ${i}`, at: now - i * 1_000 });
  await store.engine.close();
}

/** A store of two projects. @param file one that exists: it is known as it is now. */
export async function storeWithMemory(folder: string, file: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const store = await openStore(folder);
  const now = Date.now();
  const all: Remembered[] = [
    {
      ...{ title: 'Fixed the total of the cart', type: 'bugfix', narrative: 'It summed floats.' },
      ...{
        facts: ['Sums are in cents', 'A test holds it'],
        filesModified: [file],
        session: 'cart',
        at: now - 60_000,
      },
    },
    {
      ...{ title: 'Prices are stored in cents', type: 'decision', facts: ['Floats lose money'] },
      ...{ filesRead: [file], session: 'cart', at: now - 120_000 },
    },
    { title: 'The checkout test is flaky', type: 'discovery', session: 'checkout', at: now - DAY },
    { title: 'Rounding failed on the server', type: 'failure', session: 'checkout', at: now - DAY - 1_000 },
    {
      ...{ title: 'Split the guide into chapters', type: 'refactor', session: 'guide', at: now - 3 * DAY },
      ...{ project: docs, agent: 'codex', filesModified: ['/home/dev/docs/guide.md'] },
    },
  ];
  const prompts = new Map([
    ['cart', 'The cart shows a wrong total'],
    ['checkout', 'Why does checkout fail now and then?'],
    ['guide', 'Tidy the guide'],
  ]);
  const library = new EngineLibrary(store.engine, systemClock);
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  for (const one of all) {
    const { id, sessionId } = await remember(store, { project: shop, ...one });
    const text = prompts.get(one.session!);
    prompts.delete(one.session!);
    if (text) await store.sessions.addPrompt(sessionId, { text, at: one.at!, dedupeKeys: [] });
    const files = [...(one.filesRead ?? []), ...(one.filesModified ?? [])];
    if (files.includes(file)) await library.setFileHashes([{ observationId: id, path: file, sha256 }]);
  }
  await store.engine.close();
}
