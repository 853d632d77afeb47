import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import { Capture, type CaptureOutcome } from '../capture/capture';
import { Ingest } from '../capture/ingest';
import { Spool } from '../capture/spool';
import { Distiller } from '../distill/distiller';
import { batchOf } from '../distill/batch';
import { cutBatches } from '../distill/gather';
import type { DistillProvider } from '../distill/provider';
import { modelGathering, previewOf } from '../distill/providers/model/modelProvider';
import { ProviderPauseState, type ProviderPause } from '../distill/providerPause';
import { ContextFiles } from '../memory/contextFiles';
import { FileHashes } from '../memory/fileHashes';
import { DEFAULT_LINGER_MS, SessionManager } from '../session/sessionManager';
import { StorageClosedError, StorageFailedError } from '../storage/errors';
import { maintain } from '../storage/maintenance';
import { Engine } from '../storage/sqljs/engine';
import { EngineLibrary } from '../storage/library';
import { EngineRecallStore } from '../storage/recallStore';
import { DayUsageFile } from '../storage/dayUsageFile';
import { EngineUsageStore } from '../storage/usageStore';
import { EngineMemoryStore, EngineMessageStore, EngineSessionStore } from '../storage/stores';
import { ownerRecordFile } from './ownerRecord';
import { storageLayout } from './storageFolder';

export interface KeeperOptions {
  /** The storage folder. This process must own it until the keeper has stopped (ownership.ts). */
  folder: string;
  /** The built engine. */
  engineFiles: { workerFile: string; wasmFile: string };
  provider: DistillProvider;
  clock: Clock;
  log: Logger;
  /** How long an iterator waits for another message, ms. */
  lingerMs?: number;
  /** Called with what became of each event of the spool, once that is durable. */
  onCaptured?: (outcome: CaptureOutcome) => void;
  /** The store's generation becomes higher than this, though the store were a new one. */
  aboveGeneration?: number;
  /** The term of ownership (ownerRecord.ts) beyond which nothing is written. */
  fence?: { term: string };
  /** Called when the store or the spool fails: this keeper is of no more use. */
  onFailure: (error: unknown) => void;
}

const PAUSED = 'paused';
/** Of so many newest sessions the next one's context is kept fresh while nobody works. */
const AT_HAND = 5;
const MAINTENANCE_MS = 24 * 60 * 60 * 1_000;

/**
 * What exactly one process among all windows runs: database, queue, sessions, spool, distiller.
 *
 * Starts from the ground up (engine, stores, sessions, what waits from before, spool) and stops in reverse.
 * Nothing depends on a stop: what was accepted is on disk, and what was in work is done again.
 */
export class Keeper {
  #paused = false;
  readonly #changed: Emitter<void>;
  readonly #pause: ProviderPauseState;
  readonly #stopping = new AbortController();
  #sizeBytes = 0;
  #maintainedAt = Infinity;
  #generation = 0;
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly engine: Engine,
    private readonly log: Logger,
    readonly sessions: EngineSessionStore,
    readonly queue: EngineMessageStore,
    readonly memory: EngineMemoryStore,
    readonly search: EngineRecallStore,
    readonly manager: SessionManager,
    readonly contextFiles: ContextFiles,
    readonly capture: Capture,
    private readonly spool: Spool,
    readonly usage: EngineUsageStore,
    readonly library: EngineLibrary,
    readonly fileHashes: FileHashes,
    private readonly clock: Clock,
    pause: ProviderPauseState,
    changed: Emitter<void>,
  ) {
    this.#pause = pause;
    this.#changed = changed;
  }

  /** @throws what opening the engine throws. */
  static async start(options: KeeperOptions): Promise<Keeper> {
    const engine = await Engine.open({
      file: storageLayout(options.folder).database,
      ...options.engineFiles,
      ...(options.fence && { fence: { file: ownerRecordFile(options.folder), ...options.fence } }),
      log: options.log,
    });
    try {
      const keeper = await Keeper.#build(options, engine);
      await keeper.#begin(options);
      return keeper;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  static async #build(options: KeeperOptions, engine: Engine): Promise<Keeper> {
    const { clock, log, provider } = options;
    const layout = storageLayout(options.folder);
    const sessions = new EngineSessionStore(engine, log);
    const queue = await EngineMessageStore.open(engine, clock, log);
    const memory = new EngineMemoryStore(engine);
    const search = new EngineRecallStore(engine, clock);
    const library = new EngineLibrary(engine, clock);
    const fileHashes = new FileHashes(library, clock, log);
    const contextFiles = new ContextFiles(layout.context, memory, fileHashes, clock, log);
    const usage = await EngineUsageStore.open(engine, clock, new DayUsageFile(layout.dayUsage, log));
    const changed = new Emitter<void>((error) => log.error('A listener to the keeper failed.', error));
    const pause = new ProviderPauseState(clock, Math.random, () => keeper.#applyPauses());
    const distiller = new Distiller({
      ledger: usage,
      ...{ provider, queue, sessions, memory, results: memory, clock, log },
      random: Math.random,
      onStored: (session) => {
        pause.worked();
        contextFiles.refresh(session.project);
        fileHashes.note(session.id);
      },
      onPaused: (error) => pause.pause(error),
    });
    const manager = new SessionManager({
      ...{ sessions, queue, clock, log },
      newLease: randomUUID,
      generator: distiller.run,
      // A batch that is being gathered must not be ended by its iterator.
      lingerMs: () => Math.max(options.lingerMs ?? DEFAULT_LINGER_MS, provider.gather?.maxWaitMs ?? 0),
    });
    const setAside: Keeper['memory']['setAside'] = async (event) => {
      await memory.setAside(event);
      changed.fire();
    };
    const capture = new Capture(new Ingest(sessions, manager), { setAside }, log);
    const spool = new Spool({
      folder: layout.spool,
      log,
      accept: async (record) => {
        try {
          const outcome = await capture.accept(record);
          options.onCaptured?.(outcome);
          const given = 'captured' in outcome && 'event' in record ? record.contextCharacters : undefined;
          if (given !== undefined) await library.countContext(record.at, given);
        } catch (error) {
          // The store is in trouble, not the event: its file stays.
          if (error instanceof StorageFailedError || error instanceof StorageClosedError) throw error;
          await capture.refuse(record, error);
        }
      },
      acceptUnreadable: (id, file) => capture.acceptUnreadable(id, file, clock.now()),
      onFailure: options.onFailure,
    });
    const keeper: Keeper = new Keeper(
      ...([engine, log, sessions, queue, memory, search, manager, contextFiles, capture] as const),
      ...([spool, usage, library, fileHashes, clock, pause, changed] as const),
    );
    return keeper;
  }

  /** Takes up what a former keeper left, then reads the spool. */
  async #begin({ clock, log, onFailure, aboveGeneration = 0 }: KeeperOptions): Promise<void> {
    this.engine.onDidFail(onFailure);
    this.#generation = await this.engine.call('raiseGeneration', { above: aboveGeneration });
    // At work, not by a timer: a store that nobody uses does not grow.
    this.sessions.onDidChange(() => {
      if (clock.now() - this.#maintainedAt > MAINTENANCE_MS) this.maintain(clock).catch(onFailure);
    });
    await this.queue.resetStuck([]);
    this.#paused = (await this.engine.call('getMeta', { key: PAUSED })) === 'true';
    // A crash may have come between a result and its context file.
    for (const { project } of await this.sessions.listSessions({ limit: 50 }))
      this.contextFiles.refresh(project);
    this.#applyPauses();
    this.spool
      .start()
      // Once what has waited is accepted: nothing of it should wait for housekeeping.
      .then(() => this.maintain(clock))
      .catch(onFailure);
    // A store that came without an index, or with one of an earlier version: in slices, nothing waits for it.
    this.search.catchUp().catch((error) => {
      if (!this.#stopping.signal.aborted) log.error('The search index could not be made.', error);
    });
  }

  /** How often the store has been opened, this time included. */
  get generation(): number {
    return this.#generation;
  }

  /** Distilling stands still by a person's wish, kept over restarts. Accepting goes on. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Why the provider stands still by itself, if it does. */
  get providerPause(): ProviderPause | undefined {
    return this.#pause.current;
  }

  /** Announces that a pause has begun or ended. */
  get onDidChange(): Event<void> {
    return this.#changed.event;
  }

  /** Durable when it resolves. A person who resumes also has a provider that stands still tried again. */
  async setPaused(paused: boolean): Promise<void> {
    await this.engine.call('setMeta', { key: PAUSED, value: String(paused) });
    this.#paused = paused;
    if (!paused) this.#pause.clear();
    this.#applyPauses();
  }

  #applyPauses(): void {
    if (this.#paused || this.#pause.current) {
      // Aborts at once; waiting for the end of the work is not needed to call it paused.
      this.manager.suspend().catch((error) => this.log.error('The work did not pause cleanly.', error));
    } else {
      this.manager.resume();
    }
    this.#changed.fire();
  }

  /** Settings have changed: a provider that stands still is tried again at once. */
  providerChanged(): void {
    this.#pause.clear();
    this.#changed.fire();
  }

  /** What a language model would be sent of what waits in a session, request by request. */
  async preview(sessionId: number, limit: number): Promise<string[]> {
    const session = await this.sessions.getSessionById(sessionId);
    if (!session) return [];
    const messages = await this.queue.list(sessionId, limit);
    const waiting = messages.filter(({ state }) => state !== 'failed');
    return Promise.all(
      cutBatches(waiting, modelGathering).map(async (batch) =>
        previewOf(await batchOf(session, batch, this)),
      ),
    );
  }

  /** Durable when it resolves. Their number. */
  archiveSessions(ids: readonly number[], archived: boolean): Promise<number> {
    return this.sessions.archiveSessions(ids, archived, this.clock.now());
  }

  /** Ends the work on the session and deletes it with all that is remembered of it, for good. */
  async deleteSession(id: number): Promise<void> {
    const session = await this.sessions.getSessionById(id);
    if (!session) return;
    await this.manager.deleteSession(id);
    await this.sessions.deleteSession(id);
    this.contextFiles.refresh(session.project);
  }

  /** Size of the database file after the last housekeeping, bytes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Forgets what has served its time and gives free space back, in slices. @throws what the engine throws. */
  async maintain(clock: Clock): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#maintainedAt = clock.now();
    this.#sizeBytes = (await maintain(this.engine, clock, this.#stopping.signal)).bytes;
    this.#changed.fire();
  }

  /** Reads the spool again: its watcher may have missed an event. Resolves when what was there is accepted. */
  async rescan(): Promise<void> {
    await this.spool.rescan();
    // What is stale has been said as of the last work: files may have been changed since by others.
    for (const { project } of await this.sessions.listSessions({ limit: AT_HAND }))
      this.contextFiles.refresh(project);
  }

  /** Ends everything in order, each step bounded. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.spool.stop();
    try {
      await this.manager.shutdownAll();
    } finally {
      this.manager.dispose();
      this.#pause.dispose();
      this.#changed.dispose();
      await this.contextFiles.flush();
      await this.engine.close();
    }
  }
}
