import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFiles } from '../../../scripts/build';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { contextFileName, identifyProject } from '../../../src/capture/projectIdentity';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import { Supervisor } from '../../../src/keeper/supervisor';
import { eventually } from '../../support/eventually';
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

  it('pins, edits, forgets, renames, archives and deletes, and the next session is told accordingly', async () => {
    const folder = await makeFolder();
    const project = { key: '/shop/.git', name: 'shop', root: '/shop' };
    const store = await openStore(folder);
    const { id, sessionId } = await remember(store, { title: 'Money is in cents', project });
    const wrong = await remember(store, { title: 'Money is in floats', project });
    const gone = await remember(store, { title: 'Secret plan', project, session: 'gone' });
    await store.engine.close();
    const keeper = await open(folder, 'keeping');
    const { client } = await open(folder, 'following');
    const context = () =>
      readFile(join(folder, 'context', contextFileName(project)), 'utf8').catch(() => '(none)');

    let heard = 0;
    keeper.client.onDidChange((sessions) => (heard += sessions.has(sessionId) ? 1 : 0));
    assert.equal(await client.library.pin({ ids: [id], pinned: true }), 1);
    assert.equal(await client.library.forget({ memories: [{ kind: 'observation', id: wrong.id }] }), 1);
    await client.deleteSessions([gone.sessionId]);
    await eventually('the context', context, (text) => /## Pinned\n- O1 /.test(text) && !/Secret/.test(text));
    assert.doesNotMatch(await context(), /floats/);
    assert.ok(heard >= 2, `told ${heard} times`);

    const [before] = await client.library.memories({ limit: 1 });
    const { type, facts, concepts, filesRead, filesModified } = before!;
    const content = { type, facts, concepts, filesRead, filesModified, title: 'Money is in whole cents' };
    assert.equal(await client.library.edit({ id, content }), true);
    assert.equal((await keeper.client.observation(id))?.title, 'Money is in whole cents');
    await assert.rejects(client.library.edit({ id, content: { ...content, title: '' } }), {
      code: 'invalid-input',
    });

    await client.renameSession(sessionId, 'Prices');
    assert.equal(await client.archiveSessions([sessionId], true), 1);
    assert.deepEqual(await client.sessions({ limit: 5 }), []);
    const archived = await client.sessions({ limit: 5, archived: true });
    assert.deepEqual(
      archived.map((s) => s.title),
      ['Prices'],
    );
  });

  it('deletes a session that is at work: what comes after that begins it anew', async () => {
    const folder = await makeFolder();
    const { client } = await open(folder, 'keeping');
    const project = { key: '/shop/.git', name: 'shop', root: '/shop' };
    const prompt = (n: number) => ({
      ...{ v: 1 as const, id: `event-${n}`, at: n * 1_000, agent: 'claude-code' as const, project },
      event: 'UserPromptSubmit',
      payload: { session_id: 'live', hook_event_name: 'UserPromptSubmit', cwd: '/shop', prompt: `Do ${n}` },
    });
    await client.acceptEvent(prompt(1));
    const [first] = await client.sessions({ limit: 5 });
    await client.deleteSessions([first!.id]);
    assert.deepEqual(await client.sessions({ limit: 5 }), []);
    assert.deepEqual(await client.acceptEvent(prompt(2)), { captured: 'prompt' });
    const again = await client.sessions({ limit: 5 });
    assert.deepEqual(
      again.map(({ agentSessionId, firstPrompt, promptCount }) => [agentSessionId, firstPrompt, promptCount]),
      [['live', 'Do 2', 1]],
    );
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
