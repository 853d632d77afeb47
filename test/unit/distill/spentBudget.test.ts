import assert from 'node:assert/strict';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFiles } from '../../../scripts/build';
import { deleteStoredData } from '../../../src/keeper/deleteStoredData';
import { storageLayout } from '../../../src/keeper/storageFolder';
import { nextDayOf } from '../../../src/distill/usage';
import { setAsideDamaged } from '../../../src/storage/setAsideDamaged';
import { AnthropicServer, oneObservation } from '../../support/anthropicServer';
import { queueTurn, startPaidKeeper, type PaidKeeperOptions } from '../../support/paidKeeper';
import { until, work } from '../../support/sessionHarness';
import { removeFolders } from '../../support/store';

/** Room for one request at its estimate, and not for another once the first is settled. */
const ROOM_FOR_ONE = 0.0006;

describe('A spent budget', () => {
  let server: AnthropicServer;
  let started: Awaited<ReturnType<typeof startPaidKeeper>>;
  const start = async (options: PaidKeeperOptions = {}) => (started = await startPaidKeeper(server, options));
  const counts = () => started.keeper.queue.counts();
  const quiet = () => until(started.keeper.queue, () => counts().pending + counts().processing === 0);

  /** A day on which something was spent, and the folder of the closed store. */
  async function spend() {
    await start();
    await queueTurn(started.keeper, 'one', [work('a')]);
    await quiet();
    const { folder, clock, keeper } = started;
    const spent = keeper.usage.today;
    assert.ok(spent.costUsd > 0);
    await keeper.stop();
    return { folder, clock, spent };
  }

  beforeEach(async () => void (server = await AnthropicServer.start(oneObservation)));
  afterEach(async () => {
    await started.keeper.stop();
    await server.stop();
  });
  after(removeFolders);

  const ways: Record<string, (folder: string, now: number) => Promise<unknown>> = {
    'all data is deleted': (folder) => deleteStoredData(folder),
    'a damaged store is set aside': async (folder, now) => {
      const { database } = storageLayout(folder);
      await writeFile(database, 'no database');
      return setAsideDamaged(database, engineFiles, now);
    },
  };
  for (const [title, lose] of Object.entries(ways)) {
    it(`is not given back when ${title}`, async () => {
      const { folder, clock, spent } = await spend();
      await lose(folder, clock.now());
      await start({ folder, clock, budgetUsd: ROOM_FOR_ONE });
      const { requests, ...sums } = started.keeper.usage.today;
      assert.deepEqual({ ...sums, requests }, { ...spent, requests: 1 });
      assert.deepEqual(await started.keeper.usage.ofSession(1), []);
      await queueTurn(started.keeper, 'two', [work('b')]);
      await until(started.keeper.queue, () => started.keeper.providerPause !== undefined);
      assert.equal(started.keeper.providerPause?.reason, 'budget');
      assert.equal(server.requests.length, 1);
    });
  }

  it('counts once, however often the store is opened', async () => {
    const { folder, clock, spent } = await spend();
    await deleteStoredData(folder);
    for (let i = 0; i < 3; i++) {
      await start({ folder, clock });
      assert.equal(started.keeper.usage.today.costUsd, spent.costUsd);
      await started.keeper.stop();
    }
  });

  it('is that of its day only', async () => {
    const { folder, clock } = await spend();
    await deleteStoredData(folder);
    clock.advance(nextDayOf(clock.now()) - clock.now());
    await start({ folder, clock });
    assert.equal(started.keeper.usage.today.costUsd, 0);
  });

  it('stands in a file for the owner only, and a file that is none changes nothing', async () => {
    const { folder, clock, spent } = await spend();
    const file = join(folder, 'usage-today.json');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), spent);
    for (const text of ['', '{', 'null', '{"dayStart":-1}']) {
      await writeFile(file, text);
      await start({ folder, clock });
      assert.equal(started.keeper.usage.today.costUsd, spent.costUsd);
      await started.keeper.stop();
    }
    await rm(file);
    await start({ folder, clock });
    assert.equal(started.keeper.usage.today.costUsd, spent.costUsd);
  });
});
