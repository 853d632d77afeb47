import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../../../src/base/logger';
import { FileHashes } from '../../../src/memory/fileHashes';
import type { MemoryRef } from '../../../src/memory/library';
import { EngineLibrary } from '../../../src/storage/library';
import { maintain, retention } from '../../../src/storage/maintenance';
import { EngineSearchStore } from '../../../src/storage/searchStore';
import { ManualClock } from '../../support/manualClock';
import { remember } from '../../support/remember';
import { makeFolder, openStore, project, removeFolders, toolUse, type OpenStore } from '../../support/store';

const DAY = 24 * 3_600_000;
const NOW = 100 * DAY;
const at = (id: number): MemoryRef => ({ kind: 'observation', id });

describe('The library', () => {
  let folder: string;
  let store: OpenStore;
  let clock: ManualClock;
  let library: EngineLibrary;
  beforeEach(async () => {
    folder = await makeFolder();
    clock = new ManualClock();
    clock.advance(NOW - clock.now());
    store = await openStore(folder, clock);
    library = new EngineLibrary(store.engine, clock);
  });
  afterEach(() => store.engine.close());
  after(removeFolders);

  const titles = async (sessionId: number) =>
    (await store.memory.observations(sessionId)).map(({ title }) => title);
  const find = async (text: string) =>
    (await new EngineSearchStore(store.engine, clock).search({ text, limit: 10 })).map(({ title }) => title);

  it('pins: the project’s context has them, however old they are', async () => {
    const { id, sessionId } = await remember(store, { title: 'Money is in cents', session: 'old' });
    for (let i = 0; i < 60; i++)
      await remember(store, { title: `Later ${i}`, session: `s${i}`, at: 2_000 + i });
    const projectId = (await store.sessions.getSessionById(sessionId))!.project.id;
    assert.deepEqual(await library.pin([id], true), [sessionId]);
    assert.deepEqual(await library.pin([id], true), [], 'it is pinned already');
    const { pinned, observations } = await store.memory.recent(projectId, 200);
    assert.deepEqual(
      pinned.map(({ title, pinnedAt }) => [title, pinnedAt]),
      [['Money is in cents', NOW]],
    );
    assert.ok(!observations.some((o) => o.id === id), 'too old to be among the newest');
    assert.deepEqual(await library.pin([id], false), [sessionId]);
    assert.deepEqual((await store.memory.recent(projectId, 200)).pinned, []);
  });

  it('pins: of two that fit alike, a search has the pinned one first', async () => {
    const first = await remember(store, { title: 'Rounding in the report', session: 'a', at: NOW - 2 });
    await remember(store, { title: 'Rounding in the report', session: 'b', at: NOW - 1 });
    const search = new EngineSearchStore(store.engine, clock);
    const best = async () => (await search.search({ text: 'rounding', limit: 10 }))[0]!.id;
    assert.notEqual(await best(), first.id);
    await library.pin([first.id], true);
    assert.equal(await best(), first.id);
  });

  it('keeps what a person wrote, whatever is distilled later', async () => {
    const { id, sessionId } = await remember(store, { title: 'Changed the sum' });
    const [before] = await store.memory.observations(sessionId);
    const { type, facts, concepts, filesRead, filesModified } = before!;
    const content = { type, facts, concepts, filesRead, filesModified, title: 'Fixed the sum' };
    assert.equal(await library.edit(id, content), sessionId);
    const key = 'more';
    const { id: messageId } = await store.queue.enqueue({
      ...{ sessionId, promptNumber: 1, createdAt: 2_000, dedupeKeys: [{ key }] },
      body: { kind: 'observation', use: toolUse(key) },
    });
    await store.queue.claimNext(sessionId, key);
    await store.memory.storeResults({
      ...{ sessionId, promptNumber: 1, lease: key, messageIds: [messageId!], provider: 'builtin' },
      distillation: {
        observations: [
          { content: { ...content, title: 'Overwritten' }, messageIds: [messageId!], replaces: id },
        ],
        skips: [],
      },
    });
    const [after] = await store.memory.observations(sessionId);
    assert.equal(after!.title, 'Fixed the sum');
    assert.equal(after!.editedAt, NOW);
    assert.deepEqual(await find('sum'), ['Fixed the sum']);
    assert.equal(await library.edit(99, content), undefined);
  });

  it('forgets everywhere, and brings back', async () => {
    const { id, sessionId } = await remember(store, { title: 'The password is in the wiki' });
    await remember(store, { title: 'Another' });
    assert.deepEqual(await library.forget([at(id), at(99)]), { count: 1, sessions: [sessionId] });
    assert.deepEqual(await titles(sessionId), ['Another']);
    assert.deepEqual(await find('password'), []);
    assert.equal(await store.memory.observation(id), undefined);
    assert.deepEqual(
      (await library.forgotten({ limit: 10 })).map(({ title }) => title),
      ['The password is in the wiki'],
    );
    assert.deepEqual(await library.restore([at(id)]), [sessionId]);
    assert.deepEqual(await find('password'), ['The password is in the wiki']);
    assert.equal((await store.memory.observation(id))?.title, 'The password is in the wiki');
  });

  it('does not remember again what was forgotten, though its words are erased by then', async () => {
    const { id, sessionId } = await remember(store, { title: 'The password is in the wiki' });
    await library.forget([at(id)]);
    clock.advance(retention.forgotten + 1);
    await maintain(store.engine, clock, new AbortController().signal);
    assert.deepEqual(await library.forgotten({ limit: 10 }), []);
    assert.deepEqual(await library.restore([at(id)]), [], 'it is gone for good');

    assert.deepEqual(await again(store, sessionId, 'The password is in the wiki', 'x'), []);
    assert.deepEqual(await again(store, sessionId, 'Something else', 'y'), ['Something else']);
  });

  it('knows forgotten work by its tool uses, under any name', async () => {
    const { id: sessionId } = await store.sessions.ensureSession('codex', 's', project, 1_000);
    await again(store, sessionId, 'Read the wiki', 'tool-1');
    const { id } = (await store.memory.observations(sessionId))[0]!;
    await library.forget([at(id)]);
    assert.deepEqual(await again(store, sessionId, 'Looked at the wiki', 'tool-1', 'tool-1-again'), []);
  });

  it('tells what an observation rests on', async () => {
    const { id } = await remember(store, { title: 'Ran it' });
    const [source, ...others] = await library.sources({ id });
    assert.deepEqual(others, []);
    assert.equal(source!.tool, 'Bash');
    assert.equal(source!.at, 1_000);
    assert.match(source!.toolUseId!, /^remember-/);
  });

  it('gathers by project, type, file and day', async () => {
    const other = { key: '/home/dev/blog/.git', name: 'Blog', root: '/home/dev/blog' };
    await remember(store, { title: 'A', type: 'bugfix', filesModified: ['/home/dev/shop/a.ts'], at: DAY });
    await remember(store, { title: 'B', filesRead: ['/home/dev/shop/a.ts'], session: 'b', at: 3 * DAY });
    await remember(store, { title: 'C', project: other, session: 'c', at: 3 * DAY + 1 });
    const under = async (by: 'project' | 'type' | 'file' | 'day') => {
      const found: [string, string[]][] = [];
      // A page a group: paging is seen, too.
      for (let after: string | undefined; ;) {
        const [group] = await library.groups({ by, limit: 1, ...(after !== undefined && { after }) });
        if (!group) return found;
        const rows = await library.memories({ group: { by, key: group.key }, limit: 10 });
        found.push([group.name, rows.map(({ title }) => title)]);
        after = group.key;
      }
    };
    assert.deepEqual(await under('project'), [
      ['Blog', ['C']],
      ['shop', ['B', 'A']],
    ]);
    assert.deepEqual(await under('type'), [
      ['bugfix', ['A']],
      ['note', ['C', 'B']],
    ]);
    assert.deepEqual(await under('file'), [['/home/dev/shop/a.ts', ['B', 'A']]]);
    assert.deepEqual(
      (await under('day')).map(([, rows]) => rows),
      [['C', 'B'], ['A']],
    );
    const first = await library.memories({ limit: 2 });
    const last = first.at(-1)!;
    const rest = await library.memories({ limit: 2, after: { at: last.createdAt, id: last.id } });
    assert.deepEqual(
      [...first, ...rest].map(({ title }) => title),
      ['C', 'B', 'A'],
    );
  });

  it('sees which files have changed since', async () => {
    const root = join(folder, 'project');
    await mkdir(root);
    const files = ['kept.ts', 'changed.ts', 'removed.ts'].map((name) => join(root, name));
    for (const file of files) await writeFile(file, 'one');
    const { id, sessionId } = await remember(store, { title: 'Work', filesModified: files, at: NOW - 1 });
    const old = await remember(store, { title: 'Old', filesModified: files, at: NOW - DAY });
    const hashes = new FileHashes(library, clock, silentLogger);
    hashes.note(sessionId);
    while ((await library.fileHashes([id])).length < 3) await new Promise(setImmediate);
    assert.deepEqual(await hashes.changed([id]), []);
    await writeFile(files[1]!, 'two');
    await rm(files[2]!);
    await library.forget([at(id)]);
    await library.restore([at(id)]);
    assert.deepEqual(await hashes.changed([id, old.id]), [{ id, files: [files[1], files[2]].sort() }]);
  });

  it('exports and imports: twice is once, and what was forgotten stays so', async () => {
    const { id, sessionId } = await remember(store, { title: 'Kept', facts: ['a'], at: 5_000 });
    await store.sessions.addPrompt(sessionId, { text: 'Do it', at: 4_000, dedupeKeys: [{ key: 'p' }] });
    await store.sessions.renameSession(sessionId, 'Named');
    await library.pin([id], true);
    const { sessions, next } = await library.exportMemory({ from: 0, limit: 10 });
    assert.equal(next, undefined);

    const target = await openStore(await makeFolder(), clock);
    try {
      const into = new EngineLibrary(target.engine, clock);
      assert.deepEqual(await into.importMemory(sessions), { added: 1, known: 0 });
      assert.deepEqual(await into.importMemory(sessions), { added: 0, known: 1 });
      assert.deepEqual((await into.exportMemory({ from: 0, limit: 10 })).sessions, sessions);
    } finally {
      await target.engine.close();
    }
    await library.forget([at(id)]);
    assert.deepEqual(await library.importMemory(sessions), { added: 0, known: 1 });
  });

  it('counts what was remembered, waited for and given back, day by day', async () => {
    await remember(store, { title: 'A', type: 'bugfix', at: NOW - DAY + 1 });
    await remember(store, { title: 'B', type: 'bugfix', at: NOW + 1 });
    await remember(store, { title: 'C', at: NOW + 2 });
    await library.countContext(NOW + 3, 400);
    await library.countContext(NOW + 4, 600);
    const { remembered, context, usage } = await library.insights({ days: [NOW - DAY, NOW] });
    assert.deepEqual(remembered, [
      { type: 'bugfix', perDay: [1, 1] },
      { type: 'note', perDay: [0, 1] },
    ]);
    assert.deepEqual(context, { times: [0, 2], characters: [0, 1_000] });
    assert.deepEqual(usage, []);
  });

  it('counts many days in slices, each day once', async () => {
    const days = Array.from({ length: 25 }, (_, i) => NOW - (24 - i) * DAY);
    const on = [0, 9, 10, 19, 20, 24];
    for (const day of on) await remember(store, { title: `Day ${day}`, at: days[day]!, session: `d${day}` });
    await library.countContext(days[10]!, 300);
    const { remembered, context, latency } = await library.insights({ days });
    const expected = days.map((_, day) => (on.includes(day) ? 1 : 0));
    assert.deepEqual(
      remembered.map(({ perDay }) => perDay),
      [expected],
    );
    assert.deepEqual(
      context.times,
      days.map((_, day) => (day === 10 ? 1 : 0)),
    );
    assert.equal(latency.p95Ms.length, 25);
  });

  it('counts how long messages waited', async () => {
    const now = Date.now();
    await remember(store, { title: 'Fast', at: now - 1_000 });
    await remember(store, { title: 'Imported', at: now - 40 * DAY, session: 'x' });
    const { latency } = await library.insights({ days: [now - 3_600_000] });
    assert.deepEqual(latency.messages, [1]);
    assert.ok(latency.p50Ms[0]! >= 800 && latency.p50Ms[0]! < 20_000, String(latency.p50Ms));
  });
});

describe('Sessions as people keep them', () => {
  let store: OpenStore;
  const clock = new ManualClock();
  beforeEach(async () => {
    store = await openStore(await makeFolder(), clock);
  });
  afterEach(() => store.engine.close());
  after(removeFolders);

  const list = async (query: { text?: string; archived?: boolean } = {}) =>
    (await store.sessions.listSessions({ limit: 10, ...query })).map((s) => s.title ?? s.agentSessionId);

  it('are renamed, whatever the agent calls them', async () => {
    const { id } = await store.sessions.ensureSession('codex', 'a', project, 1_000);
    await store.sessions.setAgentTitle(id, 'Agent’s');
    await store.sessions.renameSession(id, 'Mine');
    await store.sessions.setAgentTitle(id, 'Agent’s other');
    const stored = (await store.sessions.getSessionById(id))!;
    assert.deepEqual([stored.title, stored.agentTitle], ['Mine', 'Agent’s other']);
    await store.sessions.renameSession(id, '');
    assert.equal((await store.sessions.getSessionById(id))!.title, undefined);
  });

  it('are archived until they are worked in again', async () => {
    const { id } = await store.sessions.ensureSession('codex', 'a', project, 1_000);
    await store.sessions.ensureSession('codex', 'b', project, 2_000);
    assert.equal(await store.sessions.archiveSessions([id], true, 500), 1);
    assert.deepEqual(await list(), ['b']);
    assert.deepEqual(await list({ archived: true }), ['a']);
    await store.sessions.ensureSession('codex', 'a', project, 3_000);
    assert.deepEqual(await list(), ['a', 'b']);
    await store.sessions.archiveSessions([id], true, 5_000);
    await store.sessions.archiveSessions([id], false, 6_000);
    assert.deepEqual(await list(), ['a', 'b']);
  });

  it('are found by names, prompts, agent and project, and paged', async () => {
    const { id } = await store.sessions.ensureSession('codex', 'a', project, 1_000);
    const other = await store.sessions.ensureSession('gemini-cli', 'b', project, 2_000);
    await store.sessions.addPrompt(other.id, { text: '100% done?', at: 2_000, dedupeKeys: [{ key: 'k' }] });
    await store.sessions.renameSession(id, 'Rounding');
    assert.deepEqual(await list({ text: 'ROUND' }), ['Rounding']);
    assert.deepEqual(await list({ text: '0% d' }), ['b']);
    assert.deepEqual(await list({ text: '_' }), []);
    assert.deepEqual(await list({ text: 'gemini' }), ['b']);
    assert.deepEqual(await list({ text: 'shop' }), ['b', 'Rounding']);
    const [first] = await store.sessions.listSessions({ limit: 1 });
    const after = { at: first!.lastActivityAt, id: first!.id };
    const rest = await store.sessions.listSessions({ limit: 5, after });
    assert.deepEqual(
      rest.map((s) => s.id),
      [id],
    );
  });

  it('are deleted with all that belongs to them, and nothing else', async () => {
    const { sessionId } = await remember(store, { title: 'Gone', session: 'a' });
    const kept = await remember(store, { title: 'Kept', session: 'b' });
    for (let i = 0; i < 250; i++) {
      await store.queue.enqueue({
        ...{ sessionId, promptNumber: 1, createdAt: 1, dedupeKeys: [{ key: `m${i}` }] },
        body: { kind: 'observation', use: toolUse(`m${i}`) },
      });
    }
    assert.equal(store.queue.pendingCount(), 250);
    await store.sessions.deleteSession(sessionId);
    assert.equal(store.queue.pendingCount(), 0);
    assert.equal(await store.sessions.getSessionById(sessionId), undefined);
    assert.deepEqual(await store.memory.observations(sessionId), []);
    assert.equal((await store.memory.observations(kept.sessionId)).length, 1);
    assert.deepEqual(await list(), ['b']);
  });
});

/** Distils one tool use into an observation of this title; what is remembered of the session then. */
async function again(
  { queue, memory }: OpenStore,
  sessionId: number,
  title: string,
  toolUseId: string,
  key = toolUseId,
): Promise<string[]> {
  const { id } = await queue.enqueue({
    ...{ sessionId, promptNumber: 1, createdAt: 9_000, dedupeKeys: [{ key }] },
    body: { kind: 'observation', use: toolUse(toolUseId) },
  });
  await queue.claimNext(sessionId, key);
  const content = { type: 'note' as const, title, facts: [], concepts: [], filesRead: [], filesModified: [] };
  await memory.storeResults({
    ...{ sessionId, promptNumber: 1, lease: key, messageIds: [id!], provider: 'builtin' },
    distillation: { observations: [{ content, messageIds: [id!] }], skips: [] },
  });
  return (await memory.observations(sessionId)).map((o) => o.title);
}
