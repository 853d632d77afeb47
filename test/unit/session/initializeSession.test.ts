import assert from 'node:assert/strict';
import { UnknownSessionError } from '../../../src/session/errors';
import { replacing, SessionHarness, work } from '../../support/sessionHarness';
import { project } from '../../support/store';

describe('SessionManager.initializeSession', () => {
  let harness: SessionHarness;
  before(async () => void (harness = await SessionHarness.open()));
  afterEach(() => harness.clean());
  after(() => harness.close());

  it('makes an active session from the database, with everything that one knows', async () => {
    const id = await harness.newSession('fix the tax', 'and the test');
    const manager = harness.makeManager();
    assert.equal(manager.getSession(id), undefined);
    const stored = (await harness.store.sessions.getSessionById(id))!;

    const session = await manager.initializeSession(id);

    assert.equal(manager.getSession(id), session);
    assert.equal(manager.getActiveSessionCount(), 1);
    assert.deepEqual(
      [session.id, session.agent, session.agentSessionId, session.project],
      [id, 'claude-code', stored.agentSessionId, stored.project],
    );
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['fix the tax', 2]);
    assert.equal(session.startTime, harness.clock.now());
    assert.deepEqual([session.inputTokens, session.outputTokens, session.provider], [0, 0, undefined]);
    assert.deepEqual([session.pendingProcessingIds.size, session.earliestPendingTimestamp], [0, undefined]);
    assert.deepEqual([session.abortController.signal.aborted, session.generator], [false, undefined]);
  });

  it('prefers the given prompt and number to the stored ones', async () => {
    const id = await harness.newSession('stored');
    const session = await harness.makeManager().initializeSession(id, 'given', 7);
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['given', 7]);
  });

  it('has an empty prompt and number 0 where nothing is stored or given', async () => {
    const session = await harness.makeManager().initializeSession(await harness.newSession());
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['', 0]);
  });

  it('gives concurrent callers one session, read once', async () => {
    const id = await harness.newSession();
    let reads = 0;
    const sessions = replacing(harness.store.sessions, {
      getSessionById: (asked) => {
        reads++;
        return harness.store.sessions.getSessionById(asked);
      },
    });
    const manager = harness.makeManager({ sessions });
    const made = await Promise.all([1, 2, 3, 4].map(() => manager.initializeSession(id)));
    assert.equal(new Set(made).size, 1);
    assert.equal(reads, 1);
    assert.equal(manager.getActiveSessionCount(), 1);
  });

  it('gives a concurrent caller its own prompt too: the last call wins', async () => {
    const id = await harness.newSession('stored');
    const manager = harness.makeManager();
    const [first, second] = await Promise.all([
      manager.initializeSession(id, 'one', 1),
      manager.initializeSession(id, 'two', 2),
    ]);
    assert.equal(first, second);
    assert.deepEqual([first.userPrompt, first.lastPromptNumber], ['two', 2]);
  });

  it('updates prompt and number when the session goes on, and keeps them where none are given', async () => {
    const id = await harness.newSession('one');
    const manager = harness.makeManager();
    const session = await manager.initializeSession(id);
    assert.equal(await manager.initializeSession(id, 'two', 2), session);
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['two', 2]);
    await manager.initializeSession(id);
    assert.deepEqual([session.userPrompt, session.lastPromptNumber], ['two', 2]);
  });

  it('stamps what follows with the number of the prompt that it was continued with', async () => {
    const id = await harness.newSession('one');
    const manager = harness.makeManager();
    await manager.queueObservation(id, work('a'));
    await manager.initializeSession(id, 'two', 2);
    await manager.queueObservation(id, work('b'));
    const queued = await harness.queue.list(id, 10);
    assert.deepEqual(
      queued.map(({ promptNumber }) => promptNumber),
      [1, 2],
    );
  });

  it('rejects an unknown id with a typed error, and keeps no trace of it', async () => {
    const manager = harness.makeManager();
    await assert.rejects(
      manager.initializeSession(987_654, 'hello', 1),
      (error: unknown) => error instanceof UnknownSessionError && error.sessionId === 987_654,
    );
    assert.equal(manager.getSession(987_654), undefined);
    assert.equal(manager.getActiveSessionCount(), 0);
  });

  it('can be asked again after the store has failed', async () => {
    const id = await harness.newSession('stored');
    let failures = 1;
    const sessions = replacing(harness.store.sessions, {
      getSessionById: (asked) =>
        failures-- > 0 ? Promise.reject(new Error('disk')) : harness.store.sessions.getSessionById(asked),
    });
    const manager = harness.makeManager({ sessions });
    await assert.rejects(manager.initializeSession(id), /disk/);
    assert.equal(manager.getSession(id), undefined);
    assert.equal((await manager.initializeSession(id)).userPrompt, 'stored');
  });

  it('puts back what a former owner of this session left in work, with its attempts and its place', async () => {
    const id = await harness.newSession();
    await harness.enqueue(id, 'a', 'b');
    await harness.queue.claimNext(id, 'of a dead process');
    await harness.makeManager().initializeSession(id);
    assert.deepEqual(await harness.states(id), ['a pending', 'b pending']);
    assert.equal((await harness.queue.peekPending(id))?.attempts, 0);
  });

  it('leaves in work what the session itself is working on', async () => {
    const id = await harness.newSession();
    await harness.enqueue(id, 'a');
    const manager = harness.makeManager();
    await manager.initializeSession(id);
    await manager.getMessageIterator(id).next();
    await manager.initializeSession(id, 'two', 2);
    assert.deepEqual(await harness.states(id), ['a processing']);
  });

  it('keeps in memory a session that goes on after the agent had ended it', async () => {
    const id = await harness.newSession('one');
    await harness.enqueue(id, 'a');
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const manager = harness.makeManager({
      generator: async (_session, messages) => {
        const { value } = await messages.next();
        await released;
        await harness.queue.confirmProcessed([value!.id], messages.lease);
      },
    });
    manager.resume();
    const session = await manager.initializeSession(id);
    manager.markEnded(id);
    await manager.initializeSession(id, 'two', 2);
    release();
    await session.generator;
    await harness.settled();
    assert.ok(manager.getSession(id) === session);
    assert.equal(session.userPrompt, 'two');
  });

  it('sums up the tokens of the providers that worked on the session', async () => {
    const session = await harness.makeManager().initializeSession(await harness.newSession());
    session.addUsage('anthropic', { inputTokens: 10, outputTokens: 2 });
    session.addUsage('builtin');
    session.addUsage('anthropic', { inputTokens: 5, outputTokens: 0 });
    assert.deepEqual([session.inputTokens, session.outputTokens, session.provider], [15, 2, 'anthropic']);
  });

  it('reads the project from the database each time', async () => {
    const { sessions } = harness.store;
    const { id, agentSessionId } = await sessions.ensureSession(
      'codex',
      'moves in later',
      { key: '', name: '', root: '' },
      1,
    );
    const manager = harness.makeManager();
    const session = await manager.initializeSession(id);
    assert.equal(session.project.key, '');
    await sessions.ensureSession('codex', agentSessionId, project, 2);
    await manager.initializeSession(id);
    assert.equal(session.project.key, project.key);
  });
});
