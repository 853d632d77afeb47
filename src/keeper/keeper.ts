import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import { Capture } from '../capture/capture';
import { Ingest } from '../capture/ingest';
import { Spool } from '../capture/spool';
import { Distiller } from '../distill/distiller';
import { batchOf } from '../distill/batch';
import { cutBatches } from '../distill/gather';
import type { DistillProvider } from '../distill/provider';
import { modelGathering, previewOf } from '../distill/providers/model/modelProvider';
import type { ProviderPausedError } from '../distill/providerErrors';
import { ProviderRest } from './providerRest';
import { ContextFiles } from '../memory/contextFiles';
import { DEFAULT_LINGER_MS, SessionManager } from '../session/sessionManager';
import { Engine } from '../storage/sqljs/engine';
import { EngineUsageStore } from '../storage/usageStore';
import { EngineMemoryStore, EngineMessageStore, EngineSessionStore } from '../storage/stores';
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
  /** Called when the provider comes to rest, or works again. */
  onRest?: () => void;
  /** Called when the store or the spool fails: this keeper is of no more use. */
  onFailure: (error: unknown) => void;
}

const PAUSED = 'paused';

/**
 * What exactly one process among all windows runs: database, queue, sessions, spool, distiller.
 *
 * Starts from the ground up (engine, stores, sessions, what waits from before, spool) and stops in reverse.
 * Nothing depends on a stop: what was accepted is on disk, and what was in work is done again.
 */
export class Keeper {
  #paused = false;
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly engine: Engine,
    readonly sessions: EngineSessionStore,
    readonly queue: EngineMessageStore,
    readonly memory: EngineMemoryStore,
    readonly manager: SessionManager,
    readonly contextFiles: ContextFiles,
    private readonly spool: Spool,
    readonly usage: EngineUsageStore,
    private readonly rest: ProviderRest,
  ) {}

  /** @throws what opening the engine throws. */
  static async start(options: KeeperOptions): Promise<Keeper> {
    const engine = await Engine.open({
      file: storageLayout(options.folder).database,
      ...options.engineFiles,
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
    const contextFiles = new ContextFiles(layout.context, memory, clock, log);
    const usage = await EngineUsageStore.open(engine, clock);
    const rest = new ProviderRest(clock, options.onRest);
    const distiller = new Distiller({
      ...{ ledger: usage, onPaused: (error: ProviderPausedError) => rest.begin(error) },
      ...{ provider, queue, sessions, memory, results: memory, clock, log },
      random: Math.random,
      onStored: (session) => contextFiles.refresh(session.project),
    });
    const manager = new SessionManager({
      ...{ sessions, queue, clock, log },
      newLease: randomUUID,
      generator: distiller.run,
      // A batch that is being gathered must not be ended by its iterator.
      lingerMs: () => Math.max(options.lingerMs ?? DEFAULT_LINGER_MS, provider.gather?.maxWaitMs ?? 0),
    });
    const capture = new Capture(new Ingest(sessions, manager), memory, log);
    const spool = new Spool({
      folder: layout.spool,
      log,
      accept: (record) => capture.accept(record),
      acceptUnreadable: (id, file) => capture.acceptUnreadable(id, file, clock.now()),
      onFailure: options.onFailure,
    });
    const parts = [engine, sessions, queue, memory, manager, contextFiles, spool] as const;
    const keeper = new Keeper(...parts, usage, rest);
    rest.connect({ stop: () => void manager.suspend(), go: () => keeper.#resume() });
    return keeper;
  }

  /** Takes up what a former keeper left, then reads the spool. */
  async #begin({ onFailure }: KeeperOptions): Promise<void> {
    this.engine.onDidFail(onFailure);
    await this.queue.resetStuck([]);
    this.#paused = (await this.engine.call('getMeta', { key: PAUSED })) === 'true';
    // A crash may have come between a result and its context file.
    for (const { project } of await this.sessions.listSessions(50)) this.contextFiles.refresh(project);
    if (this.#paused) await this.manager.suspend();
    else this.manager.resume();
    this.spool.start().catch(onFailure);
  }

  /** Distilling stands still by a person's wish, kept over restarts. Accepting goes on. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Durable when it resolves. */
  async setPaused(paused: boolean): Promise<void> {
    await this.engine.call('setMeta', { key: PAUSED, value: String(paused) });
    this.#paused = paused;
    if (paused) await this.manager.suspend();
    else this.rest.end();
  }

  /** Why the provider rests, while it does. */
  get providerRest(): ProviderPausedError | undefined {
    return this.rest.reason;
  }

  /** Settings have changed: a provider that rests is tried again at once. */
  providerChanged(): void {
    this.rest.end();
  }

  #resume(): void {
    if (!this.#paused) this.manager.resume();
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

  /** Reads the spool again: its watcher may have missed an event. Resolves when what was there is accepted. */
  rescan(): Promise<void> {
    return this.spool.rescan();
  }

  /** Ends everything in order, each step bounded. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.rest.dispose();
    await this.spool.stop();
    try {
      await this.manager.shutdownAll();
    } finally {
      this.manager.dispose();
      await this.contextFiles.flush();
      await this.engine.close();
    }
  }
}
