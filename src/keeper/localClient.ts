import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import type { Observation, Summary } from '../memory/observation';
import {
  MESSAGE_LIMIT,
  type NewObservation,
  type NewSummary,
  type Queued,
  type SearchHit,
  type SearchQuery,
  type SessionDetail,
  type SessionItem,
  type SessionRef,
  type StoreStatus,
  type TidemarkClient,
  type WorkOrigin,
} from './client';
import type { Keeper } from './keeper';
import type { Backend, Method, Params, Result } from './protocol';

/** What an open store answers by itself; the rest of the methods is about the store as a whole (supervisor.ts). */
type StoreMethod = Exclude<Method, 'clearAllData' | 'reopen' | 'stepDown'>;

/** The store as seen in the window that keeps it. */
export class LocalClient implements TidemarkClient, Backend, Disposable {
  readonly #changed: Emitter<ReadonlySet<number>>;
  readonly #subscriptions: Disposable[];
  readonly onDidChange: Event<ReadonlySet<number>>;

  constructor(
    private readonly keeper: Keeper,
    private readonly provider: string,
    private readonly log: Logger,
  ) {
    this.#changed = new Emitter((error) => log.error('A listener to the store failed.', error));
    this.onDidChange = this.#changed.event;
    this.#subscriptions = [
      keeper.queue.onTransitions((transitions) =>
        this.#changed.fire(new Set(transitions.map(({ sessionId }) => sessionId))),
      ),
      keeper.sessions.onDidChange((id) => this.#changed.fire(new Set([id]))),
    ];
  }

  status(): StoreStatus {
    return { queue: this.keeper.queue.counts(), paused: this.keeper.paused, provider: this.provider };
  }

  async sessions(limit: number): Promise<SessionItem[]> {
    const sessions = await this.keeper.sessions.listSessions(limit);
    return sessions.map((session) => ({ ...session, queue: this.keeper.queue.counts(session.id) }));
  }

  async session(id: number): Promise<SessionDetail | undefined> {
    const { sessions, memory, queue } = this.keeper;
    const [session, prompts, observations, summaries, messages] = await Promise.all([
      sessions.getSessionById(id),
      sessions.getPrompts(id),
      memory.observations(id),
      memory.summaries(id),
      queue.list(id, MESSAGE_LIMIT),
    ]);
    return session && { session, prompts, observations, summaries, messages };
  }

  observation(id: number): Promise<Observation | undefined> {
    return this.keeper.memory.observation(id);
  }

  summary(id: number): Promise<Summary | undefined> {
    return this.keeper.memory.summary(id);
  }

  retryFailed(): Promise<number> {
    return this.keeper.queue.retry();
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.keeper.setPaused(paused);
    this.#changed.fire(new Set());
  }

  async queueObservation({ session, work, origin }: NewObservation): Promise<Queued> {
    const id = await this.#sessionOf(session, origin);
    const { duplicate } = await this.keeper.manager.queueObservation(id, work, originOf(origin));
    return { sessionId: id, duplicate };
  }

  async queueSummary(summary: NewSummary): Promise<Queued> {
    const { session, lastUserMessage, lastAssistantMessage, origin } = summary;
    const id = await this.#sessionOf(session, origin);
    const { duplicate } = await this.keeper.manager.queueSummarize(
      id,
      lastUserMessage,
      lastAssistantMessage,
      originOf(origin),
    );
    return { sessionId: id, duplicate };
  }

  async #sessionOf({ agent, agentSessionId, project }: SessionRef, { at }: WorkOrigin): Promise<number> {
    return (await this.keeper.sessions.ensureSession(agent, agentSessionId, project, at)).id;
  }

  search(query: SearchQuery): Promise<SearchHit[]> {
    return this.keeper.memory.findText(query);
  }

  /** Answers at once: reading a full spool takes long, and nobody waits for it. */
  async rescan(): Promise<void> {
    this.keeper.rescan().catch((error) => this.log.error('The spool could not be read.', error));
  }

  call<K extends Method>(method: K, params: Params<K>): Promise<Result<K>> {
    const methods: { [M in StoreMethod]: (params: Params<M>) => Promise<unknown> } = {
      sessions: ({ limit }) => this.sessions(limit),
      session: ({ id }) => this.session(id),
      observation: ({ id }) => this.observation(id),
      summary: ({ id }) => this.summary(id),
      search: (query) => this.search(query),
      retryFailed: () => this.retryFailed(),
      setPaused: ({ paused }) => this.setPaused(paused),
      queueObservation: (observation) => this.queueObservation(observation),
      queueSummary: (summary) => this.queueSummary(summary),
      rescan: () => this.rescan(),
    };
    const run = methods[method as StoreMethod] as (params: Params<K>) => Promise<Result<K>>;
    return run(params);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

function originOf({ at, key }: WorkOrigin) {
  return { at, dedupeKeys: [{ key: `request:${key}` }] };
}
