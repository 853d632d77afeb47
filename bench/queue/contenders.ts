import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { engineFiles } from '../../scripts/build';
import { systemClock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import type { NewMessage } from '../../src/queue/message';
import { Engine } from '../../src/storage/sqljs/engine';
import { EngineMessageStore, EngineSessionStore } from '../../src/storage/stores';

/** One way to keep the queue. What a call stands for is on disk when it returns, or its promise resolves. */
export interface Contender {
  readonly name: string;
  enqueue(message: NewMessage): unknown;
  claim(sessionId: number, lease: string): Promise<number | undefined> | number | undefined;
  confirm(id: number, lease: string): unknown;
  close(): Promise<void>;
}

export const openEngine = (file: string): Promise<Engine> =>
  Engine.open({ file, ...engineFiles, log: silentLogger });

/** Exactly what the product calls. */
export class Ours implements Contender {
  readonly name = 'tidemark';

  private constructor(
    readonly engine: Engine,
    readonly queue: EngineMessageStore,
    readonly sessions: EngineSessionStore,
  ) {}

  static async open(file: string): Promise<Ours> {
    const engine = await openEngine(file);
    const queue = await EngineMessageStore.open(engine, systemClock, silentLogger);
    return new Ours(engine, queue, new EngineSessionStore(engine, silentLogger));
  }

  enqueue(message: NewMessage): Promise<unknown> {
    return this.queue.enqueue(message);
  }

  async claim(sessionId: number, lease: string): Promise<number | undefined> {
    return (await this.queue.claimNext(sessionId, lease))?.id;
  }

  confirm(id: number, lease: string): Promise<unknown> {
    return this.queue.confirmProcessed([id], lease);
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}

/** What the disk alone costs: the bytes appended to a file, and fdatasync. */
export class Floor implements Contender {
  readonly name = 'append + fdatasync';
  readonly #file: number;
  #next = 0;

  constructor(file: string) {
    this.#file = openSync(file, 'w');
  }

  enqueue(message: NewMessage): void {
    this.#append(JSON.stringify(message));
  }

  claim(_sessionId: number, lease: string): number {
    this.#append(JSON.stringify({ id: ++this.#next, lease }));
    return this.#next;
  }

  confirm(id: number): void {
    this.#append(JSON.stringify({ id }));
  }

  #append(record: string): void {
    writeSync(this.#file, `${record}\n`);
    fdatasyncSync(this.#file);
  }

  async close(): Promise<void> {
    closeSync(this.#file);
  }
}

/** One fsync alone, as a write-ahead log in its stride costs it: pages over pages that are there. */
export class SyncedPages {
  readonly #file: number;
  readonly #pages = Buffer.alloc(4 * 4096, 1);
  #position = 0;

  constructor(file: string) {
    this.#file = openSync(file, 'w');
    ftruncateSync(this.#file, 0);
    const megabyte = Buffer.alloc(1 << 20);
    for (let n = 0; n < 4; n++) writeSync(this.#file, megabyte);
    fdatasyncSync(this.#file);
  }

  write(): void {
    writeSync(this.#file, this.#pages, 0, this.#pages.length, this.#position);
    this.#position = (this.#position + this.#pages.length) % (4 << 20);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
