import assert from 'node:assert/strict';
import { collect, drained, fireHook, withKeeper } from '../../../scripts/replay/run';
import { isInterrupted } from '../../../src/session/sessionStore';
import { makeFolder, removeFolders } from '../../support/store';

const fire = (event: string, more: object = {}) => ({
  ...{ session_id: 's1', cwd: '/home/dev/shop', hook_event_name: event },
  ...more,
});
const prompt = (text: string, id: string) => fire('UserPromptSubmit', { prompt: text, prompt_id: id });
const bash = (command: string, id: string, promptId: string, more: object = {}) =>
  fire('PostToolUseFailure', {
    ...{
      tool_name: 'Bash',
      tool_input: { command },
      tool_use_id: id,
      error: 'Exit code 1',
      prompt_id: promptId,
    },
    ...more,
  });
const stop = (promptId: string, said: string) =>
  fire('Stop', { prompt_id: promptId, last_assistant_message: said });

describe('turns, as hooks tell them', function () {
  this.timeout(60_000);
  after(removeFolders);

  async function told(...events: object[]) {
    const store = await makeFolder();
    return withKeeper(store, async (keeper) => {
      for (const event of events) await fireHook(store, event);
      await keeper.rescan();
      await drained(keeper);
      const stored = await keeper.sessions.findSession('claude-code', 's1');
      const { sessions } = await collect(keeper, store, 's1');
      const { prompts, observations, summaries } = sessions[0]!;
      return {
        session: stored!,
        interrupted: prompts.filter((each) => isInterrupted(each, stored!)).map(({ number }) => number),
        observations: observations.map(({ promptNumber, title, subagent }) => [
          promptNumber,
          title,
          subagent?.type,
        ]),
        summaries: summaries.map(({ promptNumber, learned, completed }) => [
          promptNumber,
          learned ?? completed,
        ]),
      };
    });
  }

  const cut = 'The turn was interrupted before it came to an end.';

  it('are interrupted when another prompt comes without an end, and only then', async () => {
    const { interrupted, summaries } = await told(
      prompt('One', 'p1'),
      stop('p1', 'The cause is in the clock.'),
      prompt('Two', 'p2'),
      prompt('Three', 'p3'),
      stop('p3', 'The cause is in the zone.'),
    );
    assert.deepEqual(interrupted, [2]);
    assert.deepEqual(summaries, [
      [1, 'The cause is in the clock.'],
      [2, cut],
      [3, 'The cause is in the zone.'],
    ]);
  });

  it('are interrupted when the session ends without their end; what is private tells nothing', async () => {
    const open = await told(prompt('One', 'p1'), fire('SessionEnd', { reason: 'other' }));
    assert.deepEqual([open.interrupted, open.summaries], [[1], [[1, cut]]]);
    const hidden = await told(prompt('<private>x</private>', 'p1'), prompt('Two', 'p2'));
    assert.deepEqual([hidden.interrupted, hidden.summaries], [[], []]);
  });

  it('keep the work that they started, when it ends during another one', async () => {
    const { observations } = await told(
      prompt('One', 'p1'),
      stop('p1', 'It runs in the background.'),
      prompt('Two', 'p2'),
      bash('npm run late', 't1', 'p1', { agent_id: 'a1', agent_type: 'Explore' }),
      bash('npm run now', 't2', 'p2'),
    );
    assert.deepEqual(observations, [
      [1, 'Failed: `npm run late`', 'Explore'],
      [2, 'Failed: `npm run now`', undefined],
    ]);
  });

  it('go on in a session that is resumed: it is open again, and ends again', async () => {
    const resumed = [
      fire('SessionStart', { source: 'startup' }),
      prompt('One', 'p1'),
      stop('p1', 'Done.'),
      fire('SessionEnd', { reason: 'other' }),
      fire('SessionStart', { source: 'resume' }),
      prompt('Two', 'p2'),
    ];
    const open = await told(...resumed);
    assert.deepEqual([open.session.endedAt, open.session.promptCount, open.interrupted], [undefined, 2, []]);
    const ended = await told(...resumed, stop('p2', 'Done.'), fire('SessionEnd', { reason: 'logout' }));
    assert.deepEqual([ended.session.endReason, ended.interrupted], ['logout', []]);
  });

  it('end with their session when it is cleared; the one that begins then is another, and is told of them', async () => {
    const store = await makeFolder();
    await withKeeper(store, async (keeper) => {
      const settle = async () => {
        await keeper.rescan();
        await drained(keeper);
        await keeper.contextFiles.flush();
      };
      for (const event of [
        fire('SessionStart', { source: 'startup' }),
        prompt('Why is the till wrong?', 'p1'),
        stop('p1', 'The cause is in the clock.'),
        prompt('Mend it', 'p2'),
      ])
        await fireHook(store, event);
      await settle();
      // As Claude Code does it: the old id ends, a new one begins.
      await fireHook(store, fire('SessionEnd', { reason: 'clear', prompt_id: 'p2' }));
      const answer = await fireHook(store, {
        ...fire('SessionStart', { source: 'clear' }),
        session_id: 's2',
      });
      assert.match(answer, /The cause is in the clock\./);
      await fireHook(store, { ...prompt('Paint the shed', 'p3'), session_id: 's2' });
      await settle();
      const [ended, begun] = await Promise.all(
        ['s1', 's2'].map((id) => keeper.sessions.findSession('claude-code', id)),
      );
      assert.deepEqual([ended?.endReason, begun?.endedAt], ['clear', undefined]);
      assert.deepEqual([ended?.promptCount, begun?.promptCount], [2, 1]);
      assert.equal(begun?.firstPrompt, 'Paint the shed');
      const { sessions } = await collect(keeper, store, 's2');
      assert.deepEqual(
        sessions.map(({ summaries }) => summaries.map(({ learned, completed }) => learned ?? completed)),
        [['The cause is in the clock.', cut], []],
      );
    });
  });
});
