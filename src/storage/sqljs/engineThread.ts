import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Transition } from '../../queue/transition';
import { StorageFailedError } from '../errors';
import { migrate, refuseForeign } from '../migrations';
import type { OperationContext } from '../queries/context';
import { operations } from '../queries/operations';
import { indexBeforeCommit } from '../queries/searchIndex';
import { refusal } from './fence';
import type { FileSystem } from './fileSystem';
import { gatherWrites } from './gatheredWrites';
import { withLogRoom } from './logRoom';
import { toPlain, type EngineData, type FromWorker, type Reply, type Request } from './protocol';
import { loadSqlite, SqliteConnection } from './sqlite';

/** Operations that add memory: what they add is found as soon as it is stored. */
const changesMemory: ReadonlySet<Request['name']> = new Set(['storeResults', 'addNote']);

/**
 * The engine's thread: one connection, everything in the order in which it was asked. Requests that arrive
 * while one transaction is being synced share the next one, so that many producers cost one sync.
 * An answer is sent only after its transaction's COMMIT has returned.
 */
export class EngineThread {
  #waiting: Request[] = [];
  #scheduled = false;

  /**
   * @param ended called when the connection is closed because that was asked.
   * @param fatal called when the engine can't go on. The connection is left as it is: its file is recovered by
   * whoever opens it next.
   * @param refused why nothing may be written any more, if so.
   */
  constructor(
    private readonly connection: SqliteConnection,
    private readonly send: (message: FromWorker) => void,
    private readonly ended: () => void,
    private readonly fatal: (error: unknown) => void,
    private readonly refused: () => StorageFailedError | undefined = () => undefined,
  ) {}

  accept(requests: readonly Request[]): void {
    this.#waiting.push(...requests);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const batch = this.#waiting;
      this.#waiting = [];
      this.#commit(batch);
    });
  }

  #commit(batch: Request[]): void {
    const refused = this.refused();
    if (refused) return this.fatal(refused);
    const closing = batch.find((request) => request.name === 'close');
    const work = batch.filter((request) => request.name !== 'close');
    if (work.length > 0) {
      try {
        this.send(this.#transaction(work));
      } catch (error) {
        // Nothing of the batch was kept; each caller hears it.
        const plain = toPlain(error);
        this.send({
          kind: 'committed',
          replies: work.map(({ id }) => ({ id, error: plain })),
          transitions: [],
        });
      }
      // A failed checkpoint doesn't fail the commit that started it, which was synced before.
      const { poison } = this.connection;
      if (poison) return this.fatal(poison);
    }
    if (closing) {
      this.connection.close();
      this.send({ kind: 'committed', replies: [{ id: closing.id }], transitions: [] });
      this.ended();
    }
  }

  #transaction(requests: Request[]): FromWorker {
    const { connection } = this;
    const transitions: Transition[] = [];
    connection.run('BEGIN IMMEDIATE');
    try {
      const replies =
        requests.length === 1
          ? [this.#run(requests[0]!, transitions)]
          : requests.map((request) => this.#apart(request, transitions));
      // Not after others: a backlog, which is worked off in slices, must not slow an accept down.
      if (requests.some(({ name }) => changesMemory.has(name))) indexBeforeCommit(connection);
      connection.run('COMMIT');
      return { kind: 'committed', replies, transitions };
    } catch (error) {
      // SQLite has already rolled back by itself after some errors.
      if (connection.inTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** One caller's failure must not take the others' work with it: each has a savepoint of its own. */
  #apart(request: Request, transitions: Transition[]): Reply {
    const { connection } = this;
    connection.run('SAVEPOINT operation');
    try {
      const reply = this.#run(request, transitions);
      connection.run('RELEASE operation');
      return reply;
    } catch (error) {
      if (error instanceof StorageFailedError || connection.poison || !connection.inTransaction) throw error;
      connection.exec('ROLLBACK TO operation; RELEASE operation');
      return { id: request.id, error: toPlain(error) };
    }
  }

  #run({ id, name, args }: Request, transitions: Transition[]): Reply {
    const moves: Transition[] = [];
    const context: OperationContext = {
      sql: this.connection,
      moved: (transition) => void moves.push(transition),
    };
    const run = operations[name as keyof typeof operations] as (c: OperationContext, a: unknown) => unknown;
    const result = run(context, args);
    transitions.push(...moves);
    return { id, result };
  }
}

/** The disk as SQLite is given it: few and large writes, to a log that has room. */
export const underSqlite = (fileSystem: FileSystem): FileSystem => gatherWrites(withLogRoom(fileSystem));

/**
 * Opens the store and brings it up to date. Once a thread: see `loadSqlite`.
 * @throws StoreUnreadableError, StoreTooNewError, StorageLayoutError or StorageFailedError.
 */
export async function openConnection(
  { file, wasmFile }: EngineData,
  fileSystem: FileSystem,
): Promise<SqliteConnection> {
  const sqlite = await loadSqlite(readFileSync(wasmFile), underSqlite(fileSystem));
  const connection = SqliteConnection.open(sqlite, file, refuseForeign);
  migrate(connection);
  return connection;
}

/** The whole life of the worker: opens with `open`, then serves its parent until that closes it. */
export async function runEngineThread(open: (data: EngineData) => Promise<SqliteConnection>): Promise<void> {
  const port = parentPort!;
  const send = (message: FromWorker) => port.postMessage(message);
  const end = () => port.close();
  const fatal = (error: unknown) => {
    send({ kind: 'fatal', error: toPlain(error) });
    end();
  };
  process.on('uncaughtException', fatal);
  try {
    const data = workerData as EngineData;
    const refused = () => data.fence && refusal(data.fence);
    const early = refused();
    if (early) throw early;
    const thread = new EngineThread(await open(data), send, end, fatal, refused);
    port.on('message', (requests: Request[]) => thread.accept(requests));
    send({ kind: 'ready' });
  } catch (error) {
    fatal(error);
  }
}
