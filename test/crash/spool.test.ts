import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeFolder, removeFolders } from '../support/store';
import { buildKeeperChild } from './buildKeeperChild';
import { fillSpool } from './spoolFiller';
import { memoryOf } from './memoryOf';

const ROUNDS = 20;
const SESSIONS = 10;

/** A repeatable source of chance (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('a keeper that is killed while it works through a spool of 500 events', function () {
  this.timeout(180_000);
  let child: string;
  let running: ChildProcess | undefined;

  before(async () => {
    child = await buildKeeperChild();
  });
  afterEach(() => running?.kill('SIGKILL'));
  after(removeFolders);

  function start(folder: string) {
    const keeper = (running = spawn(process.execPath, [child, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }));
    const lines = createInterface(keeper.stdout);
    const says = (word: string) =>
      new Promise<void>((resolve, reject) => {
        lines.on('line', (line) => line === word && resolve());
        keeper.once('exit', (code) => reject(new Error(`The keeper ended with ${code}.`)));
      });
    const exited = once(keeper, 'exit');
    const kill = async () => {
      keeper.kill('SIGKILL');
      await exited;
    };
    return { ready: says('ready'), idle: says('idle'), kill };
  }

  async function workOff(folder: string): Promise<number> {
    const keeper = start(folder);
    keeper.ready.catch(() => undefined);
    const begin = Date.now();
    await keeper.idle;
    keeper.idle.catch(() => undefined);
    const took = Date.now() - begin;
    await keeper.kill();
    return took;
  }

  it(`loses nothing and doubles nothing in ${ROUNDS} rounds`, async () => {
    const untouched = await makeFolder();
    const { tools, prompts } = await fillSpool(untouched, SESSIONS);
    const took = await workOff(untouched);
    const expected = await memoryOf(untouched);
    assert.deepEqual(expected.queue, { pending: 0, processing: 0, failed: 0 });
    assert.equal(expected.sessions.flatMap(({ outcomes }) => outcomes).length, tools);
    assert.equal(expected.sessions.flatMap(({ summaries }) => summaries).length, prompts);

    const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);
    const random = seeded(seed);
    let left = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const folder = await makeFolder();
      await fillSpool(folder, SESSIONS);
      const killed = start(folder);
      killed.idle.catch(() => undefined);
      await killed.ready;
      await new Promise((resolve) => setTimeout(resolve, random() * took * 0.8));
      await killed.kill();
      left += (await readdir(join(folder, 'spool'))).length > 0 ? 1 : 0;
      await workOff(folder);
      const { sessions, queue } = await memoryOf(folder);
      assert.deepEqual(
        { queue, sessions },
        { queue: expected.queue, sessions: expected.sessions },
        `round ${round}, TIDEMARK_SEED=${seed}`,
      );
    }
    // A kill after the work is done proves nothing.
    assert.ok(
      left >= ROUNDS / 4,
      `only ${left} of ${ROUNDS} kills came before the spool was empty (TIDEMARK_SEED=${seed})`,
    );
    console.log(
      `      ${ROUNDS} kills, ${left} of them with events left in the spool; untouched it takes ${took} ms (seed ${seed})`,
    );
  });
});
