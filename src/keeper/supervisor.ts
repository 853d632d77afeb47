import type * as net from 'node:net';
import { Deferred } from '../base/async';
import type { Disposable } from '../base/disposable';
import { asError, TidemarkError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { TidemarkClient } from './client';
import { deleteStoredData } from './deleteStoredData';
import { Keeper, type KeeperOptions } from './keeper';
import { LocalClient } from './localClient';
import { acquireOwnership, OwnedElsewhereError, ownerSecret, type Ownership } from './ownership';
import {
  beginTerm,
  endTerm,
  newOwnerRecord,
  OtherComputerError,
  readOwnerRecord,
  writeOwnerRecord,
  type OwnerRecord,
} from './ownerRecord';
import type { Method, News, Params, Result } from './protocol';
import { ImpostorError, OtherVersionError, RemoteClient } from './remoteClient';
import { KeeperServer } from './server';
import { WindowClient } from './windowClient';

/**
 * Where this window stands with the store:
 *
 * starting ──▶ keeping ──asked to step down──▶ following
 *    │            └──store fails──▶ failed ──after a while──▶ keeping
 *    ├──▶ following ──the keeper goes──▶ keeping | following another
 *    │       └──its store fails──▶ failed ──it opens again──▶ following
 *    └──▶ elsewhere ──the other one goes──▶ keeping | following
 * any ──stop──▶ stopped
 *
 * While the store passes from one window to another, followers stay `following`: their calls wait.
 */
export type StoreState =
  | { kind: 'starting' }
  | { kind: 'keeping'; client: TidemarkClient }
  /** Another window keeps the store; everything works through it. `answering`: false while it hangs. */
  | {
      kind: 'following';
      client: TidemarkClient;
      keeper: { pid: number; version: string };
      answering: boolean;
    }
  /** The store is taken by somebody who can't be followed, for this reason. */
  | { kind: 'elsewhere'; error: TidemarkError }
  | { kind: 'failed'; error: Error }
  | { kind: 'stopped' };

export interface SupervisorOptions extends Omit<KeeperOptions, 'onFailure' | 'aboveGeneration' | 'fence'> {
  /** Tidemark's. */
  version: string;
}

/** The keeper has not answered since it was greeted. */
export class KeeperSilentError extends TidemarkError {
  readonly code = 'keeper-silent';
  constructor(pid?: number) {
    super('The window that keeps the store does not answer.', {
      advice:
        `Close or reload that window${pid === undefined ? '' : ` (its extension host is process ${pid})`}: ` +
        'another one takes the store over at once. It is never taken by force, because two owners would damage it.',
    });
  }
}

const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** A keeper that hasn't greeted within this is shown as silent; greeting goes on, ms. */
const SILENCE_MS = 5_000;
/** How long this window lets another one go first, ms. */
const YIELD_MS = 300;
const RECONNECT_MS = 10;
const MAX_RECONNECT_MS = 2_000;

/** What holds while this window owns the folder. */
interface Term {
  ownership: Ownership;
  server: KeeperServer;
  record: OwnerRecord;
  over: Deferred<void>;
}

/** This window's part in the store: contends for the folder, keeps the store in it, or follows who does. */
export class Supervisor {
  #state: StoreState = { kind: 'starting' };
  #term: Term | undefined;
  #keeper: Keeper | undefined;
  #local: LocalClient | undefined;
  #remote: RemoteClient | undefined;
  /** Changes of keeper and store, one after the other. */
  #change: Promise<void> = Promise.resolve();
  #failures = 0;
  #retry: Disposable | undefined;
  #running: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #changed: Emitter<StoreState>;
  readonly onDidChangeState: Event<StoreState>;
  /** For this window's whole life, whoever keeps the store. */
  readonly client: WindowClient;

  constructor(private readonly options: SupervisorOptions) {
    this.#changed = new Emitter((error) => options.log.error('A listener to the state failed.', error));
    this.onDidChangeState = this.#changed.event;
    this.client = new WindowClient(options.log);
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Takes the folder, now or when it is free, or follows who has it. Never rejects: `state` tells. Idempotent. */
  start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    let wait = RECONNECT_MS;
    while (!this.#stop.signal.aborted) {
      let ownership: Ownership | undefined;
      try {
        ownership = await acquireOwnership(this.options.folder);
        await this.#serveTerm(ownership);
        // Whoever asked this window to step down goes first.
        wait = YIELD_MS;
      } catch (error) {
        await ownership?.release();
        if (error instanceof OwnedElsewhereError) {
          wait = await this.#follow(error.connect, wait);
        } else if (error instanceof OtherComputerError) {
          this.#elsewhere(error);
          wait = MAX_RETRY_MS;
        } else {
          this.options.log.error('The folder could not be taken.', error);
          this.#fail(asError(error));
          wait = this.#nextRetryMs();
        }
      }
      if (wait > 0) await this.#pause(wait * (0.5 + Math.random()));
    }
  }

  /** At most `ms`; a retry or a stop ends it. */
  async #pause(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const over = new Deferred<void>();
    this.#wakeUp = over.resolve;
    const timer = this.options.clock.schedule(ms, () => over.resolve());
    await over.promise;
    this.#wakeUp = undefined;
    timer.dispose();
  }
  #wakeUp: (() => void) | undefined;

  // --- keeping

  /** Owns the folder until asked to step down or stopped. @throws OtherComputerError, with nothing begun. */
  async #serveTerm(ownership: Ownership): Promise<void> {
    const { folder, version, clock, log } = this.options;
    if (this.#stop.signal.aborted) return ownership.release();
    const secret = await ownerSecret(folder);
    const former = await readOwnerRecord(folder);
    const record = { ...newOwnerRecord(version), generation: former?.generation ?? 0 };
    await beginTerm(folder, record);
    const backend = { call: <K extends Method>(m: K, p: Params<K>) => this.#callForFollower(m, p) };
    const server = new KeeperServer({ secret, version, backend, news: () => this.#news(), clock, log });
    const term: Term = { ownership, server, record, over: new Deferred() };
    this.#term = term;
    const subscription = this.client.onDidChange((sessions) => server.announce(sessions));
    ownership.serve(server.accept);
    if (this.#stop.signal.aborted) term.over.resolve();
    this.#openStore();
    try {
      await term.over.promise;
      await this.#change;
    } finally {
      subscription.dispose();
      this.#retry?.dispose();
      this.client.detach();
      this.#become({ kind: 'starting' });
      await this.#endKeeper();
      // Nothing of this process writes any more. Whoever waits opens the files as soon as the name is free.
      this.#term = undefined;
      await endTerm(folder, term.record);
      server.dispose();
      await ownership.release();
    }
  }

  #callForFollower<K extends Method>(method: K, params: Params<K>): Promise<Result<K>> {
    const ours: { [M in Method]?: () => Promise<void> } = {
      clearAllData: () => this.clearAllData(),
      reopen: async () => this.retry(),
      stepDown: async () => this.#stepDown(),
    };
    const run = ours[method];
    return run ? (run() as Promise<Result<K>>) : this.client.call(method, params);
  }

  #news(): Omit<News, 'sessions'> {
    const failure = this.#state.kind === 'failed' ? this.#state.error.message : null;
    return { status: this.#state.kind === 'keeping' ? this.client.status() : null, failure };
  }

  /** Followers are answered first, then the folder is given up. */
  #stepDown(): void {
    this.options.log.info('Another window takes the store over: a person asked for it.');
    setImmediate(() => this.#term?.over.resolve());
  }

  #openStore(): void {
    void this.#inTurn(async () => {
      if (!this.#term || this.#stop.signal.aborted) return;
      try {
        await this.#startKeeper(this.#term);
      } catch (error) {
        this.options.log.error('The store could not be opened.', error);
        this.#failAndRetry(asError(error));
      }
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#change.then(change);
    this.#change = done.catch(() => undefined);
    return done;
  }

  async #startKeeper(term: Term): Promise<void> {
    const { folder, log, provider } = this.options;
    // A keeper can fail before it is ours to end.
    const failure = new Deferred<unknown>();
    const aboveGeneration = term.record.generation;
    const fence = { term: term.record.term };
    const keeper = await Keeper.start({
      ...this.options,
      aboveGeneration,
      fence,
      onFailure: failure.resolve,
    });
    this.#keeper = keeper;
    term.record = { ...term.record, generation: keeper.generation };
    await writeOwnerRecord(folder, term.record);
    const local = (this.#local = new LocalClient(keeper, provider.id, log));
    local.onDidChange((sessions) => this.client.update(local.status(), sessions));
    this.#failures = 0;
    this.client.update(local.status(), new Set());
    this.client.attach(local);
    this.#become({ kind: 'keeping', client: this.client });
    void failure.promise.then((error) => this.#keeperFailed(keeper, error));
  }

  async #keeperFailed(keeper: Keeper, error: unknown): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#keeper !== keeper) return;
      this.options.log.error('The store failed; it is opened again.', error);
      this.client.detach();
      await this.#endKeeper();
      const { folder } = this.options;
      const record = await readOwnerRecord(folder).catch(() => undefined);
      // The term was ended from outside: contend anew.
      if (record?.term !== this.#term?.record.term) this.#term?.over.resolve();
      else this.#failAndRetry(asError(error));
    });
  }

  #failAndRetry(error: Error): void {
    this.#fail(error);
    this.#retry?.dispose();
    this.#retry = this.options.clock.schedule(this.#nextRetryMs(), () => this.#openStore());
  }

  #nextRetryMs(): number {
    return Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** this.#failures++);
  }

  async #endKeeper(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    this.#local?.dispose();
    this.#local = undefined;
    try {
      await keeper?.stop();
    } catch (error) {
      // It has failed, or is failing now: what it had accepted is on disk.
      this.options.log.warn(`The store did not close cleanly: ${asError(error).message}`);
    }
  }

  // --- following

  /** Follows until the keeper goes. How long to wait before contending, ms. */
  async #follow(connect: () => net.Socket, wait: number): Promise<number> {
    const { folder, version, clock, log } = this.options;
    const secret = await ownerSecret(folder);
    const remote = new RemoteClient(connect(), { secret, version, clock, log });
    this.#remote = remote;
    const abort = () => remote.dispose();
    this.#stop.signal.addEventListener('abort', abort);
    if (this.#stop.signal.aborted) abort();
    const silent = clock.schedule(SILENCE_MS, () => this.#elsewhere(new KeeperSilentError()));
    let greeted = false;
    try {
      await remote.greet();
      silent.dispose();
      greeted = true;
      this.#listen(remote);
      await remote.ended;
    } catch (error) {
      silent.dispose();
      if (error instanceof OtherVersionError || error instanceof ImpostorError) {
        this.#elsewhere(error);
        await remote.ended;
      }
    } finally {
      silent.dispose();
      remote.dispose();
      this.#remote = undefined;
      this.client.detach();
      this.#stop.signal.removeEventListener('abort', abort);
    }
    if (remote.yields) return YIELD_MS;
    return greeted ? 0 : Math.min(MAX_RECONNECT_MS, wait * 2 || RECONNECT_MS);
  }

  #listen(remote: RemoteClient): void {
    const { client } = this;
    const follow = (answering: boolean) =>
      this.#become({ kind: 'following', client, keeper: remote.keeper!, answering });
    remote.onNews(({ status, failure, sessions }) => {
      if (failure !== null) return this.#fail(new Error(failure));
      if (!status) return;
      client.update(status, new Set(sessions));
      if (this.#state.kind === 'following' && this.#state.keeper === remote.keeper) return;
      client.attach(remote);
      follow(true);
    });
    remote.onAnswering((answering) => {
      if (this.#state.kind === 'following') follow(answering);
    });
  }

  #elsewhere(error: TidemarkError): void {
    this.options.log.warn(error.message);
    this.client.close(error);
    this.#become({ kind: 'elsewhere', error });
  }

  #fail(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.client.close(error);
    this.#become({ kind: 'failed', error });
    this.#term?.server.announce(new Set());
  }

  // --- what a person asks for

  /** Tries at once to open a store that failed. */
  retry(): void {
    if (this.#state.kind !== 'failed') return;
    this.#retry?.dispose();
    if (this.#term) this.#openStore();
    else if (this.#remote) this.#remote.call('reopen', {}).catch(() => undefined);
    else this.#wakeUp?.();
  }

  /**
   * Deletes everything that Tidemark has stored, for good, and starts with an empty store.
   * @throws when the store is not open, or a file can't be removed.
   */
  async clearAllData(): Promise<void> {
    if (!this.#term) {
      await this.client.call('clearAllData', {});
      return;
    }
    await this.#inTurn(async () => {
      const term = this.#term;
      if (!term || !this.#keeper) throw new Error('The store is not open.');
      this.client.detach();
      await this.#endKeeper();
      try {
        await deleteStoredData(this.options.folder);
      } finally {
        await this.#startKeeper(term).catch((error) => {
          this.#failAndRetry(asError(error));
          throw error;
        });
      }
    });
  }

  /**
   * Has this window keep the store: asks the one that keeps it to step down. Resolves when this window keeps it.
   * Never by force: of two owners at once, each would damage what the other writes.
   * @throws KeeperSilentError when that one doesn't answer in time. Should it answer later, it steps down then.
   */
  async takeOver(): Promise<void> {
    if (this.#term) return;
    const remote = this.#remote;
    if (!remote?.keeper) throw this.#state.kind === 'elsewhere' ? this.#state.error : new KeeperSilentError();
    const { pid } = remote.keeper;
    const taken = new Deferred<void>();
    const subscription = this.onDidChangeState(({ kind }) => {
      if (kind === 'keeping') taken.resolve();
      if (kind === 'failed' || kind === 'stopped') taken.reject(new Error('The store could not be opened.'));
    });
    const late = this.options.clock.schedule(SILENCE_MS, () => taken.reject(new KeeperSilentError(pid)));
    try {
      // Its end may come before its answer.
      remote.call('stepDown', {}).catch(() => undefined);
      await taken.promise;
    } finally {
      late.dispose();
      subscription.dispose();
    }
  }

  #become(state: StoreState): void {
    if (this.#state.kind === 'stopped') return;
    this.#state = state;
    this.#changed.fire(state);
  }

  /** A courtesy: nothing is lost without it. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    this.#become({ kind: 'stopped' });
    this.#stop.abort();
    this.#retry?.dispose();
    this.#term?.over.resolve();
    this.#wakeUp?.();
    await this.#running;
    this.client.dispose();
    this.#changed.dispose();
  }
}
