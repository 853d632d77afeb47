import * as fs from 'node:fs/promises';
import { Deferred } from '../base/async';
import { asError } from '../base/errors';
import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import { setAsideDamaged, type SetAsideResult } from '../storage/setAsideDamaged';
import type { TidemarkClient } from './client';
import { Keeper, type KeeperOptions } from './keeper';
import { LocalClient } from './localClient';
import { acquireOwnership, OwnedElsewhereError, waitForOwnership, type Ownership } from './ownership';
import { storageLayout } from './storageFolder';

/**
 * Where this window stands with the store:
 *
 * starting ──▶ keeping ──store fails──▶ failed ──after a while──▶ starting
 *    └──▶ elsewhere ──the other window goes──▶ starting
 * any ──stop──▶ stopped
 */
export type StoreState =
  | { kind: 'starting' }
  | { kind: 'keeping'; client: TidemarkClient }
  /** Another window has the store; this one takes over when that one goes. */
  | { kind: 'elsewhere' }
  | { kind: 'failed'; error: Error }
  | { kind: 'stopped' };

export interface SupervisorOptions extends Omit<KeeperOptions, 'onFailure'> {
  engineFiles: KeeperOptions['engineFiles'] & { salvageFile: string };
}

const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

/** Owns the folder and the keeper in it: takes the one, runs the other, and starts it again when it fails. */
export class Supervisor {
  #state: StoreState = { kind: 'starting' };
  #ownership: Ownership | undefined;
  #keeper: Keeper | undefined;
  #client: LocalClient | undefined;
  #failures = 0;
  #retry: Disposable | undefined;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #changed: Emitter<StoreState>;
  readonly onDidChangeState: Event<StoreState>;

  constructor(private readonly options: SupervisorOptions) {
    this.#changed = new Emitter((error) => options.log.error('A listener to the state failed.', error));
    this.onDidChangeState = this.#changed.event;
  }

  get state(): StoreState {
    return this.#state;
  }

  /** Takes the folder, now or when it is free, and starts the keeper. Never rejects: `state` tells. Idempotent. */
  start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { folder, log } = this.options;
    try {
      this.#ownership = await this.#takeFolder(folder);
      await this.#startKeeper();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.error('The store could not be opened.', error);
      this.#fail(asError(error));
    }
  }

  async #takeFolder(folder: string): Promise<Ownership> {
    try {
      return await acquireOwnership(folder);
    } catch (error) {
      if (!(error instanceof OwnedElsewhereError)) throw error;
    }
    this.#become({ kind: 'elsewhere' });
    const ownership = await waitForOwnership(folder, this.#stop.signal);
    this.options.log.info('The other window has gone: this one takes over.');
    return ownership;
  }

  async #startKeeper(): Promise<void> {
    this.#become({ kind: 'starting' });
    const { log, provider } = this.options;
    // A keeper can fail before it is ours to end.
    const failure = new Deferred<unknown>();
    const keeper = await Keeper.start({
      ...this.options,
      onFailure: failure.resolve,
    });
    if (this.#stop.signal.aborted) return keeper.stop();
    this.#keeper = keeper;
    this.#client = new LocalClient(keeper, provider, log);
    this.#failures = 0;
    this.#become({ kind: 'keeping', client: this.#client });
    void failure.promise.then((error) => this.#keeperFailed(keeper, error));
  }

  async #keeperFailed(keeper: Keeper, error: unknown): Promise<void> {
    if (this.#keeper !== keeper) return;
    this.options.log.error('The store failed; it is opened again.', error);
    await this.#endKeeper();
    this.#fail(asError(error));
  }

  #fail(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#become({ kind: 'failed', error });
    const delay = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** this.#failures++);
    this.#retry = this.options.clock.schedule(delay, () => this.retry());
  }

  /** Tries at once to open a store that failed. */
  retry(): void {
    if (this.#state.kind !== 'failed') return;
    this.#retry?.dispose();
    this.#become({ kind: 'starting' });
    this.#running = this.#ownership
      ? this.#startKeeper().catch((error) => this.#fail(asError(error)))
      : this.#run();
  }

  /** Provider, key, model or budget have changed: one that rests is tried again at once. */
  providerChanged(): void {
    this.#keeper?.providerChanged();
  }

  /** Reads the spool again: its watcher may have missed an event. */
  async rescan(): Promise<void> {
    await this.#keeper?.rescan();
  }

  /**
   * Deletes everything that Tidemark has stored, for good, and starts with an empty store.
   * @throws when this window does not keep the store, or a file can't be removed.
   */
  async clearAllData(): Promise<void> {
    if (this.#state.kind !== 'keeping') throw new Error('This window does not have the store.');
    await this.#endKeeper();
    this.#become({ kind: 'starting' });
    try {
      const { database, spool, context, privateMarkers } = storageLayout(this.options.folder);
      for (const path of [
        `${database}-wal`,
        `${database}-journal`,
        database,
        spool,
        context,
        privateMarkers,
      ]) {
        await fs.rm(path, { recursive: true, force: true });
      }
    } finally {
      await this.#startKeeper();
    }
  }

  /**
   * Puts a store that can't be read out of the way, with what can be saved of it, and starts with an empty one.
   * @throws when the store has not failed, or a file can't be moved; nothing is deleted in any case.
   */
  async replaceDamaged(): Promise<SetAsideResult> {
    if (this.#state.kind !== 'failed' || !this.#ownership) throw new Error('The store has not failed.');
    this.#retry?.dispose();
    this.#become({ kind: 'starting' });
    const { folder, engineFiles, clock } = this.options;
    try {
      const result = await setAsideDamaged(storageLayout(folder).database, engineFiles, clock.now());
      await this.#startKeeper();
      return result;
    } catch (error) {
      this.#fail(asError(error));
      throw error;
    }
  }

  async #endKeeper(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    this.#client?.dispose();
    this.#client = undefined;
    try {
      await keeper?.stop();
    } catch (error) {
      // It has failed, or is failing now: what it had accepted is on disk.
      this.options.log.warn(`The store did not close cleanly: ${asError(error).message}`);
    }
  }

  #become(state: StoreState): void {
    this.#state = state;
    this.#changed.fire(state);
  }

  /** A courtesy: nothing is lost without it. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('Tidemark stops.'));
    this.#retry?.dispose();
    this.#become({ kind: 'stopped' });
    await this.#running;
    await this.#endKeeper();
    // Last: whoever waits for the folder opens its files at once.
    await this.#ownership?.release();
    this.#changed.dispose();
  }
}
