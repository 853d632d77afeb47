import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import type { DistillProvider } from '../distill/provider';
import { PRICES_AS_OF } from '../distill/providers/model/prices';
import type { Observation, Summary } from '../memory/observation';
import {
  MESSAGE_LIMIT,
  type SessionDetail,
  type SessionItem,
  type StoreStatus,
  type TidemarkClient,
} from './client';
import type { Keeper } from './keeper';

/** A store of this size is worth a person's look. */
const LARGE_BYTES = 1_000_000_000;

/** The store as seen in the window that keeps it. */
export class LocalClient implements TidemarkClient, Disposable {
  readonly #changed: Emitter<ReadonlySet<number>>;
  readonly #subscriptions: Disposable[];
  readonly onDidChange: Event<ReadonlySet<number>>;

  constructor(
    private readonly keeper: Keeper,
    private readonly provider: Pick<DistillProvider, 'id' | 'model'>,
    log: Logger,
  ) {
    this.#changed = new Emitter((error) => log.error('A listener to the store failed.', error));
    this.onDidChange = this.#changed.event;
    this.#subscriptions = [
      keeper.queue.onTransitions((transitions) =>
        this.#changed.fire(new Set(transitions.map(({ sessionId }) => sessionId))),
      ),
      keeper.onDidChange(() => this.#changed.fire(new Set())),
      keeper.sessions.onDidChange((id) => this.#changed.fire(new Set([id]))),
    ];
  }

  status(): StoreStatus {
    const { queue, paused, providerPause, sizeBytes, usage } = this.keeper;
    const { id: provider, model } = this.provider;
    return {
      ...{ queue: queue.counts(), paused, provider, sizeBytes },
      ...{ today: usage.today, pricesAsOf: PRICES_AS_OF },
      ...(model !== undefined && { model }),
      ...(providerPause && { providerPause }),
      ...(sizeBytes > LARGE_BYTES && { warning: 'large' as const }),
    };
  }

  preview(sessionId: number): Promise<string[]> {
    return this.keeper.preview(sessionId, MESSAGE_LIMIT);
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

  retryFailed(messageIds?: readonly number[]): Promise<number> {
    return this.keeper.queue.retry(messageIds);
  }

  discardFailed(messageIds?: readonly number[]): Promise<number> {
    return this.keeper.queue.discard(messageIds);
  }

  setPaused(paused: boolean): Promise<void> {
    return this.keeper.setPaused(paused);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
