import assert from 'node:assert/strict';
import { Deferred } from '../../../src/base/async';
import { cutBatches, gatherBatches } from '../../../src/distill/gather';
import type { PersistentMessage } from '../../../src/queue/message';
import { ManualClock } from '../../support/manualClock';
import { toolUse } from '../../support/store';

describe('Gathering', () => {
  const evidence = (id: number, promptNumber = 1): PersistentMessage => ({
    ...{ id, sessionId: 1, promptNumber, createdAt: id, attempts: 0 },
    body: { kind: 'observation', use: toolUse(`t${id}`) },
  });
  const end = (id: number): PersistentMessage => ({
    ...evidence(id),
    body: { kind: 'summary', lastUserMessage: '', lastAssistantMessage: 'done' },
  });
  const by = {
    batchSize: 4,
    gather: { maxWaitMs: 1_000, maxSize: 30, sizeOf: (message: PersistentMessage) => message.id },
  };
  const idsOf = (batches: PersistentMessage[][]) => batches.map((batch) => batch.map(({ id }) => id));

  /** Messages that come when the test says so. */
  class Inbox implements AsyncIterator<PersistentMessage, undefined> {
    readonly #waiting: Deferred<IteratorResult<PersistentMessage, undefined>>[] = [];
    readonly #ready: IteratorResult<PersistentMessage, undefined>[] = [];
    #give(result: IteratorResult<PersistentMessage, undefined>) {
      const waiter = this.#waiting.shift();
      if (waiter) waiter.resolve(result);
      else this.#ready.push(result);
    }
    put(...messages: PersistentMessage[]) {
      for (const value of messages) this.#give({ done: false, value });
    }
    close() {
      this.#give({ done: true, value: undefined });
    }
    next() {
      const ready = this.#ready.shift();
      if (ready) return Promise.resolve(ready);
      const waiter = new Deferred<IteratorResult<PersistentMessage, undefined>>();
      this.#waiting.push(waiter);
      return waiter.promise;
    }
  }

  it('cuts at a turn’s end, another prompt, the count and the size', () => {
    assert.deepEqual(idsOf(cutBatches([evidence(1), end(2), evidence(3)], by)), [[1, 2], [3]]);
    assert.deepEqual(idsOf(cutBatches([evidence(1), evidence(2, 2)], by)), [[1], [2]]);
    const five = [1, 2, 3, 4, 5].map((id) => evidence(id));
    assert.deepEqual(idsOf(cutBatches(five, by)), [[1, 2, 3, 4], [5]]);
    const large = [10, 20, 21, 99].map((id) => evidence(id));
    assert.deepEqual(idsOf(cutBatches(large, by)), [[10, 20], [21], [99]]);
  });

  it('gives a batch out when its first message has waited long enough, and not before', async () => {
    const clock = new ManualClock();
    const inbox = new Inbox();
    const batches = gatherBatches(inbox, by, () => false, clock);
    inbox.put(evidence(1));
    const first = batches.next();
    await clock.scheduled(1_000);
    clock.advance(600);
    inbox.put(evidence(2));
    await clock.scheduled(400);
    clock.advance(399);
    assert.equal(await Promise.race([first, Promise.resolve('waiting')]), 'waiting');
    clock.advance(1);
    assert.deepEqual(idsOf([(await first).value as PersistentMessage[]]), [[1, 2]]);
    // Nothing is lost of what comes while the batch is in work, and no timer runs for an empty one.
    inbox.put(evidence(3), end(4));
    assert.deepEqual(idsOf([(await batches.next()).value as PersistentMessage[]]), [[3, 4]]);
    assert.deepEqual(clock.running, []);
    inbox.put(evidence(5));
    inbox.close();
    assert.deepEqual(idsOf([(await batches.next()).value as PersistentMessage[]]), [[5]]);
    assert.equal((await batches.next()).done, true);
    assert.deepEqual(clock.running, []);
  });

  it('waits for nothing where the provider does not gather', async () => {
    const clock = new ManualClock();
    const inbox = new Inbox();
    let more = true;
    const batches = gatherBatches(inbox, { batchSize: 4 }, () => more, clock);
    inbox.put(evidence(1));
    const first = batches.next();
    await Promise.resolve();
    more = false;
    inbox.put(evidence(2));
    assert.deepEqual(idsOf([(await first).value as PersistentMessage[]]), [[1, 2]]);
    inbox.put(evidence(3));
    assert.deepEqual(idsOf([(await batches.next()).value as PersistentMessage[]]), [[3]]);
    assert.deepEqual(clock.running, []);
  });
});
