import assert from 'node:assert/strict';
import { nameOf, SessionHarness } from '../../support/sessionHarness';

describe('PendingMessageStore', () => {
  let harness: SessionHarness;
  let id: number;
  let lease: string;
  before(async () => void (harness = await SessionHarness.open()));
  beforeEach(async () => {
    id = await harness.newSession();
    lease = harness.newLease();
  });
  afterEach(() => harness.clean());
  after(() => harness.close());

  const queue = () => harness.queue;
  const claim = async () => {
    const message = await queue().claimNext(id, lease);
    return message && nameOf(message);
  };
  /** Fails a message until its attempts are used up. */
  const kill = async (messageId: number, reason = 'no') => {
    for (let attempt = 1; attempt <= 3; attempt++) {
      await queue().claimNext(id, lease);
      await queue().markFailed([messageId], lease, reason, { retryAt: 0 });
    }
  };

  it('claims the first of a session, each once, until none is left', async () => {
    await harness.enqueue(id, 'a', 'b');
    await harness.enqueue(await harness.newSession(), 'other');
    assert.deepEqual([await claim(), await claim(), await claim()], ['a', 'b', undefined]);
    assert.deepEqual(await harness.states(id), ['a processing', 'b processing']);
  });

  it('gives each message to one of many claimers at once', async () => {
    const ids = await harness.enqueue(id, 'a', 'b', 'c');
    const claims = Array.from({ length: 8 }, () => queue().claimNext(id, harness.newLease()));
    const claimed = (await Promise.all(claims)).flatMap((message) => message?.id ?? []);
    assert.deepEqual(claimed, ids);
  });

  it('shows with peekPending what a claim would give, and changes nothing', async () => {
    await harness.enqueue(id, 'a');
    const peeked = await queue().peekPending(id);
    assert.deepEqual(await harness.states(id), ['a pending']);
    assert.deepEqual(await queue().claimNext(id, lease), peeked);
    assert.equal(await queue().peekPending(id), undefined);
  });

  it('deletes what is confirmed, and does not use its id again', async () => {
    const [first] = await harness.enqueue(id, 'a');
    await claim();
    assert.equal(await queue().confirmProcessed([first!], lease), true);
    assert.deepEqual(await harness.states(id), []);
    const [second] = await harness.enqueue(id, 'b');
    assert.ok(second! > first!);
  });

  describe('markFailed', () => {
    it('puts a message back with its attempts, and fails it with the reason after three', async () => {
      const [messageId] = await harness.enqueue(id, 'a');
      const seen: (number | string | undefined)[][] = [];
      for (let attempt = 1; attempt <= 3; attempt++) {
        await claim();
        await queue().markFailed([messageId!], lease, `reason ${attempt}`, { retryAt: 0 });
        const [message] = await queue().list(id, 1);
        seen.push([message!.state, message!.attempts, message!.error]);
      }
      assert.deepEqual(seen, [
        ['pending', 1, 'reason 1'],
        ['pending', 2, 'reason 2'],
        ['failed', 3, 'reason 3'],
      ]);
      assert.equal(await claim(), undefined);
    });

    it('burns no attempt where the message is not at fault, however often', async () => {
      const [messageId] = await harness.enqueue(id, 'a');
      for (let i = 0; i < 5; i++) {
        await claim();
        await queue().markFailed([messageId!], lease, 'overloaded', { retryAt: 0, countAttempt: false });
      }
      const [message] = await queue().list(id, 1);
      assert.deepEqual([message!.state, message!.attempts, message!.error], ['pending', 0, 'overloaded']);
    });

    it('keeps a message back until its time, tells that time, and lets the next one go first', async () => {
      const [messageId] = await harness.enqueue(id, 'poison', 'next');
      const retryAt = harness.clock.now() + 10_000;
      await claim();
      await queue().markFailed([messageId!], lease, 'no', { retryAt });
      assert.equal(await queue().nextDueAt(), retryAt);
      assert.equal(nameOf((await queue().peekPending(id))!), 'next');
      assert.deepEqual([await claim(), await claim()], ['next', undefined]);

      harness.clock.advance(9_999);
      assert.equal(await claim(), undefined);
      harness.clock.advance(1);
      assert.equal(await claim(), 'poison');
      assert.equal(await queue().nextDueAt(), undefined);
    });

    it('fails only those of the messages that it is given', async () => {
      const [messageId] = await harness.enqueue(id, 'a', 'b');
      await claim();
      await claim();
      await queue().markFailed([messageId!], lease, 'no', { retryAt: 0 });
      assert.deepEqual(await harness.states(id), ['a pending', 'b processing']);
    });
  });

  describe('release', () => {
    it('puts back at once all that a lease holds, with no attempt burned and nothing of other leases', async () => {
      await harness.enqueue(id, 'a', 'b', 'c');
      await claim();
      await queue().claimNext(id, 'another lease');
      await claim();
      await queue().release(lease);
      assert.deepEqual(await harness.states(id), ['a pending', 'b processing', 'c pending']);
      assert.equal((await queue().peekPending(id))?.attempts, 0);
    });

    it('puts back only the given messages', async () => {
      const [, second] = await harness.enqueue(id, 'a', 'b');
      await claim();
      await claim();
      await queue().release(lease, [second!]);
      assert.deepEqual(await harness.states(id), ['a processing', 'b pending']);
      await queue().release(lease, []);
      assert.deepEqual(await harness.states(id), ['a processing', 'b pending']);
    });
  });

  describe('retry and discard', () => {
    it('give a failed message all its attempts again', async () => {
      const [messageId] = await harness.enqueue(id, 'a');
      await kill(messageId!);
      assert.equal(await queue().retry([messageId!]), 1);
      const message = await queue().claimNext(id, lease);
      assert.deepEqual([message?.id, message?.attempts], [messageId, 0]);
    });

    it('touch only failed messages: not what waits, and not what is in work', async () => {
      const [inWork, waiting] = await harness.enqueue(id, 'a', 'b');
      await claim();
      assert.equal(await queue().retry([inWork!, waiting!]), 0);
      assert.equal(await queue().discard([inWork!, waiting!]), 0);
      assert.deepEqual(await harness.states(id), ['a processing', 'b pending']);
    });

    it('do it for the given ones, none for an empty list, or all', async () => {
      const ids = await harness.enqueue(id, 'a', 'b', 'c');
      for (const messageId of ids) await kill(messageId);
      assert.deepEqual([await queue().retry([]), await queue().discard([])], [0, 0]);
      assert.equal(await queue().discard([ids[0]!]), 1);
      assert.deepEqual(await harness.states(id), ['b failed', 'c failed']);
      assert.equal(await queue().retry(), 2);
      assert.deepEqual(await harness.states(id), ['b pending', 'c pending']);
      for (const messageId of ids.slice(1)) await kill(messageId);
      assert.equal(await queue().discard(), 2);
      assert.deepEqual([await harness.states(id), queue().counts().failed], [[], 0]);
    });
  });

  describe('resetStuck', () => {
    it('puts back what no live lease holds, and leaves what one does', async () => {
      await harness.enqueue(id, 'a', 'b');
      await queue().claimNext(id, 'dead');
      await claim();
      assert.equal(await queue().resetStuck([lease]), 1);
      assert.deepEqual(await harness.states(id), ['a pending', 'b processing']);
    });

    it('burns no attempt and touches no failed message', async () => {
      const [messageId] = await harness.enqueue(id, 'a', 'b');
      await kill(messageId!);
      await claim();
      assert.equal(await queue().resetStuck([]), 1);
      assert.deepEqual(await harness.states(id), ['a failed', 'b pending']);
      assert.equal((await queue().peekPending(id))?.attempts, 0);
    });
  });

  it('lists a session’s messages in order, no more than asked for', async () => {
    await harness.enqueue(id, 'a', 'b', 'c');
    assert.deepEqual((await queue().list(id, 2)).map(nameOf), ['a', 'b']);
    assert.deepEqual(await queue().list(await harness.newSession(), 2), []);
  });

  it('announces each change of state once, in order, when the counts show it', async () => {
    const heard: string[] = [];
    const subscription = queue().onTransitions((transitions) => {
      for (const { from, to } of transitions) heard.push(`${from} > ${to} (${queue().counts(id).pending})`);
    });
    const [messageId] = await harness.enqueue(id, 'a');
    await kill(messageId!);
    await queue().retry();
    await claim();
    await queue().confirmProcessed([messageId!], lease);
    subscription.dispose();
    assert.deepEqual(heard, [
      'undefined > pending (1)',
      ...['pending > processing (0)', 'processing > pending (1)'],
      ...['pending > processing (0)', 'processing > pending (1)'],
      ...['pending > processing (0)', 'processing > failed (0)'],
      'failed > pending (1)',
      'pending > processing (0)',
      'processing > undefined (0)',
    ]);
  });
});
