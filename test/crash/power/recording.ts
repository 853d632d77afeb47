import { asError } from '../../../src/base/errors';
import { EngineThread } from '../../../src/storage/sqljs/engineThread';
import { fromPlain, type FromWorker, type Request } from '../../../src/storage/sqljs/protocol';
import { openHere } from '../../support/sqlite';
import type { Random } from '../../support/random';
import { QueueModel, type Asked, type Call } from '../queueModel';
import { defects, storeRows } from '../storeRows';
import { judge } from '../verdict';
import { Workload } from '../workload';
import { Disk, type Entry } from './disk';

export const STORE = '/disk/tidemark.db';

/** An operation, with the lengths of the disk's log when it was asked and when it was acknowledged. */
export interface Timed {
  operation: Asked;
  askedAt: number;
  /** Infinity where no answer came before the process was killed. */
  answeredAt: number;
  accepts: boolean;
}

export interface Recording {
  log: readonly Entry[];
  /** In the order in which the engine has applied them. */
  operations: readonly Timed[];
}

/** Without syncs, what the engine has gathered to write goes with its process. With them, this is a defect. */
export class KillDamageError extends Error {}

/** Ends a workload whose process is dead. */
class Killed extends Error {}

/**
 * Several processes after each other on one disk. Each works with the real engine until it closes or is killed,
 * in the middle of anything; the page cache lives on then, and the next process finds what was never synced.
 */
export async function record(random: Random, unsafe: boolean): Promise<Recording> {
  let disk = new Disk(new Map(), random.fork());
  const operations: Timed[] = [];
  const processes = random.int(1, 3);
  for (let i = 1; i <= processes; i++) {
    if (random.chance(0.5)) disk.killAfter(random.magnitude(1, 1_000));
    const process = new Process(disk, random.fork(), unsafe);
    disk = await process.live(String(i), operations);
  }
  return { log: disk.log, operations };
}

class Process {
  readonly #asked: Timed[] = [];
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (e: Error) => void }>();

  constructor(
    private readonly disk: Disk,
    private readonly random: Random,
    private readonly unsafe: boolean,
  ) {}

  /** Adds what it has done for good to `operations`. The disk for the next process. */
  async live(name: string, operations: Timed[]): Promise<Disk> {
    const connection = await openHere(STORE, this.disk);
    connection.exec(`PRAGMA wal_autocheckpoint=${this.random.pick([8, 60, 1_000])}`);
    if (this.unsafe) connection.exec('PRAGMA synchronous=OFF');
    const closed = new Promise<void>((resolve, reject) => {
      const send = (message: FromWorker) => this.#committed(message);
      const thread = new EngineThread(connection, send, resolve, (error) => reject(asError(error)));
      const call: Call = (operation, args) => this.#call(thread, operation, args);
      const work = new Workload(call, this.random.fork(), name).run(this.random.int(20, 250));
      const end = () => thread.accept([{ id: 0, name: 'close', args: undefined }]);
      work.then(end, (error) => (error instanceof Killed ? end() : reject(asError(error))));
    });
    await closed;
    const next = this.disk.successor ?? this.disk;
    const before = operations.map(({ operation }) => operation);
    operations.push(...(await this.#effective(before, next)));
    return next;
  }

  /** The engine's way of asking, in one thread. Nothing that a dead process asks or hears counts. */
  #call<K extends Asked['name']>(
    thread: EngineThread,
    name: K,
    args: Extract<Asked, { name: K }>['args'],
  ): never {
    if (this.disk.successor) return Promise.reject(new Killed()) as never;
    const operation = { name, args } as unknown as Asked;
    this.#asked.push({ operation, askedAt: this.disk.log.length, answeredAt: Infinity, accepts: false });
    const id = this.#asked.length;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.accept([{ id, name, args } satisfies Request]);
    }) as never;
  }

  #committed(message: FromWorker): void {
    if (message.kind !== 'committed') return;
    for (const { id, result, error } of message.replies) {
      const timed = this.#asked[id - 1];
      if (!timed) continue;
      const waiting = this.#waiting.get(id)!;
      if (this.disk.successor) {
        waiting.reject(new Killed());
        continue;
      }
      timed.answeredAt = this.disk.log.length;
      timed.accepts = timed.operation.name === 'enqueue' && (result as { id?: number })?.id !== undefined;
      if (error) waiting.reject(fromPlain(error));
      else waiting.resolve(result);
    }
  }

  /** Those of its operations that the next process finds: all answered ones and some that were on their way. */
  async #effective(before: readonly Asked[], disk: Disk): Promise<Timed[]> {
    const answered = this.#asked.filter(({ answeredAt }) => answeredAt < Infinity).length;
    if (answered === this.#asked.length) return this.#asked;
    const model = new QueueModel();
    before.forEach((operation) => model.apply(operation));
    const all = this.#asked.map(({ operation }) => operation);
    // On a copy, so that the recovery that it takes is not part of the recording.
    const copy = new Disk(disk.contents(), this.random.fork());
    const connection = await openHere(STORE, copy);
    try {
      const verdict = judge(model, all, answered, storeRows(connection));
      const wrong = [...defects(connection), ...verdict.differences];
      if (wrong.length > 0) throw new KillDamageError(`A kill did damage: ${wrong.slice(0, 5).join('; ')}`);
      return this.#asked.slice(0, verdict.applied);
    } finally {
      connection.close();
    }
  }
}
