import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { ImportTarget } from '../capture/transcripts/importTranscripts';
import type { Logger } from '../base/logger';
import type { Observation, Summary } from '../memory/observation';
import {
  MESSAGE_LIMIT,
  type SessionDetail,
  type SessionItem,
  type StoreStatus,
  type TidemarkClient,
} from './client';
import { importTarget } from './importTarget';
import type { Keeper } from './keeper';

/** A store of this size is worth a person's look. */
const LARGE_BYTES = 1_000_000_000;

/** The store as seen in the window that keeps it. */
export class LocalClient implements TidemarkClient, Disposable {
  readonly #changed: Emitter<ReadonlySet<number>>;
  readonly #subscriptions: Disposable[];
  readonly #importTarget: ImportTarget;
  readonly onDidChange: Event<ReadonlySet<number>>;

  constructor(
    private readonly keeper: Keeper,
    private readonly provider: string,
    log: Logger,
  ) {
    this.#changed = new Emitter((error) => log.error('A listener to the store failed.', error));
    this.onDidChange = this.#changed.event;
    this.#importTarget = importTarget(keeper);
    this.#subscriptions = [
      keeper.queue.onTransitions((transitions) =>
        this.#changed.fire(new Set(transitions.map(({ sessionId }) => sessionId))),
      ),
      keeper.onDidChange(() => this.#changed.fire(new Set())),
      keeper.sessions.onDidChange((id) => this.#changed.fire(new Set([id]))),
    ];
  }

  status(): StoreStatus {
    const { queue, paused, providerPause, sizeBytes } = this.keeper;
    return {
      ...{ queue: queue.counts(), paused, provider: this.provider, sizeBytes },
      ...(providerPause && { providerPause }),
      ...(sizeBytes > LARGE_BYTES && { warning: 'large' as const }),
    };
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

  importedBefore: TidemarkClient['importedBefore'] = (agent, agentSessionId) =>
    this.#importTarget.importedBefore(agent, agentSessionId);
  acceptEvent: TidemarkClient['acceptEvent'] = (record) => this.#importTarget.acceptEvent(record);

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}
