import assert from 'node:assert/strict';
import { PAGE, SessionList } from '../../../src/vscode/sessionList';
import { FakeSessions, sessionItem } from './sessions';

const failed = { pending: 0, processing: 0, failed: 1 };
const many = (count: number) => Array.from({ length: count }, (_, index) => sessionItem(index + 1));
const ids = (list: SessionList) => list.sessions().map(({ id }) => id);

describe('the list of sessions', () => {
  it('is read page by page, and knows when there are no more', async () => {
    const source = new FakeSessions(many(2 * PAGE + 1));
    const list = new SessionList();
    await list.load(source);
    assert.deepEqual([ids(list).length, ids(list)[0], list.hasMore], [PAGE, 2 * PAGE + 1, true]);
    await list.more(source);
    await list.more(source);
    assert.deepEqual([ids(list).length, ids(list).at(-1), list.hasMore], [2 * PAGE + 1, 1, false]);
  });

  it('reads only what has changed, where thousands are loaded', async () => {
    const source = new FakeSessions(many(3_000));
    const list = new SessionList();
    await list.load(source);
    while (list.hasMore) await list.more(source);
    source.rowsRead = 0;
    source.all.set(7, sessionItem(7, { lastActivityAt: 5_000, title: 'Renamed' }));
    source.all.set(3_001, sessionItem(3_001));
    source.all.delete(9);
    await list.merge(source, [7, 9, 3_001]);
    assert.equal(source.rowsRead, 2);
    assert.deepEqual(ids(list).slice(0, 2), [7, 3_001]);
    assert.equal(list.get(7)?.title, 'Renamed');
    assert.equal(list.get(9), undefined);
    assert.equal(ids(list).length, 3_000);
  });

  it('lists what has work beyond the pages read, and drops it there when it is done', async () => {
    const source = new FakeSessions(many(500));
    source.all.set(3, sessionItem(3, { queue: failed }));
    const list = new SessionList();
    await list.load(source);
    assert.equal(ids(list).at(-1), 3);
    source.all.set(3, sessionItem(3));
    source.all.set(4, sessionItem(4, { queue: failed }));
    await list.merge(source, [3, 4, 5]);
    assert.deepEqual(ids(list).slice(-2), [401, 4]);
    while (list.hasMore) await list.more(source);
    assert.deepEqual(
      ids(list),
      Array.from({ length: 500 }, (_, index) => 500 - index),
      'each is listed once',
    );
  });

  it('lists a session that somebody asks to see, wherever it stands', async () => {
    const source = new FakeSessions(many(500));
    const list = new SessionList();
    await list.load(source);
    await list.keep(source, 8);
    assert.equal(ids(list).at(-1), 8);
    list.reset();
    await list.load(source);
    assert.equal(ids(list).at(-1), 8);
    list.reset({ archived: false });
    await list.load(source);
    assert.equal(list.get(8), undefined);
  });

  it('takes in and drops sessions as they come to match the filter', async () => {
    const source = new FakeSessions(many(3));
    const list = new SessionList();
    list.reset({ archived: false, text: 'Prompt 2' });
    await list.load(source);
    assert.deepEqual(ids(list), [2]);
    source.all.set(3, sessionItem(3, { firstPrompt: 'Prompt 2 again' }));
    source.all.set(2, sessionItem(2, { isArchived: true }));
    await list.merge(source, [1, 2, 3]);
    assert.deepEqual(ids(list), [3]);
    list.reset({ archived: true });
    await list.load(source);
    assert.deepEqual(ids(list), [2]);
  });

  it('forgets an answer of before it was reset', async () => {
    const source = new FakeSessions(many(3));
    const list = new SessionList();
    source.before = () => {
      source.before = () => undefined;
      list.reset({ archived: true });
    };
    await list.load(source);
    assert.deepEqual([list.isLoaded, ids(list)], [false, []]);
    await list.load(source);
    assert.deepEqual([list.isLoaded, ids(list)], [true, []]);
  });

  it('tells a read that failed, and reads again', async () => {
    const source = new FakeSessions(many(3));
    const list = new SessionList();
    source.before = () => {
      source.before = () => undefined;
      throw new Error('The disk is gone.');
    };
    await assert.rejects(list.load(source), /The disk is gone/);
    await list.load(source);
    assert.deepEqual(ids(list), [3, 2, 1]);
  });
});
