import { backoff } from '../base/backoff';
import type * as net from 'node:net';
import { Deferred } from '../base/async';
import { asError, TidemarkError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { SetAsideResult } from '../storage/setAsideDamaged';
import type { TidemarkClient } from './client';
import { acquireOwnership, OwnedElsewhereError, ownerSecret, type Ownership } from './ownership';
import { isProcessOfHere, OtherComputerError, readOwnerRecord } from './ownerRecord';
import { ImpostorError, OtherVersionError, RemoteClient } from './remoteClient';
import { REOPEN_WAITS, Term, type TermOptions } from './term';
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

/** The keeper has not answered since it was greeted. */
export class KeeperSilentError extends TidemarkError {
  readonly code = 'keeper-silent';
  constructor(pid?: number) {
    super('The window that keeps the store does not answer.', {
      advice:
        `Close or reload that window${pid === undefined ? '' : ` (its extension host is process ${pid})`}: ` +
        'another one takes the store over at once. It is never taken from a process that lives, because two owners would damage it.',
    });
  }
}

/** A keeper that hasn't greeted within this is shown as silent; greeting goes on, ms. */
const SILENCE_MS = 5_000;
/** How long this window lets another one go first, ms. */
const YIELD_MS = 300;
const RECONNECT_MS = 10;
const MAX_RECONNECT_MS = 2_000;
/** Another computer's record is looked at again after this, ms. */
const OTHER_COMPUTER_MS = 60_000;

/** This window's part in the store: contends for the folder, keeps the store in it, or follows who does. */
export class Supervisor {
  #state: StoreState = { kind: 'starting' };
  #term: Term | undefined;
  #remote: RemoteClient | undefined;
  #failures = 0;
  /** Ends the pause before this window contends again. */
  #wakeUp: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #changed: Emitter<StoreState>;
  readonly onDidChangeState: Event<StoreState>;
  /** For this window's whole life, whoever keeps the store. */
  readonly client: WindowClient;

  constructor(private readonly options: TermOptions) {
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
        await this.#keep(ownership);
        this.#failures = 0;
        // Whoever asked this window to step down goes first.
        wait = YIELD_MS;
      } catch (error) {
        await ownership?.release();
        if (error instanceof OwnedElsewhereError) {
          wait = await this.#follow(error.connect, wait);
        } else if (error instanceof OtherComputerError) {
          this.#elsewhere(error);
          wait = OTHER_COMPUTER_MS;
        } else {
          this.options.log.error('The folder could not be taken.', error);
          this.#fail(asError(error));
          wait = backoff(this.#failures++, REOPEN_WAITS);
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

  /** Keeps the store until asked to step down or stopped. @throws OtherComputerError */
  async #keep(ownership: Ownership): Promise<void> {
    const term = new Term(ownership, this.options, this.client, {
      opened: () => this.#become({ kind: 'keeping', client: this.client }),
      failed: (error) => this.#fail(error),
      ending: () => this.#become({ kind: 'starting' }),
    });
    this.#term = term;
    if (this.#stop.signal.aborted) term.end();
    try {
      await term.run();
    } finally {
      this.#term = undefined;
    }
  }

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
  }

  /** Tries at once to open a store that failed. */
  retry(): void {
    if (this.#state.kind !== 'failed') return;
    if (this.#term) this.#term.reopen();
    else if (this.#remote) this.#remote.call('reopen', {}).catch(() => undefined);
    else this.#wakeUp?.();
  }

  /**
   * Provider, key, model or budget have changed: one that rests is tried again at once. Told in another window
   * than the one that keeps the store, that one chooses anew by its own settings and secrets.
   */
  providerChanged(): void {
    if (this.#term) this.#term.providerChanged();
    else this.#remote?.call('providerChanged', {}).catch(() => undefined);
  }

  /**
   * Deletes everything that Tidemark has stored, for good, in whichever window it is kept.
   * @throws when the store is not open, or a file can't be removed.
   */
  async clearAllData(): Promise<void> {
    await (this.#term ? this.#term.clearAllData() : this.client.call('clearAllData', {}));
  }

  /**
   * Puts a store that can't be read out of the way, with what can be saved of it, and starts with an empty one.
   * @throws when this window does not keep the store, the store has not failed, or a file can't be moved.
   * Nothing is deleted in any case.
   */
  async replaceDamaged(): Promise<SetAsideResult> {
    if (!this.#term) throw new Error('Another window keeps the store: do it there.');
    return this.#term.replaceDamaged();
  }

  /**
   * Has this window keep the store: asks the one that keeps it to step down. Resolves when this window keeps it.
   * Never by force: of two owners at once, each would damage what the other writes (but see `endKeeper`).
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

  /**
   * Ends the process of a keeper that hangs, so that another window keeps the store: resolves when this one knows
   * which. Everything else in that extension host ends, too: for a person who has agreed to that.
   * @throws KeeperSilentError where it can't be known for certain which process that is.
   */
  async endKeeper(): Promise<void> {
    const remote = this.#remote;
    if (this.#state.kind !== 'following' || !remote?.keeper) return this.takeOver();
    const { pid } = remote.keeper;
    const record = await readOwnerRecord(this.options.folder);
    if (record?.pid !== pid || !isProcessOfHere(record)) throw new KeeperSilentError(pid);
    const next = new Deferred<void>();
    const subscription = this.onDidChangeState((state) => {
      if (state.kind === 'keeping') next.resolve();
      if (state.kind === 'following' && state.keeper !== remote.keeper) next.resolve();
      if (state.kind === 'failed' || state.kind === 'stopped')
        next.reject(new Error('The store could not be opened.'));
    });
    try {
      // While its connection lives it does, too, and the number is of no other process.
      if (this.#remote === remote && this.#state.kind === 'following' && !this.#state.answering) {
        this.options.log.warn(`The process ${pid}, which keeps the store and does not answer, is ended.`);
        process.kill(pid, 'SIGKILL');
      } else if (this.#remote === remote) {
        await this.takeOver();
        return;
      }
      await next.promise;
    } finally {
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
    this.#term?.end();
    this.#wakeUp?.();
    await this.#running;
    this.client.dispose();
    this.#changed.dispose();
  }
}
