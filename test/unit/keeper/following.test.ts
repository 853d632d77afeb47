import assert from 'node:assert/strict';
import { engineFiles } from '../../../scripts/build';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { identifyProject } from '../../../src/capture/projectIdentity';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import { Supervisor } from '../../../src/keeper/supervisor';
import { makePausedStore } from '../../support/pausedStore';
import { remember } from '../../support/remember';
import { makeFolder, openStore, removeFolders } from '../../support/store';

describe('a window that follows', () => {
  const windows: Supervisor[] = [];

  async function open(folder: string, kind: string, chooseProvider = () => {}): Promise<Supervisor> {
    const window = new Supervisor({
      ...{ folder, engineFiles, provider: createBuiltinProvider(), clock: systemClock, log: silentLogger },
      ...{ version: '1.2.3', chooseProvider },
    });
    windows.push(window);
    const reached = new Promise<void>((resolve) => {
      window.onDidChangeState((state) => void (state.kind === kind && resolve()));
    });
    window.start();
    await reached;
    return window;
  }

  afterEach(async () => {
    for (const window of windows.splice(0).reverse()) await window.stop();
  });
  after(removeFolders);

  it('searches like the one that keeps, in all projects, in one by its key, and in one by its folder', async () => {
    const [folder, work] = [await makeFolder(), await makeFolder()];
    const project = identifyProject(work);
    const other = { key: '/other/.git', name: 'other', root: '/other' };
    const store = await openStore(folder);
    await remember(store, { title: 'Fixed the invoice rounding', narrative: 'Cents were floats.', project });
    await remember(store, { title: 'Invoice template', project: other, session: 'o' });
    await store.engine.close();
    const clients = [await open(folder, 'keeping'), await open(folder, 'following')].map((w) => w.client);
    for (const client of clients) {
      const titles = async (scope?: object) =>
        (await client.search({ text: 'invoices', limit: 10 }, scope)).map(({ title }) => title).sort();
      assert.deepEqual(await titles(), ['Fixed the invoice rounding', 'Invoice template']);
      assert.deepEqual(await titles({ projectKey: other.key }), ['Invoice template']);
      assert.deepEqual(await titles({ folder: work }), ['Fixed the invoice rounding']);
      assert.deepEqual(await titles({ projectKey: '/unknown' }), []);
      const [hit] = await client.search({ text: 'floats', limit: 1 });
      assert.deepEqual([hit?.kind, hit?.type, hit?.snippet], ['observation', 'note', 'Cents were floats.']);
    }
  });

  it('shows what would be sent, and what today has cost', async () => {
    const folder = await makeFolder();
    await makePausedStore(folder);
    const keeper = await open(folder, 'keeping');
    const { client } = await open(folder, 'following');
    const [text, ...others] = await client.preview(1);
    assert.match(text!, /never on Sundays/);
    assert.deepEqual([text, ...others], await keeper.client.preview(1));
    assert.deepEqual(client.status(), keeper.client.status());
    assert.match(client.status().pricesAsOf, /^\d{4}-\d\d-\d\d$/);
  });

  it('has the one that keeps choose its provider anew', async () => {
    const folder = await makeFolder();
    const asked: string[] = [];
    let heard = () => {};
    const chosen = new Promise<void>((resolve) => (heard = resolve));
    await open(folder, 'keeping', () => {
      asked.push('keeper');
      heard();
    });
    const follower = await open(folder, 'following', () => asked.push('follower'));
    follower.providerChanged();
    await chosen;
    assert.deepEqual(asked, ['keeper']);
  });
});
