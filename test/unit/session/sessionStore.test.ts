import assert from 'node:assert/strict';
import { SessionHarness } from '../../support/sessionHarness';
import { project } from '../../support/store';

describe('SessionStore', () => {
  let harness: SessionHarness;
  const sessions = () => harness.store.sessions;
  before(async () => void (harness = await SessionHarness.open()));
  after(() => harness.close());

  const noProject = { key: '', name: '', root: '' };
  const other = { key: '/home/dev/blog/.git', name: 'blog', root: '/home/dev/blog' };

  describe('ensureSession', () => {
    it('gives the same session for the same agent and id, also to callers at once', async () => {
      const made = await Promise.all(
        [1, 2, 3].map((at) => sessions().ensureSession('claude-code', 'same', project, at)),
      );
      assert.equal(new Set(made.map(({ id }) => id)).size, 1);
    });

    it('keeps the sessions of two agents apart, though the agents gave them one id', async () => {
      const claude = await sessions().ensureSession('claude-code', 'shared-id', project, 1);
      const codex = await sessions().ensureSession('codex', 'shared-id', project, 1);
      assert.notEqual(claude.id, codex.id);
      assert.deepEqual([claude.agent, codex.agent], ['claude-code', 'codex']);
    });

    it('opens a session that had ended, when the agent resumes it', async () => {
      const { id } = await sessions().ensureSession('claude-code', 'resumed', project, 1_000);
      await sessions().endSession(id, 'logout', 2_000);
      const ended = await sessions().getSessionById(id);
      assert.deepEqual([ended?.endedAt, ended?.endReason], [2_000, 'logout']);

      const resumed = await sessions().ensureSession('claude-code', 'resumed', project, 3_000);
      assert.deepEqual(
        [resumed.id, resumed.endedAt, resumed.endReason, resumed.startedAt],
        [id, undefined, undefined, 1_000],
      );
    });

    it('replaces an empty project by the first real one', async () => {
      const { id } = await sessions().ensureSession('claude-code', 'homeless', noProject, 1);
      await sessions().ensureSession('claude-code', 'homeless', project, 2);
      const { id: projectId, ...stored } = (await sessions().getSessionById(id))!.project;
      assert.deepEqual(stored, project);
      assert.ok(projectId > 0);
    });

    it('keeps a real project, wherever the agent moves, even to nowhere', async () => {
      const { id } = await sessions().ensureSession('claude-code', 'settled', project, 1);
      await sessions().ensureSession('claude-code', 'settled', other, 2);
      await sessions().ensureSession('claude-code', 'settled', noProject, 3);
      assert.equal((await sessions().getSessionById(id))?.project.key, project.key);
    });
  });

  describe('addPrompt', () => {
    it('numbers prompts from 1, and keeps them and their own time in order', async () => {
      const id = await harness.newSession();
      assert.equal(await sessions().getPromptNumber(id), 0);
      const added = await Promise.all(
        ['a', 'b', 'c'].map((text, i) => sessions().addPrompt(id, { text, at: 100 + i, dedupeKeys: [] })),
      );
      assert.deepEqual(
        added.map(({ number, duplicate }) => [number, duplicate]),
        [
          [1, false],
          [2, false],
          [3, false],
        ],
      );
      assert.equal(await sessions().getPromptNumber(id), 3);
      assert.deepEqual(
        (await sessions().getPrompts(id)).map(({ number, text, createdAt }) => [number, text, createdAt]),
        [
          [1, 'a', 100],
          [2, 'b', 101],
          [3, 'c', 102],
        ],
      );
    });

    it('adds a prompt once, under whichever of its keys it comes again', async () => {
      const id = await harness.newSession();
      const add = (...keys: string[]) =>
        sessions().addPrompt(id, { text: 'once', at: 1, dedupeKeys: keys.map((key) => ({ key })) });
      await add('p:event-1', 'p:prompt-1');
      const again = await Promise.all([add('p:event-2', 'p:prompt-1'), add('p:event-2')]);
      assert.deepEqual(
        again.map(({ duplicate }) => duplicate),
        [true, true],
      );
      assert.equal(await sessions().getPromptNumber(id), 1);
    });

    it('takes two equal prompts for one only when they are close in time', async () => {
      const id = await harness.newSession();
      const add = (at: number) =>
        sessions().addPrompt(id, { text: 'go on', at, dedupeKeys: [{ key: 'p:hash', withinMs: 2_000 }] });
      const added = [await add(10_000), await add(11_000), await add(60_000)];
      assert.deepEqual(
        added.map(({ duplicate }) => duplicate),
        [false, true, false],
      );
      assert.equal(await sessions().getPromptNumber(id), 2);
    });

    it('counts a prompt that is private as a whole without storing its text', async () => {
      const id = await harness.newSession();
      await sessions().addPrompt(id, { text: 'my diary', isPrivate: true, at: 1, dedupeKeys: [] });
      await sessions().addPrompt(id, { text: 'open', at: 2, dedupeKeys: [] });
      assert.deepEqual(
        (await sessions().getPrompts(id)).map(({ text, isPrivate }) => [text, isPrivate]),
        [
          ['', true],
          ['open', false],
        ],
      );
      const stored = await sessions().getSessionById(id);
      assert.deepEqual([stored?.firstPrompt, stored?.promptCount], ['', 2]);
    });

    it('does not take a prompt that could not be stored for one that was', async () => {
      const prompt = { text: 'hello', at: 1, dedupeKeys: [{ key: 'p:refused' }] };
      await assert.rejects(sessions().addPrompt(987_654, prompt));
      const id = await harness.newSession();
      assert.deepEqual(await sessions().addPrompt(id, prompt), { number: 1, duplicate: false });
    });
  });

  describe('getSessionById and getPromptNumber', () => {
    it('know nothing of a session that is not there', async () => {
      assert.equal(await sessions().getSessionById(987_654), undefined);
      assert.equal(await sessions().getPromptNumber(987_654), 0);
    });

    it('tell a session without prompts from one whose first was private', async () => {
      const stored = await sessions().getSessionById(await harness.newSession());
      assert.equal(stored?.firstPrompt, undefined);
      assert.equal(stored?.promptCount, 0);
    });
  });

  it('has on disk what its promises stand for', async () => {
    const id = await harness.newSession('first', 'second');
    const copy = await harness.openCopy();
    try {
      assert.deepEqual(await copy.sessions.getSessionById(id), await sessions().getSessionById(id));
      assert.equal(await copy.sessions.getPromptNumber(id), 2);
    } finally {
      await copy.engine.close();
    }
  });
});
