import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import type { DistillProvider } from '../distill/provider';
import { PRICES_AS_OF } from '../distill/providers/model/prices';
import type { ProviderPausedError } from '../distill/providerErrors';
import type { Observation, Summary } from '../memory/observation';
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
    private readonly provider: Pick<DistillProvider, 'id' | 'model'>,
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
    const { queue, paused, providerRest: rest, usage } = this.keeper;
    const { id: provider, model } = this.provider;
    return {
      ...{ queue: queue.counts(), paused, provider, today: usage.today, pricesAsOf: PRICES_AS_OF },
      ...(model !== undefined && { model }),
      ...(rest && { rest: restOf(rest) }),
    };
  }

  /** The status has changed, though no session has. */
  statusChanged(): void {
    this.#changed.fire(new Set());
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

  retryFailed(): Promise<number> {
    return this.keeper.queue.retry();
  }

  async setPaused(paused: boolean): Promise<void> {
    await this.keeper.setPaused(paused);
    this.statusChanged();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** As plain data: it may cross to another window. */
function restOf({ reason, message, advice, retryAt }: ProviderPausedError): NonNullable<StoreStatus['rest']> {
  return {
    ...{ reason, message },
    ...(advice !== undefined && { advice }),
    ...(retryAt !== undefined && { retryAt }),
  };
}
