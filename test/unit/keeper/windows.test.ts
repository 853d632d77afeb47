import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from '../../support/eventually';
import { makeFolder, removeFolders } from '../../support/store';
import { quantile, WindowFleet, type WindowProcess } from '../../support/windowFleet';

/** How long windows are started and killed at random, s: `TIDEMARK_CONTEST_SECONDS=60` for a long run. */
const SECONDS = Number(process.env['TIDEMARK_CONTEST_SECONDS'] ?? 8);
const CONTENDERS = 6;

describe('windows over one folder', function () {
  this.timeout(30_000 + SECONDS * 2_000);
  let fleet: WindowFleet;
  beforeEach(async () => {
    fleet = await WindowFleet.over(await makeFolder());
  });
  afterEach(() => fleet.end());
  after(removeFolders);

  async function keeperAndFollower(): Promise<[WindowProcess, WindowProcess]> {
    const keeper = fleet.open();
    await keeper.become('keeping');
    const follower = fleet.open();
    await follower.become('following');
    return [keeper, follower];
  }

  const record = async () =>
    JSON.parse(await readFile(join(fleet.folder, 'owner.json'), 'utf8')) as Record<string, unknown>;

  it(`has one owner at a time and loses nothing while ${CONTENDERS} are started and killed for ${SECONDS} s`, async () => {
    const open = () => fleet.open().tell('rate 10');
    for (let i = 0; i < CONTENDERS; i++) open();
    await eventually('a keeper', () => fleet.keeper !== undefined);
    const end = Date.now() + SECONDS * 1_000;
    while (Date.now() < end) {
      // A random moment is what is tested.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 600));
      const { keeper } = fleet;
      if (keeper && Math.random() < 0.6) {
        await fleet.killKeeper();
      } else {
        await fleet.windows[Math.floor(Math.random() * fleet.windows.length)]!.kill();
      }
      open();
    }
    await fleet.end();
    const { lost, duplicated } = await fleet.account();
    const [median, worst] = [quantile(fleet.takeoverMs, 0.5), Math.max(0, ...fleet.takeoverMs)];
    console.log(
      `      ${fleet.accepted.size} accepted, ${fleet.takeoverMs.length} takeovers: median ${median} ms, worst ${worst} ms`,
    );
    assert.deepEqual(
      { twoOwners: fleet.twoOwners, lost, duplicated, refused: fleet.refused, failures: fleet.failures },
      { twoOwners: 0, lost: [], duplicated: [], refused: [], failures: [] },
    );
    assert.ok(fleet.accepted.size > 0 && fleet.takeoverMs.length > 0);
    // Each term had a number of its own.
    assert.equal(new Set(fleet.generations).size, fleet.generations.length);
  });

  it('accepts once what was sent twice, over a change of keeper too', async () => {
    const [, follower] = await keeperAndFollower();
    follower.tell('send one');
    await follower.hear('an answer', ({ accepted }) => accepted === 'one');
    await fleet.killKeeper();
    follower.tell('send one');
    const again = await follower.hear('an answer', ({ duplicate }) => duplicate === true);
    assert.equal(again.accepted, 'one');
    await fleet.end();
    assert.deepEqual(await fleet.account(), { lost: [], duplicated: [] });
  });

  it('shows the same in both', async () => {
    const [keeper, follower] = await keeperAndFollower();
    follower.tell('send one');
    await follower.hear('an answer', ({ accepted }) => accepted === 'one');
    const seen = async (window: WindowProcess) => {
      const from = window.lines.length;
      window.tell('sessions');
      const { sessions, status } = await window.hear('sessions', (line) => !!line.sessions, from);
      return { sessions, status };
    };
    const theirs = await eventually(
      'both to agree',
      async () => [await seen(keeper), await seen(follower)],
      ([a, b]) => isDeepStrictEqual(a, b),
    );
    assert.match(JSON.stringify(theirs[0]), /session-w2/);
  });

  it('deletes everything from a window that does not keep the store, and goes on', async () => {
    const [keeper, follower] = await keeperAndFollower();
    follower.tell('send one');
    await follower.hear('an answer', ({ accepted }) => accepted === 'one');
    const { generation } = await record();
    follower.tell('clear');
    await follower.hear('an end', ({ cleared }) => cleared === true);
    for (const window of [keeper, follower]) {
      const from = window.lines.length;
      window.tell('sessions');
      const { sessions } = await window.hear('sessions', (line) => !!line.sessions, from);
      assert.deepEqual(sessions, []);
    }
    // A store that begins anew counts on, so that its owner's late writes are still told apart.
    assert.equal((await record())['generation'], Number(generation) + 1);
    follower.tell('send two');
    await follower.hear('an answer', ({ accepted }) => accepted === 'two');
  });

  it('shows everywhere that the store can’t be opened, and everywhere when it can again', async () => {
    const [keeper, follower] = await keeperAndFollower();
    keeper.tell('stop');
    await follower.become('keeping');
    follower.tell('stop');
    await eventually('both to have ended', () => fleet.windows.length === 0);
    const file = join(fleet.folder, 'tidemark.db');
    const content = await readFile(file);
    await writeFile(file, 'another program’s file, which is no database at all');
    const [first, second] = [fleet.open(), fleet.open()];
    await Promise.all([first, second].map((window) => window.become('failed')));
    await writeFile(file, content);
    await eventually('both to go on', () =>
      [first, second].every(({ state }) => ['keeping', 'following'].includes(state)),
    );
  });

  it('shows a keeper that hangs, takes nothing from it by force, and loses nothing when it answers again', async () => {
    const [keeper, follower] = await keeperAndFollower();
    process.kill(keeper.child.pid!, 'SIGSTOP');
    follower.tell('send one');
    await follower.hear('it to show', ({ answering }) => answering === false);
    follower.tell('takeOver');
    const { tookOver, why } = await follower.hear('an end', (line) => line.tookOver !== undefined);
    assert.equal(tookOver, false);
    assert.match(why!, /does not answer/);
    const late = fleet.open();
    const { failure } = await late.hear('it to show', ({ state }) => state === 'elsewhere');
    assert.match(failure!, /does not answer/);
    process.kill(keeper.child.pid!, 'SIGCONT');
    await follower.hear('the answer', ({ accepted }) => accepted === 'one');
    await eventually('it to take part', () => ['keeping', 'following'].includes(late.state));
    assert.equal(fleet.twoOwners, 0);
  });

  it('ends a keeper that hangs when a person wants that, and loses nothing', async () => {
    const [keeper, follower] = await keeperAndFollower();
    process.kill(keeper.child.pid!, 'SIGSTOP');
    follower.tell('send one');
    await follower.hear('it to show', ({ answering }) => answering === false);
    follower.tell('endKeeper');
    const { ended, why } = await follower.hear('an end', (line) => line.ended !== undefined);
    assert.equal(ended, true, why);
    assert.equal(fleet.keeper, follower);
    await follower.hear('the answer', ({ accepted }) => accepted === 'one');
    await fleet.end();
    assert.deepEqual(await fleet.account(), { lost: [], duplicated: [] });
    assert.equal(fleet.twoOwners, 0);
  });

  it('ends no process that it can’t tell for certain, and none that answers', async () => {
    const [keeper, follower] = await keeperAndFollower();
    process.kill(keeper.child.pid!, 'SIGSTOP');
    follower.tell('send one');
    await follower.hear('it to show', ({ answering }) => answering === false);
    const file = join(fleet.folder, 'owner.json');
    const own = await readFile(file, 'utf8');
    for (const other of [{ processes: 'pid:[1]' }, { pid: process.pid }, { bootId: 'another' }]) {
      await writeFile(file, JSON.stringify({ ...(JSON.parse(own) as object), ...other }));
      const from = follower.lines.length;
      follower.tell('endKeeper');
      const { ended, why } = await follower.hear('an end', (line) => line.ended !== undefined, from);
      assert.equal(ended, false);
      assert.match(why!, /does not answer/);
    }
    await writeFile(file, own);
    process.kill(keeper.child.pid!, 'SIGCONT');
    await follower.hear('the answer', ({ accepted }) => accepted === 'one');
    const from = follower.lines.length;
    follower.tell('endKeeper');
    const { ended, why } = await follower.hear('an end', (line) => line.ended !== undefined, from);
    assert.equal(ended, true, why);
    assert.equal(fleet.keeper, follower);
    assert.equal(keeper.child.exitCode ?? keeper.child.signalCode, null);
  });

  it('passes the store to the window where a person asks for it', async () => {
    const [keeper, follower] = await keeperAndFollower();
    const third = fleet.open();
    await third.become('following');
    third.tell('rate 20');
    follower.tell('takeOver');
    const { tookOver, why } = await follower.hear('an end', (line) => line.tookOver !== undefined);
    assert.equal(tookOver, true, why);
    await keeper.become('following');
    assert.equal(fleet.keeper, follower);
    const before = fleet.accepted.size;
    await eventually('messages to flow', () => fleet.accepted.size > before + 5);
    assert.deepEqual([fleet.twoOwners, fleet.refused], [0, []]);
  });

  it('leaves the store in order when it is stopped, and another one takes it', async () => {
    const [keeper, follower] = await keeperAndFollower();
    const { generation, pid } = await record();
    assert.equal(pid, keeper.child.pid);
    keeper.tell('stop');
    await follower.become('keeping');
    await eventually('its record', async () => (await record())['pid'] === follower.child.pid);
    await eventually('its number', async () => (await record())['generation'] === Number(generation) + 1);
  });

  describe('and network namespaces', () => {
    before(function () {
      if (process.platform !== 'linux' || spawnSync('unshare', ['-n', 'true']).status !== 0) this.skip();
    });

    it('has one owner over all of them, which is followed from each, and which passes on when it is killed', async () => {
      const keeper = fleet.open();
      await keeper.become('keeping');
      const guest = fleet.open('unshare', '-n');
      await guest.become('following');
      guest.tell('send one');
      await guest.hear('an answer', ({ accepted }) => accepted === 'one');
      await fleet.killKeeper();
      assert.equal(fleet.keeper, guest);
      const late = fleet.open();
      await late.become('following');
      late.tell('send two');
      await late.hear('an answer', ({ accepted }) => accepted === 'two');
      await fleet.killKeeper();
      await fleet.end();
      assert.deepEqual(await fleet.account(), { lost: [], duplicated: [] });
      assert.equal(fleet.twoOwners, 0);
    });

    it('has one owner when windows of several start at once', async () => {
      for (let i = 0; i < 4; i++) fleet.open(...(i % 2 ? ['unshare', '-n'] : []));
      await eventually('all to have their part', () =>
        fleet.windows.every(({ state }) => ['keeping', 'following'].includes(state)),
      );
      assert.equal(fleet.windows.filter(({ state }) => state === 'keeping').length, 1);
    });
  });

  it('stays a guest, and says so, where another computer has the folder', async () => {
    const other = {
      host: 'elsewhere',
      bootId: 'another',
      network: '',
      term: 't',
      generation: 3,
      version: '1',
      pid: 1,
    };
    await writeFile(join(fleet.folder, 'owner.json'), JSON.stringify(other));
    const window = fleet.open();
    const { failure } = await window.hear('it to show', ({ state }) => state === 'elsewhere');
    assert.match(failure!, /in use on another computer \(elsewhere\)/);
    assert.deepEqual(await record(), other);
  });

  it('writes nothing more when its term was ended from outside, and contends anew', async () => {
    const [keeper, follower] = await keeperAndFollower();
    keeper.tell('send one');
    await keeper.hear('an answer', ({ accepted }) => accepted === 'one');
    await rm(join(fleet.folder, 'owner.json'));
    keeper.tell('send two');
    // Refused by the engine, kept by the window, accepted in the next term.
    await keeper.hear('an answer', ({ accepted }) => accepted === 'two');
    await follower.hear('an end', ({ state }) => state === 'keeping' || state === 'following');
    assert.equal(fleet.generations.length, 2);
    await fleet.end();
    assert.deepEqual(await fleet.account(), { lost: [], duplicated: [] });
  });
});
