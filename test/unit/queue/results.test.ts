import assert from 'node:assert/strict';
import type { Distillation } from '../../../src/distill/provider';
import type { BatchResult } from '../../../src/distill/resultStore';
import { draft, SessionHarness } from '../../support/sessionHarness';

describe('A batch’s results', () => {
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

  const memory = () => harness.store.memory;
  const result = (
    messageIds: number[],
    distillation: Partial<Distillation>,
    more: Partial<BatchResult> = {},
  ): BatchResult => ({
    ...{ sessionId: id, promptNumber: 1, lease, messageIds, provider: 'builtin' },
    distillation: { observations: [], skips: [], ...distillation },
    ...more,
  });
  /** Queues and claims these, under the lease. */
  const held = async (...names: string[]) => {
    const ids = await harness.enqueue(id, ...names);
    for (let i = 0; i < names.length; i++) await harness.queue.claimNext(id, lease);
    return ids;
  };
  const titles = async () => (await memory().observations(id)).map(({ title }) => title);
  const summary = { request: 'fix it', filesRead: [], filesModified: [] };

  it('are stored and its messages deleted, in one step, on disk', async () => {
    const [a, b] = await held('a', 'b');
    const { id: closing } = await harness.queue.enqueue(
      harness.message(id, '', { body: { kind: 'summary', lastUserMessage: 'x', lastAssistantMessage: 'y' } }),
    );
    await harness.queue.claimNext(id, lease);
    const distillation = {
      observations: [draft('edited', [a!])],
      skips: [{ messageId: b!, rule: 'empty' }],
      summary,
    };
    assert.equal(await memory().storeResults(result([a!, b!, closing!], distillation)), true);

    const copy = await harness.openCopy();
    try {
      assert.deepEqual(copy.queue.counts(id), { pending: 0, processing: 0, failed: 0 });
      assert.deepEqual(
        (await copy.memory.observations(id)).map(({ title, provider }) => [title, provider]),
        [['edited', 'builtin']],
      );
      assert.equal((await copy.memory.summaries(id)).length, 1);
      assert.deepEqual(await copy.memory.toolOutcomes(id), [
        { toolUseId: 'a', outcome: 'observed' },
        { toolUseId: 'b', outcome: 'skipped', rule: 'empty' },
      ]);
    } finally {
      await copy.engine.close();
    }
  });

  it('that fail midway change nothing: no observation, no summary, no message, no count', async () => {
    const [a, b] = await held('a', 'b');
    const distillation = {
      observations: [draft('stored first', [a!]), draft('of nobody', [b!], 987_654)],
      skips: [],
      summary,
    };
    await assert.rejects(memory().storeResults(result([a!, b!], distillation)));
    assert.deepEqual(await harness.states(id), ['a processing', 'b processing']);
    assert.deepEqual([await titles(), await memory().summaries(id)], [[], []]);
    assert.deepEqual(await memory().toolOutcomes(id), []);
    assert.deepEqual(harness.queue.counts(id), { pending: 0, processing: 2, failed: 0 });

    const repeated = result([a!, b!], { observations: [draft('again', [a!, b!])] });
    assert.equal(await memory().storeResults(repeated), true);
    assert.deepEqual(await titles(), ['again']);
  });

  it('that fail take nothing with them that others asked for at the same time', async () => {
    const [a] = await held('a');
    const [failed, queued] = await Promise.allSettled([
      memory().storeResults(result([a!], { observations: [draft('of nobody', [a!], 987_654)] })),
      harness.queue.enqueue(harness.message(id, 'b')),
    ]);
    assert.deepEqual([failed.status, queued.status], ['rejected', 'fulfilled']);
    assert.deepEqual(await harness.states(id), ['a processing', 'b pending']);
  });

  it('leave the counts as the file is, also after a call that failed when half of it was done', async () => {
    const [a, b] = await held('a', 'b');
    await harness.queue.confirmProcessed([a!, b!, a!], lease).catch(() => undefined);
    const left = await harness.queue.list(id, 10);
    assert.equal(harness.queue.counts(id).processing, left.length);
    assert.ok(left.length === 2 || left.length === 0);
  });

  it('may not replace an observation of another session', async () => {
    const [a] = await held('a');
    await memory().storeResults(result([a!], { observations: [draft('mine', [a!])] }));
    const mine = (await memory().observations(id))[0]!.id;

    const other = await harness.newSession();
    const [b] = await harness.enqueue(other, 'b');
    await harness.queue.claimNext(other, lease);
    const foreign = result([b!], { observations: [draft('theirs', [b!], mine)] }, { sessionId: other });
    await assert.rejects(memory().storeResults(foreign));
    assert.deepEqual(await titles(), ['mine']);
    assert.deepEqual(await harness.states(other), ['b processing']);
  });

  it('replace what is remembered, where they add to it', async () => {
    const [a, b] = await held('a', 'b');
    await memory().storeResults(result([a!], { observations: [draft('one edit', [a!])] }));
    const [first] = await memory().observations(id);
    await memory().storeResults(result([b!], { observations: [draft('two edits', [b!], first!.id)] }));
    assert.deepEqual(await titles(), ['two edits']);
    assert.deepEqual(
      (await memory().toolOutcomes(id)).map(({ outcome }) => outcome),
      ['observed', 'merged'],
    );
  });

  describe('of a lease that was lost', () => {
    /** A holder that was given up, and its message, which somebody else has claimed since. */
    const lost = async () => {
      const [a] = await held('a');
      await harness.queue.resetStuck([], id);
      const successor = harness.newLease();
      await harness.queue.claimNext(id, successor);
      return { a: a!, successor };
    };

    it('are refused, and those of the present holder stored', async () => {
      const { a, successor } = await lost();
      const late = result([a], { observations: [draft('late', [a])], summary });
      assert.equal(await memory().storeResults(late), false);
      assert.deepEqual([await titles(), await memory().summaries(id)], [[], []]);
      assert.deepEqual(await harness.states(id), ['a processing']);
      const present = result([a], { observations: [draft('present', [a])] }, { lease: successor });
      assert.equal(await memory().storeResults(present), true);
      assert.equal(await memory().storeResults(present), false);
      assert.deepEqual(await titles(), ['present']);
    });

    it('are refused as a whole when one of several messages is lost', async () => {
      const [a, b] = await held('a', 'b');
      await harness.queue.release(lease, [b!]);
      const observations = [draft('both', [a!, b!])];
      assert.equal(await memory().storeResults(result([a!, b!], { observations })), false);
      assert.equal(await harness.queue.confirmProcessed([a!, b!], lease), false);
      assert.deepEqual([await titles(), await harness.states(id)], [[], ['a processing', 'b pending']]);
    });

    it('cannot be confirmed, failed or released either', async () => {
      const { a, successor } = await lost();
      assert.equal(await harness.queue.confirmProcessed([a], lease), false);
      await harness.queue.markFailed([a], lease, 'late', { retryAt: 0 });
      await harness.queue.release(lease);
      await harness.queue.release(lease, [a]);
      const [message] = await harness.queue.list(id, 1);
      assert.deepEqual([message!.state, message!.attempts, message!.error], ['processing', 0, undefined]);
      assert.equal(await harness.queue.confirmProcessed([a], successor), true);
    });
  });
});
