import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { chosenSeed, Random } from '../support/random';
import { makeFolder, removeFolders } from '../support/store';
import { dist } from '../../scripts/build';
import { fillSpool } from './spoolFiller';
import { memoryOf } from './memoryOf';

const ROUNDS = 20;
const SESSIONS = 10;

describe('a keeper that is killed while it works through a spool of 500 events', function () {
  this.timeout(180_000);
  const child = join(dist, '..', 'out', 'crash', 'scripts', 'keeperChild.js');
  let running: ChildProcess | undefined;

  before(async () => {
    // Bundled into a folder two levels below out/, where its paths to dist/ hold as in the sources.
    await build({
      ...{ entryPoints: [join(__dirname, 'keeperChild.ts')], outfile: child, bundle: true, platform: 'node' },
      ...{
        target: 'node20',
        format: 'cjs',
        define: { __dirname: JSON.stringify(join(dist, '..', 'scripts')) },
      },
    });
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

    const seed = chosenSeed();
    const random = new Random(seed);
    let left = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const folder = await makeFolder();
      await fillSpool(folder, SESSIONS);
      const killed = start(folder);
      killed.idle.catch(() => undefined);
      await killed.ready;
      await new Promise((resolve) => setTimeout(resolve, random.next() * took * 0.8));
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
