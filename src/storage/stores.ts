import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import type { SetAsideStore } from '../capture/setAsideStore';
import type { ResultStore } from '../distill/resultStore';
import type { MemoryStore } from '../memory/memoryStore';
import type { QueueCounts } from '../queue/message';
import { DEFAULT_MAX_ATTEMPTS, type PendingMessageStore } from '../queue/pendingMessageStore';
import { QueueProjection } from '../queue/queueProjection';
import type { Transition } from '../queue/transition';
import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { NewPrompt, SessionStore, StoredSession } from '../session/sessionStore';
import type { Engine } from './sqljs/engine';

/** The domain's stores over the engine: each method is one operation, each operation one transaction. */

export class EngineSessionStore implements SessionStore {
  readonly #changed: Emitter<number>;
  /** Announces the id of a session whose rows or prompts have changed, once that is durable. */
  readonly onDidChange: Event<number>;

  constructor(
    private readonly engine: Engine,
    log: Logger,
  ) {
    this.#changed = new Emitter((error) => log.error('A listener to sessions failed.', error));
    this.onDidChange = this.#changed.event;
  }

  async ensureSession(
    agent: AgentId,
    agentSessionId: string,
    project: ProjectRef,
    at: number,
  ): Promise<StoredSession> {
    const session = await this.engine.call('ensureSession', { agent, agentSessionId, project, at });
    this.#changed.fire(session.id);
    return session;
  }

  async addPrompt(sessionId: number, prompt: NewPrompt): Promise<{ number: number; duplicate: boolean }> {
    const added = await this.engine.call('addPrompt', { isPrivate: false, ...prompt, sessionId });
    if (!added.duplicate) this.#changed.fire(sessionId);
    return added;
  }

  async endSession(sessionId: number, reason: string, at: number): Promise<void> {
    await this.engine.call('endSession', { sessionId, reason, at });
    this.#changed.fire(sessionId);
  }

  async endPrompt(sessionId: number, number: number, at: number): Promise<void> {
    await this.engine.call('endPrompt', { sessionId, number, at });
    this.#changed.fire(sessionId);
  }

  findPrompt: SessionStore['findPrompt'] = (sessionId, agentPromptId) =>
    this.engine.call('findPrompt', { sessionId, agentPromptId });
  getPromptNumber: SessionStore['getPromptNumber'] = (sessionId) =>
    this.engine.call('getPromptNumber', { sessionId });
  getPrompts: SessionStore['getPrompts'] = (sessionId) => this.engine.call('getPrompts', { sessionId });
  getSessionById: SessionStore['getSessionById'] = (id) => this.engine.call('getSession', { id });
  findSession: SessionStore['findSession'] = (agent, agentSessionId) =>
    this.engine.call('findSession', { agent, agentSessionId });
  listSessions: SessionStore['listSessions'] = (query) => this.engine.call('listSessions', query);

  async renameSession(sessionId: number, title: string): Promise<void> {
    await this.engine.call('renameSession', { id: sessionId, title });
    this.#changed.fire(sessionId);
  }

  async setAgentTitle(sessionId: number, title: string): Promise<void> {
    await this.engine.call('setAgentTitle', { id: sessionId, title });
    this.#changed.fire(sessionId);
  }

  async archiveSessions(sessionIds: readonly number[], archived: boolean, at: number): Promise<number> {
    const count = await this.engine.call('archiveSessions', { ids: sessionIds, archived, at });
    for (const id of sessionIds) this.#changed.fire(id);
    return count;
  }

  /** In slices: one that is interrupted is finished when it is asked for again. */
  async deleteSession(sessionId: number): Promise<void> {
    while (await this.engine.call('deleteSessionPart', { id: sessionId }));
    this.#changed.fire(sessionId);
  }
}

export class EngineMessageStore implements PendingMessageStore {
  readonly #transitions: Emitter<readonly Transition[]>;
  readonly onTransitions: Event<readonly Transition[]>;

  private constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
    private readonly projection: QueueProjection,
    log: Logger,
    private readonly maxAttempts: number,
  ) {
    this.#transitions = new Emitter((error) => log.error('A listener to the queue failed.', error));
    this.onTransitions = this.#transitions.event;
    // Lives as long as the engine, which drops its listeners when it ends.
    engine.onTransitions((transitions) => {
      this.projection.apply(transitions);
      this.#transitions.fire(transitions);
    });
  }

  /**
   * @param maxAttempts failed attempts after which a message is `failed`.
   */
  static async open(
    engine: Engine,
    clock: Clock,
    log: Logger,
    maxAttempts = DEFAULT_MAX_ATTEMPTS,
  ): Promise<EngineMessageStore> {
    return new EngineMessageStore(
      engine,
      clock,
      new QueueProjection(await engine.call('queueCounts', {})),
      log,
      maxAttempts,
    );
  }

  enqueue: PendingMessageStore['enqueue'] = (message) => this.engine.call('enqueue', message);
  claimNext: PendingMessageStore['claimNext'] = (sessionId, lease) =>
    this.engine.call('claimNext', { sessionId, lease, now: this.clock.now() });
  peekPending: PendingMessageStore['peekPending'] = (sessionId) =>
    this.engine.call('peekPending', { sessionId, now: this.clock.now() });
  confirmProcessed: PendingMessageStore['confirmProcessed'] = (messageIds, lease) =>
    this.engine.call('confirmProcessed', { messageIds, lease });
  markFailed: PendingMessageStore['markFailed'] = (messageIds, lease, reason, options) =>
    this.engine.call('markFailed', {
      countAttempt: true,
      ...options,
      messageIds,
      lease,
      reason,
      maxAttempts: this.maxAttempts,
      now: this.clock.now(),
    });
  sealBatch: PendingMessageStore['sealBatch'] = (messageIds, lease) =>
    this.engine.call('sealBatch', { messageIds, lease });
  release: PendingMessageStore['release'] = (lease, messageIds) =>
    this.engine.call('release', { lease, ...(messageIds && { messageIds }) });
  retry: PendingMessageStore['retry'] = (messageIds) =>
    this.engine.call('retry', { ...(messageIds && { messageIds }) });
  discard: PendingMessageStore['discard'] = (messageIds) =>
    this.engine.call('discard', { ...(messageIds && { messageIds }) });
  resetStuck: PendingMessageStore['resetStuck'] = (liveLeases, sessionId) =>
    this.engine.call('resetStuck', { liveLeases, ...(sessionId !== undefined && { sessionId }) });
  queuedSessions: PendingMessageStore['queuedSessions'] = (limit) =>
    this.engine.call('queuedSessions', { limit });
  list: PendingMessageStore['list'] = (sessionId, limit) =>
    this.engine.call('listMessages', { sessionId, limit });
  nextDueAt: PendingMessageStore['nextDueAt'] = () =>
    this.engine.call('nextDueAt', { now: this.clock.now() });

  pendingCount(sessionId?: number): number {
    return this.projection.counts(sessionId).pending;
  }

  counts(sessionId?: number): QueueCounts {
    return this.projection.counts(sessionId);
  }

  sessionsWithPending(): number[] {
    return this.projection.sessionsWithPending();
  }
}

export class EngineMemoryStore implements MemoryStore, ResultStore, SetAsideStore {
  constructor(private readonly engine: Engine) {}

  observations: MemoryStore['observations'] = (sessionId, promptNumber) =>
    this.engine.call('observations', { sessionId, ...(promptNumber !== undefined && { promptNumber }) });
  otherTitles: MemoryStore['otherTitles'] = (sessionId, promptNumber, limit) =>
    this.engine.call('otherTitles', { sessionId, promptNumber, limit });
  summaries: MemoryStore['summaries'] = (sessionId) => this.engine.call('summaries', { sessionId });
  recent: MemoryStore['recent'] = (projectId, limit) =>
    this.engine.call('recentMemory', { projectId, limit });
  observation: MemoryStore['observation'] = (id) => this.engine.call('observation', { id });
  summary: MemoryStore['summary'] = (id) => this.engine.call('summary', { id });
  toolOutcomes: MemoryStore['toolOutcomes'] = (sessionId) => this.engine.call('toolOutcomes', { sessionId });
  storeResults: ResultStore['storeResults'] = (result) => this.engine.call('storeResults', result);
  setAside: SetAsideStore['setAside'] = (event) => this.engine.call('setAside', event);
  listSetAside: SetAsideStore['listSetAside'] = (limit) => this.engine.call('listSetAside', { limit });
  dismissSetAside: SetAsideStore['dismissSetAside'] = (sha256) =>
    this.engine.call('dismissSetAside', sha256 === undefined ? {} : { sha256 });
}
