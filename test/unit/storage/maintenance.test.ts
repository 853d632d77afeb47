import assert from 'node:assert/strict';
import { maintain, retention } from '../../../src/storage/maintenance';
import { ManualClock } from '../../support/manualClock';
import { makeFolder, openStore, project, removeFolders, toolUse } from '../../support/store';

const message = (sessionId: number, id: string, at: number, output = '') => ({
  ...{ sessionId, promptNumber: 1, createdAt: at, dedupeKeys: [{ key: `event:${id}` }] },
  body: { kind: 'observation' as const, use: toolUse(id, output) },
});

describe('housekeeping', () => {
  after(removeFolders);

  it('forgets failed messages, names of events and what was set aside, each after its time, and nothing else', async () => {
    const clock = new ManualClock();
    const { engine, sessions, queue, memory } = await openStore(await makeFolder(), clock);
    const { id } = await sessions.ensureSession('claude-code', 'a', project, clock.now());
    await queue.enqueue(message(id, 'failing', clock.now()));
    for (let attempt = 0; attempt < 3; attempt++) {
      const claimed = await queue.claimNext(id, 'lease');
      await queue.markFailed([claimed!.id], 'lease', 'no', { retryAt: clock.now() });
    }
    await memory.setAside({ eventId: 'e', at: clock.now(), reason: 'not-json', size: 1, sha256: 'x' });
    await queue.enqueue(message(id, 'waiting', clock.now()));
    const imported = [{ key: 'event:import-1' }];
    await queue.enqueue({ ...message(id, 'x', 1), dedupeKeys: imported });

    clock.advance(retention.failed - 1);
    await maintain(engine, clock, new AbortController().signal);
    assert.deepEqual(queue.counts(), { pending: 2, processing: 0, failed: 1 });

    clock.advance(2);
    await maintain(engine, clock, new AbortController().signal);
    assert.deepEqual(queue.counts(), { pending: 2, processing: 0, failed: 0 });
    assert.equal((await memory.listSetAside(10)).length, 1);
    assert.deepEqual(await memory.toolOutcomes(id), [{ toolUseId: 'failing', outcome: 'discarded' }]);
    assert.equal((await queue.enqueue(message(id, 'failing', clock.now()))).duplicate, false);
    assert.equal((await queue.enqueue({ ...message(id, 'x', 1), dedupeKeys: imported })).duplicate, true);

    clock.advance(retention.setAside);
    await maintain(engine, clock, new AbortController().signal);
    assert.deepEqual(await memory.listSetAside(10), []);
    await engine.close();
  });

  it('gives space back in slices, between which messages are accepted', async () => {
    const clock = new ManualClock();
    const { engine, sessions, queue } = await openStore(await makeFolder(), clock);
    const { id } = await sessions.ensureSession('claude-code', 'a', project, clock.now());
    await Promise.all(
      Array.from({ length: 3_000 }, (_, i) => queue.enqueue(message(id, `t${i}`, 1, 'x'.repeat(6_000)))),
    );
    for (;;) {
      const claims = await Promise.all(Array.from({ length: 200 }, () => queue.claimNext(id, 'lease')));
      const ids = claims.flatMap((claimed) => (claimed ? [claimed.id] : []));
      if (ids.length === 0) break;
      await queue.confirmProcessed(ids, 'lease');
    }
    const full = await engine.call('storeSize', {});
    assert.ok(full.freeBytes > 15_000_000);

    const order: string[] = [];
    const maintained = maintain(engine, clock, new AbortController().signal).then((size) => {
      order.push('maintained');
      return size;
    });
    // Asked while it runs: it must not wait for the whole of it.
    await engine.call('storeSize', {});
    await queue.enqueue(message(id, 'late', 1)).then(() => order.push('accepted'));
    const size = await maintained;
    assert.deepEqual(order, ['accepted', 'maintained']);
    assert.ok(size.bytes < full.bytes / 2, `${size.bytes} of ${full.bytes} bytes are left`);
    await engine.close();
  });
});
