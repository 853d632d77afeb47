import { Worker } from 'node:worker_threads';
import { asError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { Logger } from '../../base/logger';
import type { Transition } from '../../queue/transition';
import { StorageClosedError, StorageFailedError } from '../errors';
import type { OperationArgs, OperationName, OperationResult } from '../queries/operations';
import type { Fence } from './fence';
import { fromPlain, type EngineData, type FromWorker, type Reply, type Request } from './protocol';

export interface EngineOptions {
  /** Absolute path of the database file; its folder must be there, and owned (keeper/ownership.ts). */
  file: string;
  /** The bundled worker and the WASM build beside it. */
  workerFile: string;
  wasmFile: string;
  /** Without it nothing checks whose term it is: for tools and tests that own the folder otherwise. */
  fence?: Fence;
  log: Logger;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * The engine as the other threads see it: ask an operation by name, get a promise. A promise of a write
 * resolves once it is on disk; state changes are announced before the promises of their transaction resolve.
 *
 * opening ──ready──▶ open ──close()──▶ closed
 *    │                 │
 *    └────▶ failed ◀───┘  the worker died or can't go on: every promise in flight rejects, and nothing of it
 *                         was acknowledged. The owner opens another engine.
 */
export class Engine {
  readonly #waiting = new Map<number, Waiting>();
  readonly #transitions: Emitter<readonly Transition[]>;
  readonly #failed: Emitter<Error>;
  /** Asked for in this turn of the event loop: they cross over together. */
  #outbox: Request[] = [];
  #nextId = 1;
  #end: Error | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly worker: Worker,
    log: Logger,
  ) {
    this.#transitions = new Emitter((error) => log.error('A listener to state changes failed.', error));
    this.#failed = new Emitter((error) => log.error('A listener to the end of the engine failed.', error));
  }

  /** Committed state changes, in order. */
  get onTransitions() {
    return this.#transitions.event;
  }

  /** Fires once when the engine ends without having been closed. */
  get onDidFail() {
    return this.#failed.event;
  }

  /**
   * Opens the file in a worker thread, recovers it and brings it up to date.
   * @throws StoreUnreadableError, StoreTooNewError, StorageLayoutError or StorageFailedError.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const workerData: EngineData = {
      file: options.file,
      wasmFile: options.wasmFile,
      ...(options.fence && { fence: options.fence }),
    };
    // No environment and no flags of the host: the engine needs none, and both may hold secrets or loaders.
    const worker = new Worker(options.workerFile, { workerData, env: {}, execArgv: [] });
    const engine = new Engine(worker, options.log);
    await engine.#ready();
    return engine;
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      let opened = false;
      const end = (error: Error) => {
        if (opened) this.#fail(error);
        else reject(error);
      };
      let fatal: Error | undefined;
      this.worker.on('message', (message: FromWorker) => {
        if (message.kind === 'committed') this.#committed(message.replies, message.transitions);
        else if (message.kind === 'fatal') fatal = fromPlain(message.error);
        else {
          opened = true;
          resolve();
        }
      });
      this.worker.on(
        'error',
        (cause) => (fatal = new StorageFailedError('The database engine stopped.', { cause })),
      );
      this.worker.on('exit', () => end(fatal ?? new StorageFailedError('The database engine stopped.')));
    });
  }

  /** @throws what the operation throws; StorageFailedError or StorageClosedError when the engine has ended. */
  call<K extends OperationName>(name: K, args: OperationArgs<K>): Promise<OperationResult<K>> {
    return this.#request(name, args) as Promise<OperationResult<K>>;
  }

  /** Lets everything that was asked finish, closes the file and ends the thread. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#end) return;
    const exited = new Promise<void>((resolve) => this.worker.once('exit', () => resolve()));
    const closed = this.#request('close', undefined);
    this.#end = new StorageClosedError();
    // A worker that dies on the way is closed too; what it had acknowledged is on disk.
    await Promise.race([closed.catch(() => undefined), exited]);
    await this.worker.terminate();
  }

  #request(name: Request['name'], args: unknown): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#outbox.push({ id, name, args });
      if (this.#outbox.length === 1) process.nextTick(() => this.#post());
    });
  }

  #post(): void {
    const requests = this.#outbox;
    this.#outbox = [];
    try {
      this.worker.postMessage(requests);
    } catch {
      for (const request of requests) this.#postAlone(request);
    }
  }

  /** One whose arguments can't be copied must not take the others with it. */
  #postAlone(request: Request): void {
    try {
      this.worker.postMessage([request]);
    } catch (error) {
      this.#waiting.get(request.id)?.reject(asError(error));
      this.#waiting.delete(request.id);
    }
  }

  #committed(replies: readonly Reply[], transitions: readonly Transition[]): void {
    if (transitions.length > 0) this.#transitions.fire(transitions);
    for (const { id, result, error } of replies) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) waiting?.reject(fromPlain(error));
      else waiting?.resolve(result);
    }
  }

  #fail(error: Error): void {
    const closing = this.#end !== undefined;
    this.#end ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (!closing) this.#failed.fire(error);
  }
}
