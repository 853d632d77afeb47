import { identifyProject } from '../capture/projectIdentity';
import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import type { Observation, Summary } from '../memory/observation';
import type { SearchHit, SearchQuery } from '../memory/search';
import {
  MESSAGE_LIMIT,
  type SessionDetail,
  type SessionItem,
  type StoreStatus,
  type TidemarkClient,
} from './client';
import type { Keeper } from './keeper';

/** The store as seen in the window that keeps it. */
export class LocalClient implements TidemarkClient, Disposable {
  readonly #changed: Emitter<ReadonlySet<number>>;
  readonly #subscriptions: Disposable[];
  readonly onDidChange: Event<ReadonlySet<number>>;

  constructor(
    private readonly keeper: Keeper,
    private readonly provider: string,
    log: Logger,
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

  async search(query: SearchQuery, folder?: string): Promise<SearchHit[]> {
    const { search } = this.keeper;
    if (folder === undefined) return search.search(query);
    const projectId = await search.findProject(identifyProject(folder).key);
    return projectId === undefined ? [] : search.search({ ...query, projectId });
  }

  retryFailed(): Promise<number> {
    return this.keeper.queue.retry();
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.keeper.setPaused(paused);
    this.#changed.fire(new Set());
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
