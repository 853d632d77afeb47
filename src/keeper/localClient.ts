import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { ImportTarget } from '../capture/transcripts/importTranscripts';
import type { Logger } from '../base/logger';
import type { DistillProvider } from '../distill/provider';
import { PRICES_AS_OF } from '../distill/providers/model/prices';
import type { SetAside } from '../capture/setAsideStore';
import type { MemoryLibrary } from '../memory/library';
import type { Observation, Summary } from '../memory/observation';
import type { QueuedMessage } from '../queue/message';
import type { SessionsQuery } from '../session/sessionStore';
import type { Note } from '../memory/recall';
import type { SearchHit, SearchQuery } from '../memory/search';
import {
  MESSAGE_LIMIT,
  type NewObservation,
  type NewSummary,
  type Queued,
  type QueuedSession,
  type SearchScope,
  type SessionDetail,
  type SessionItem,
  type SessionRef,
  type StoreStatus,
  type TidemarkClient,
  type WorkOrigin,
} from './client';
import { importTarget } from './importTarget';
import type { Keeper } from './keeper';
import { KeeperLibrary } from './keeperLibrary';
import { projectKeyOf } from './searchScope';
import type { Backend, Method, Params, Result } from './protocol';

/** What an open store answers by itself; the rest of the methods is about the store as a whole (supervisor.ts). */
type StoreMethod = Exclude<Method, 'clearAllData' | 'reopen' | 'stepDown' | 'providerChanged'>;

/** A store of this size is worth a person's look. */
const LARGE_BYTES = 1_000_000_000;

/** The store as seen in the window that keeps it. */
export class LocalClient implements TidemarkClient, Backend, Disposable {
  readonly #changed: Emitter<ReadonlySet<number>>;
  readonly #subscriptions: Disposable[];
  readonly #importTarget: ImportTarget;
  readonly onDidChange: Event<ReadonlySet<number>>;
  readonly library: MemoryLibrary;

  constructor(
    private readonly keeper: Keeper,
    private readonly provider: Pick<DistillProvider, 'id' | 'model'>,
    private readonly log: Logger,
  ) {
    this.#changed = new Emitter((error) => log.error('A listener to the store failed.', error));
    this.onDidChange = this.#changed.event;
    this.#importTarget = importTarget(keeper);
    const { library, fileHashes, sessions, contextFiles } = keeper;
    this.library = new KeeperLibrary(library, fileHashes, sessions, contextFiles, this.#changed);
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

  async sessions(query: SessionsQuery): Promise<SessionItem[]> {
    const sessions = await this.keeper.sessions.listSessions(query);
    return sessions.map((session) => ({ ...session, queue: this.keeper.queue.counts(session.id) }));
  }

  renameSession(id: number, title: string): Promise<void> {
    return this.keeper.sessions.renameSession(id, title);
  }

  archiveSessions(ids: readonly number[], archived: boolean): Promise<number> {
    return this.keeper.archiveSessions(ids, archived);
  }

  async deleteSessions(ids: readonly number[]): Promise<void> {
    for (const id of ids) await this.keeper.deleteSession(id);
  }

  async queuedSessions(limit: number): Promise<QueuedSession[]> {
    const queued = await this.keeper.queue.queuedSessions(limit);
    const sessions = await this.sessions({ ids: queued.map(({ sessionId }) => sessionId), limit });
    const byId = new Map(sessions.map((session) => [session.id, session]));
    return queued.flatMap(({ sessionId, oldestAt }) => {
      const session = byId.get(sessionId);
      return session ? { session, oldestAt } : [];
    });
  }

  messages(sessionId: number, limit: number): Promise<QueuedMessage[]> {
    return this.keeper.queue.list(sessionId, limit);
  }

  setAside(limit: number): Promise<SetAside[]> {
    return this.keeper.memory.listSetAside(limit);
  }

  async dismissSetAside(sha256?: string): Promise<number> {
    const count = await this.keeper.memory.dismissSetAside(sha256);
    this.#changed.fire(new Set());
    return count;
  }

  async session(id: number): Promise<SessionDetail | undefined> {
    const { sessions, memory, queue, usage: ledger } = this.keeper;
    const [session, prompts, observations, summaries, messages, usage] = await Promise.all([
      sessions.getSessionById(id),
      sessions.getPrompts(id),
      memory.observations(id),
      memory.summaries(id),
      queue.list(id, MESSAGE_LIMIT),
      ledger.ofSession(id),
    ]);
    return session && { session, prompts, observations, summaries, messages, usage };
  }

  observation(id: number): Promise<Observation | undefined> {
    return this.keeper.memory.observation(id);
  }

  summary(id: number): Promise<Summary | undefined> {
    return this.keeper.memory.summary(id);
  }

  async search(query: SearchQuery, scope: SearchScope = {}): Promise<SearchHit[]> {
    const { search } = this.keeper;
    const key = projectKeyOf(scope);
    if (key === undefined) return search.search(query);
    const projectId = await search.findProject(key);
    return projectId === undefined ? [] : search.search({ ...query, projectId });
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

  async #addNote(note: Note): Promise<number> {
    const { search, memory, sessions, contextFiles } = this.keeper;
    const id = await search.addNote(note);
    const added = await memory.observation(id);
    const session = added && (await sessions.getSessionById(added.sessionId));
    if (session) {
      contextFiles.refresh(session.project);
      this.#changed.fire(new Set([session.id]));
    }
    return id;
  }

  /** Answers at once: reading a full spool takes long, and nobody waits for it. */
  async rescan(): Promise<void> {
    this.keeper.rescan().catch((error) => this.log.error('The spool could not be read.', error));
  }

  call<K extends Method>(method: K, params: Params<K>): Promise<Result<K>> {
    const methods: { [M in StoreMethod]: (params: Params<M>) => Promise<unknown> } = {
      ...this.library,
      sessions: (query) => this.sessions(query),
      renameSession: ({ id, title }) => this.renameSession(id, title),
      archiveSessions: ({ ids, archived }) => this.archiveSessions(ids, archived),
      deleteSessions: ({ ids }) => this.deleteSessions(ids),
      queuedSessions: ({ limit }) => this.queuedSessions(limit),
      messages: ({ sessionId, limit }) => this.messages(sessionId, limit),
      setAside: ({ limit }) => this.setAside(limit),
      dismissSetAside: ({ sha256 }) => this.dismissSetAside(sha256),
      session: ({ id }) => this.session(id),
      observation: ({ id }) => this.observation(id),
      summary: ({ id }) => this.summary(id),
      preview: ({ sessionId }) => this.preview(sessionId),
      search: ({ query, ...scope }) => this.search(query, scope),
      findProject: ({ key }) => this.keeper.search.findProject(key),
      timeline: (around) => this.keeper.search.timeline(around),
      addNote: ({ note }) => this.#addNote(note),
      retryFailed: ({ messageIds }) => this.retryFailed(messageIds),
      discardFailed: ({ messageIds }) => this.discardFailed(messageIds),
      importedBefore: ({ agent, agentSessionId }) => this.importedBefore(agent, agentSessionId),
      acceptEvent: ({ record }) => this.acceptEvent(record),
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
