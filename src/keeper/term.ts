import { Deferred } from '../base/async';
import { backoff } from '../base/backoff';
import type { Disposable } from '../base/disposable';
import { asError } from '../base/errors';
import { setAsideDamaged, type SetAsideResult } from '../storage/setAsideDamaged';
import { deleteStoredData } from './deleteStoredData';
import { Keeper, type KeeperOptions } from './keeper';
import { LocalClient } from './localClient';
import { ownerSecret, type Ownership } from './ownership';
import { beginTerm, endTerm, newOwnerRecord, readOwnerRecord, writeOwnerRecord } from './ownerRecord';
import type { Method, News, Params, Result } from './protocol';
import { KeeperServer } from './server';
import { storageLayout } from './storageFolder';
import type { WindowClient } from './windowClient';

export interface TermOptions extends Omit<KeeperOptions, 'onFailure' | 'aboveGeneration' | 'fence'> {
  engineFiles: KeeperOptions['engineFiles'] & { salvageFile: string };
  /** Tidemark's. */
  version: string;
  /** Another window heard of another choice of provider: has this one choose anew. */
  chooseProvider?: () => void;
}

/** What a term tells its window. */
export interface TermReports {
  /** The store is open, and the window's client attached to it. */
  opened(): void;
  /** The store could not be opened, or failed. It is tried again by itself. */
  failed(error: Error): void;
  /** The folder is about to be given up. */
  ending(): void;
}

/** How long is waited before a store, or the folder, is tried again. One window does it, so nothing is left to chance. */
export const REOPEN_WAITS = { firstMs: 1_000, maxMs: 60_000 };

/**
 * One term of ownership: from the moment at which this window has the folder to the one at which it gives it up.
 * In between the keeper comes and goes (it fails, or all data is deleted); the followers' connections stay.
 *
 * Invariant: the folder is given up only after the keeper has ended, its engine's thread included.
 */
export class Term {
  readonly #over = new Deferred<void>();
  #record;
  #server: KeeperServer | undefined;
  #keeper: Keeper | undefined;
  #local: LocalClient | undefined;
  #failure: Error | undefined;
  /** Changes of the keeper, one after the other. */
  #change: Promise<void> = Promise.resolve();
  #failures = 0;
  #retry: Disposable | undefined;

  constructor(
    private readonly ownership: Ownership,
    private readonly options: TermOptions,
    private readonly client: WindowClient,
    private readonly reports: TermReports,
  ) {
    this.#record = newOwnerRecord(options.version);
  }

  /**
   * Keeps the store until `end`, then gives the folder up.
   * @throws OtherComputerError, with nothing begun and the folder still owned.
   */
  async run(): Promise<void> {
    const { folder, version, clock, log } = this.options;
    const secret = await ownerSecret(folder);
    const former = await readOwnerRecord(folder);
    this.#record = { ...this.#record, generation: former?.generation ?? 0 };
    await beginTerm(folder, this.#record);
    const backend = { call: <K extends Method>(m: K, p: Params<K>) => this.#callForFollower(m, p) };
    const server = new KeeperServer({ secret, version, backend, news: () => this.#news(), clock, log });
    this.#server = server;
    const subscription = this.client.onDidChange((sessions) => server.announce(sessions));
    this.ownership.serve(server.accept);
    this.#openStore();
    await this.#over.promise;
    await this.#change;
    subscription.dispose();
    this.#retry?.dispose();
    this.client.detach();
    this.reports.ending();
    await this.#endKeeper();
    // Nothing of this process writes any more. Whoever waits opens the files as soon as the name is free.
    await endTerm(folder, this.#record);
    server.dispose();
    await this.ownership.release();
  }

  /** Gives the folder up, in order. `run` resolves when that is done. */
  end(): void {
    this.#over.resolve();
  }

  /** Tries at once to open a store that failed. */
  reopen(): void {
    if (!this.#failure) return;
    this.#retry?.dispose();
    this.#openStore();
  }

  /** Provider, key, model or budget have changed: one that rests is tried again at once. */
  providerChanged(): void {
    this.#keeper?.providerChanged();
  }

  /**
   * Deletes everything that Tidemark has stored, for good, and starts with an empty store.
   * @throws when the store is not open, or a file can't be removed.
   */
  clearAllData(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#keeper) throw new Error('The store is not open.');
      this.client.detach();
      await this.#endKeeper();
      try {
        await deleteStoredData(this.options.folder);
      } finally {
        await this.#startKeeper().catch((error) => {
          this.#failed(asError(error));
          throw error;
        });
      }
    });
  }

  /**
   * Puts a store that can't be read out of the way, with what can be saved of it, and starts with an empty one.
   * @throws when the store has not failed, or a file can't be moved; nothing is deleted in any case.
   */
  async replaceDamaged(): Promise<SetAsideResult> {
    let result: SetAsideResult | undefined;
    await this.#inTurn(async () => {
      if (this.#keeper || !this.#failure) throw new Error('The store has not failed.');
      this.#retry?.dispose();
      const { folder, engineFiles, clock } = this.options;
      try {
        result = await setAsideDamaged(storageLayout(folder).database, engineFiles, clock.now());
        await this.#startKeeper();
      } catch (error) {
        this.#failed(asError(error));
        throw error;
      }
    });
    return result!;
  }

  #callForFollower<K extends Method>(method: K, params: Params<K>): Promise<Result<K>> {
    const ours: { [M in Method]?: () => Promise<void> } = {
      clearAllData: () => this.clearAllData(),
      reopen: async () => this.reopen(),
      stepDown: async () => this.#stepDown(),
      providerChanged: async () => this.options.chooseProvider?.(),
    };
    const run = ours[method];
    return run ? (run() as Promise<Result<K>>) : this.client.call(method, params);
  }

  #stepDown(): void {
    this.options.log.info('Another window takes the store over: a person asked for it.');
    // The one who asked is answered first.
    setImmediate(() => this.end());
  }

  #news(): Omit<News, 'sessions'> {
    const isOpen = this.#keeper !== undefined;
    return { status: isOpen ? this.client.status() : null, failure: this.#failure?.message ?? null };
  }

  /** @throws what `change` throws. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#change.then(change);
    this.#change = done.catch(() => undefined);
    return done;
  }

  #openStore(): void {
    void this.#inTurn(async () => {
      if (this.#keeper) return;
      try {
        await this.#startKeeper();
      } catch (error) {
        this.options.log.error('The store could not be opened.', error);
        this.#failed(asError(error));
      }
    });
  }

  async #startKeeper(): Promise<void> {
    const { folder, log, provider } = this.options;
    // A keeper can fail before it is ours to end.
    const failure = new Deferred<unknown>();
    const { generation, term } = this.#record;
    const keeper = await Keeper.start({
      ...{ ...this.options, aboveGeneration: generation, fence: { term } },
      onFailure: failure.resolve,
    });
    this.#keeper = keeper;
    this.#record = { ...this.#record, generation: keeper.generation };
    await writeOwnerRecord(folder, this.#record);
    const local = (this.#local = new LocalClient(keeper, provider, log));
    local.onDidChange((sessions) => this.client.update(local.status(), sessions));
    this.#failures = 0;
    this.#failure = undefined;
    this.client.update(local.status(), new Set());
    this.client.attach(local);
    this.reports.opened();
    void failure.promise.then((error) => this.#keeperFailed(keeper, error));
  }

  async #keeperFailed(keeper: Keeper, error: unknown): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#keeper !== keeper) return;
      this.options.log.error('The store failed; it is opened again.', error);
      this.client.detach();
      await this.#endKeeper();
      const record = await readOwnerRecord(this.options.folder).catch(() => undefined);
      // The term was ended from outside: its window contends anew.
      if (record?.term !== this.#record.term) this.end();
      else this.#failed(asError(error));
    });
  }

  #failed(error: Error): void {
    this.#failure = error;
    this.reports.failed(error);
    this.#server?.announce(new Set());
    this.#retry?.dispose();
    const delay = backoff(this.#failures++, REOPEN_WAITS);
    this.#retry = this.options.clock.schedule(delay, () => this.#openStore());
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
}
