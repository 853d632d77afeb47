import fc from 'fast-check';
import { makeFolder, openStore, project, removeFolders, type OpenStore } from '../../support/store';
import * as queue from './queueModel';

const HISTORIES = 150;
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const lease = fc.constantFrom('L1', 'L2');

/** `TIDEMARK_SEED` and `TIDEMARK_PATH`, as fast-check prints them, replay a failure. */
const replay = {
  ...(process.env['TIDEMARK_SEED'] && { seed: Number(process.env['TIDEMARK_SEED']) }),
  ...(process.env['TIDEMARK_PATH'] && { path: process.env['TIDEMARK_PATH'] }),
};

describe('the queue, held against a model', function () {
  this.timeout(180_000);
  let store: OpenStore;
  after(async () => {
    await store.engine.close();
    await removeFolders();
  });

  it(`is where the model says after each command of ${HISTORIES} histories, crashes included`, async () => {
    const folder = await makeFolder();
    store = await openStore(folder);
    let history = 0;
    const commands = fc.commands(
      [
        name.map(queue.enqueue),
        name.map(queue.enqueue),
        lease.map(queue.claim),
        lease.map(queue.claim),
        fc.tuple(lease, lease).map(([by, of]) => queue.confirm(by, of)),
        fc.tuple(lease, fc.boolean()).map(([by, counted]) => queue.fail(by, counted)),
        lease.map(queue.release),
        lease.map(queue.reset),
        fc.constant(0).map(queue.retry),
        fc.constant(0).map(queue.discard),
        fc.oneof(
          { arbitrary: fc.constant(0).map(queue.crash), weight: 1 },
          { arbitrary: name.map(queue.crashInEnqueue), weight: 1 },
          { arbitrary: name.map(queue.enqueue), weight: 10 },
        ),
      ],
      { maxCommands: 80 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (all) => {
        const number = ++history;
        const { id } = await store.sessions.ensureSession('claude-code', `history ${number}`, project, 1);
        const real = new queue.Real(folder, store, id, number);
        try {
          await fc.asyncModelRun(() => ({ model: queue.emptyModel(), real }), all);
        } finally {
          store = real.store;
        }
      }),
      { numRuns: HISTORIES, ...replay },
    );
  });
});
