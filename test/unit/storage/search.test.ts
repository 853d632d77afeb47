import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { root } from '../../../scripts/build';
import { systemClock } from '../../../src/base/clock';
import type { SearchQuery } from '../../../src/memory/search';
import { IndexDamagedError } from '../../../src/storage/errors';
import { EngineSearchStore } from '../../../src/storage/searchStore';
import { remember } from '../../support/remember';
import { makeFolder, openStore, project, removeFolders, type OpenStore } from '../../support/store';

const DAY = 24 * 3_600_000;

describe('Search', () => {
  let folder: string;
  let store: OpenStore;
  let search: EngineSearchStore;
  beforeEach(async () => {
    folder = await makeFolder();
    await open();
  });
  afterEach(() => store.engine.close());
  after(removeFolders);

  const open = async () => {
    store = await openStore(folder);
    search = new EngineSearchStore(store.engine, systemClock);
  };
  const find = async (text: string, more: Partial<SearchQuery> = {}) =>
    (await search.search({ text, limit: 10, ...more })).map(({ title }) => title);
  /** Does something to the closed file, as another writer of the store would. */
  const onFile = async (script: string) => {
    await store.engine.close();
    const runner = join(root, 'test/support/runOnFile.ts');
    const args = ['--require', 'tsx/cjs', runner, join(folder, 'tidemark.db')];
    execFileSync(process.execPath, args, { input: script, cwd: root });
    await open();
  };

  it('finds what is remembered as soon as that is stored', async () => {
    const { id, sessionId } = await remember(store, {
      title: 'Fixed the login redirect',
      narrative: 'The session cookie was written after the redirect.',
      type: 'bugfix',
      at: 5 * DAY,
    });
    await remember(store, { title: 'Added a chart', session: 'other' });

    const [hit, ...others] = await search.search({ text: 'which cookies broke redirects?', limit: 10 });
    assert.deepEqual(others, []);
    const { score, ...rest } = hit!;
    assert.ok(score > 0);
    assert.deepEqual(rest, {
      ...{ kind: 'observation', id, sessionId, agent: 'claude-code', type: 'bugfix', createdAt: 5 * DAY },
      projectId: (await store.sessions.getSessionById(sessionId))!.project.id,
      title: 'Fixed the login redirect',
      snippet: 'The session cookie was written after the redirect.',
    });
  });

  it('finds summaries', async () => {
    const summary = {
      request: 'Make exports faster',
      learned: 'Zip was the bottleneck',
      filesRead: [],
      filesModified: [],
    };
    await remember(store, { title: 'x' });
    assert.deepEqual(await find('bottlenecks'), []);
    await store.queue.enqueue({
      ...{ sessionId: 1, promptNumber: 1, createdAt: 9, dedupeKeys: [] },
      body: { kind: 'summary', lastUserMessage: '', lastAssistantMessage: '' },
    });
    const message = await store.queue.claimNext(1, 'l');
    await store.memory.storeResults({
      ...{ sessionId: 1, promptNumber: 1, lease: 'l', messageIds: [message!.id], provider: 'p' },
      distillation: { observations: [], skips: [], summary },
    });
    const [hit] = await search.search({ text: 'bottlenecks', limit: 1 });
    assert.deepEqual(
      [hit!.kind, hit!.title, hit!.snippet],
      ['summary', 'Make exports faster', 'Zip was the bottleneck'],
    );
  });

  it('knows names, paths, codes and words of the same meaning', async () => {
    await remember(store, { title: 'Renamed getUserById', session: 'a' });
    await remember(store, { title: 'Build broke with ERR_MODULE_NOT_FOUND', session: 'b' });
    await remember(store, {
      title: 'Edited a file',
      filesModified: ['/home/dev/shop/src/auth/login.ts'],
      session: 'c',
    });
    await remember(store, { title: 'Authentication was rewritten', session: 'd' });

    assert.deepEqual(await find('get_user_by_id'), ['Renamed getUserById']);
    assert.deepEqual(await find('getuserbyid'), ['Renamed getUserById']);
    assert.deepEqual(await find('err_module_not_found'), ['Build broke with ERR_MODULE_NOT_FOUND']);
    assert.equal((await find('auth/login.ts'))[0], 'Edited a file');
    assert.ok((await find('auth')).includes('Authentication was rewritten'));
  });

  it('reads phrases, beginnings and exclusions', async () => {
    await remember(store, { title: 'The connection pool was exhausted', session: 'a' });
    await remember(store, { title: 'A pool of connections, a queue', session: 'b' });
    await remember(store, { title: 'Authorization header dropped', session: 'c' });

    assert.deepEqual(await find('"connection pool"'), ['The connection pool was exhausted']);
    assert.deepEqual(await find('"connection pool" exhausted queue'), ['The connection pool was exhausted']);
    assert.deepEqual(await find('pool -queue'), ['The connection pool was exhausted']);
    assert.deepEqual(await find('authoriz*'), ['Authorization header dropped']);
    assert.deepEqual((await find('pool')).length, 2);
  });

  it('filters by project, type, file, agent and time', async () => {
    const other = { key: '/x/.git', name: 'x', root: '/x' };
    await remember(store, {
      title: 'one cache',
      session: 'a',
      type: 'bugfix',
      at: DAY,
      filesRead: ['C:\\shop\\src\\a.ts'],
    });
    await remember(store, {
      title: 'two cache',
      session: 'b',
      agent: 'codex',
      at: 2 * DAY,
      filesModified: ['/s/b.ts'],
    });
    const { sessionId } = await remember(store, {
      title: 'three cache',
      session: 'c',
      project: other,
      at: 3 * DAY,
    });
    const projectId = (await store.sessions.getSessionById(sessionId))!.project.id;

    assert.deepEqual(await find('cache', { projectId }), ['three cache']);
    assert.deepEqual(await find('cache', { types: ['bugfix', 'decision'] }), ['one cache']);
    assert.deepEqual(await find('cache', { agent: 'codex' }), ['two cache']);
    assert.deepEqual(await find('cache', { since: 2 * DAY, until: 3 * DAY }), ['two cache']);
    assert.deepEqual(await find('cache', { file: 'src/a.ts' }), ['one cache']);
    assert.deepEqual(await find('', { file: '/s/b.ts' }), ['two cache']);
    assert.deepEqual(await find('cache', { file: 'c/a.ts' }), []);
    assert.deepEqual(await find(''), ['three cache', 'two cache', 'one cache']);
    assert.deepEqual(await find('', { projectId }), ['three cache']);
  });

  it('prefers the newer of two that fit alike', async () => {
    await remember(store, { title: 'retry budget', session: 'a', at: Date.now() - 400 * DAY });
    await remember(store, { title: 'retry budget!', session: 'b', at: Date.now() });
    assert.deepEqual(await find('retry budget'), ['retry budget!', 'retry budget']);
  });

  it('puts sessions in order by all that they hold', async () => {
    const { sessionId: passing } = await remember(store, { title: 'Mentioned the parser', session: 'a' });
    const { sessionId: deep } = await remember(store, { title: 'Parser rewritten', session: 'b' });
    await remember(store, { title: 'Parser tokens tested', session: 'b' });
    await remember(store, { title: 'Other things', session: 'a' });
    const sessions = await search.searchSessions({ text: 'parser tokens', limit: 5 });
    assert.deepEqual(
      sessions.map(({ sessionId }) => sessionId),
      [deep, passing],
    );
  });

  it('takes any text as a query', async () => {
    await remember(store, { title: 'Quotes "and" parentheses (x OR y) NEAR/3 title:z' });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => void (await find(text))),
      { numRuns: 150 },
    );
    for (const text of [
      '"',
      '-',
      '*',
      '"*',
      '-"',
      'a*b*',
      'AND OR NOT NEAR',
      ')(',
      "';--",
      '"unclosed quotes',
    ]) {
      await find(text);
    }
    assert.equal((await find('(parentheses')).length, 1);
  });

  it('follows changes and deletions by whoever makes them', async () => {
    const { id } = await remember(store, { title: 'The password rotated' });
    await remember(store, { title: 'Untouched', session: 'b' });
    await onFile(`UPDATE observations SET title = 'The certificate rotated' WHERE id = ${id}`);
    assert.deepEqual(await find('password'), []);
    assert.deepEqual(await find('certificate'), ['The certificate rotated']);

    await onFile(`DELETE FROM outcomes; DELETE FROM observations WHERE id = ${id}`);
    assert.deepEqual(await find('certificate rotated'), []);
    assert.deepEqual(await find('untouched'), ['Untouched']);
  });

  it('indexes a store that was made without it', async () => {
    for (let i = 0; i < 40; i++) await remember(store, { title: `Migration ${i}`, session: `${i % 3}` });
    await onFile(
      `DROP TABLE search_index; DELETE FROM search_documents; DELETE FROM search_sessions; DELETE FROM meta;
       INSERT INTO search_pending SELECT id * 2 FROM observations`,
    );
    assert.equal((await find('migrations', { limit: 100 })).length, 40);
  });

  it('leaves out what can’t be indexed, and takes nothing else with it', async () => {
    const { id } = await remember(store, { title: 'Broken row' });
    await remember(store, { title: 'Whole row', session: 'b' });
    await onFile(
      `UPDATE observations SET facts = 'no JSON' WHERE id = ${id}; UPDATE observations SET subtitle = 'x'`,
    );
    await remember(store, { title: 'Later row', session: 'c' });
    assert.deepEqual((await find('row')).sort(), ['Later row', 'Whole row']);
  });

  it('makes a damaged index anew, and loses no memory to it', async () => {
    for (let i = 0; i < 40; i++)
      await remember(store, { title: `Damage ${i}`, narrative: 'many words of it' });
    await onFile(
      `UPDATE search_index_segdir SET root = x'00ffffffffff'; UPDATE search_index_segments SET block = x'ff'`,
    );
    await remember(store, { title: 'Stored all the same' });
    assert.equal((await find('damage', { limit: 100 })).length, 40);
    assert.deepEqual(await find('stored'), ['Stored all the same']);
    assert.equal((await store.memory.observations(1)).length, 41);
  });

  it('gives up an index that is damaged again and again, and only that', async () => {
    await remember(store, { title: 'Rot 0' });
    await onFile(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
       INSERT INTO observations (session_id, prompt_number, type, title, facts, concepts, files_read, files_modified, provider, created_at)
       SELECT 1, 1, 'note', 'Rot ' || i, '[]', '[]', '[]', '[]', 'builtin', i FROM n;
       CREATE TRIGGER rot AFTER INSERT ON search_documents BEGIN UPDATE search_index_segdir SET root = x'00ffffffffff'; END`,
    );
    await assert.rejects(search.catchUp(), IndexDamagedError);
    for (let i = 0; i < 2; i++) await assert.rejects(find('rot'), IndexDamagedError);
    const { id } = await remember(store, { title: 'Stored all the same' });
    assert.equal((await store.memory.observation(id))?.title, 'Stored all the same');
    // Another start, with what damaged it gone, makes it again.
    await onFile('DROP TRIGGER rot');
    assert.equal((await find('rot', { limit: 100 })).length, 100);
    assert.deepEqual(await find('stored'), ['Stored all the same']);
  });

  it('answers while others write, and they while it answers', async () => {
    for (let i = 0; i < 30; i++) await remember(store, { title: `Queue ${i}`, session: `${i}` });
    const results = await Promise.all([
      find('queue', { limit: 100 }),
      remember(store, { title: 'Queue last' }),
      find('queue', { limit: 100 }),
      store.sessions.ensureSession('codex', 'new', project, 1),
    ]);
    assert.ok(results[0].length >= 30 && results[2].length >= 30);
    assert.equal((await find('queue', { limit: 100 })).length, 31);
  });
});
