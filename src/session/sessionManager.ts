import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import type { ToolUse, Subagent } from '../capture/vocabulary';
import type { DedupeKey, MessageBody } from '../queue/message';
import { boundBody } from '../queue/messageBounds';
import type { EnqueueResult, PendingMessageStore } from '../queue/pendingMessageStore';
import type { Transition } from '../queue/transition';
import { MutableSession, type ActiveSession } from './activeSession';
import { SessionBusyError, SessionNotActiveError, UnknownSessionError } from './errors';
import { GeneratorRunner, type Generator } from './generatorRunner';
import { MessageIterator } from './messageIterator';
import type { SessionStore } from './sessionStore';

export interface SessionManagerOptions {
  sessions: SessionStore;
  queue: PendingMessageStore;
  clock: Clock;
  log: Logger;
  /** Makes leases: strings that are unique for ever, over processes. */
  newLease: () => string;
  /** Started whenever a session has messages and nobody works on them. Without it, callers iterate themselves. */
  generator?: Generator;
  /** How long an iterator waits for another message, ms. */
  lingerMs?: number | (() => number);
  /** How long `deleteSession` and `shutdownAll` wait for a generator, ms. */
  stopBoundMs?: number;
}

export const DEFAULT_LINGER_MS = 5_000;

export type QueuedWork = { use: ToolUse } | { report: { text: string; subagent: Subagent } };

/** When the work was done, and the names under which its event is known. */
export interface Origin {
  /** ms since the epoch; now where it is absent. */
  at?: number;
  dedupeKeys?: readonly DedupeKey[];
  /** The prompt that it belongs to; the session's last where it is absent. */
  promptNumber?: number;
}

/**
 * The lifecycle of sessions. Every count is derived from the store's committed answers; a session in memory
 * is only what is being worked on.
 *
 * stored ──initializeSession──▶ active ──messages──▶ generating ──iterator ends──▶ active
 *    ▲                             │                     │
 *    └─────deleteSession───────────┴─────────────────────┘   also when the agent has ended it and it is idle
 *
 * Invariants: at most one iterator and one generator a session; each reading has an abort controller that was
 * not aborted before; whatever is `processing` is held by a live iterator's lease, or goes back to `pending`.
 */
export class SessionManager implements Disposable {
  readonly #active = new Map<number, MutableSession>();
  readonly #initializing = new Map<number, Promise<MutableSession>>();
  /** The tail of each session's queue calls that wait for its initialisation: they keep their order. */
  readonly #order = new Map<number, Promise<unknown>>();
  readonly #deleted: Emitter<number>;
  readonly #subscription: Disposable;
  readonly #lingerMs: () => number;
  readonly #generators: GeneratorRunner;

  constructor(private readonly options: SessionManagerOptions) {
    const { lingerMs = DEFAULT_LINGER_MS } = options;
    this.#lingerMs = typeof lingerMs === 'number' ? () => lingerMs : lingerMs;
    this.#generators = new GeneratorRunner({
      ...options,
      stopBoundMs: options.stopBoundMs ?? 3_000,
      read: (session) => this.#read(session),
      isActive: (session) => this.#active.get(session.id) === session,
      wakeAll: () => this.#wakeAll(),
      onIdle: (session) => this.#removeIfDone(session),
    });
    this.#deleted = new Emitter((error) =>
      options.log.error('A listener to deleted sessions failed.', error),
    );
    this.#subscription = options.queue.onTransitions((transitions) => this.#onTransitions(transitions));
  }

  /** Announces the id of a session that left memory. Its rows stay. */
  get onSessionDeleted(): Event<number> {
    return this.#deleted.event;
  }

  getPendingMessageStore(): PendingMessageStore {
    return this.options.queue;
  }

  /**
   * The active session, made from the database if it is not there; concurrent calls make one. Its project is
   * read from the database each time; prompt and number are updated where they are given. A new one falls
   * back to the stored first prompt and the stored number of prompts.
   * @throws UnknownSessionError
   */
  async initializeSession(id: number, prompt?: string, promptNumber?: number): Promise<ActiveSession> {
    const existing = this.#active.get(id);
    if (existing?.deletion) {
      await existing.deletion;
      return this.initializeSession(id, prompt, promptNumber);
    }
    const session = existing ?? (await this.#makeActive(id));
    if (existing) {
      const stored = await this.options.sessions.getSessionById(id);
      if (!stored) throw new UnknownSessionError(id);
      // Deleted while we asked: the caller wants the one that comes after it.
      if (this.#active.get(id) !== existing) return this.initializeSession(id, prompt, promptNumber);
      existing.project = stored.project;
    }
    // The agent goes on with what it had ended.
    if (prompt !== undefined || promptNumber !== undefined) session.ended = false;
    if (prompt !== undefined) session.userPrompt = prompt;
    if (promptNumber !== undefined) session.lastPromptNumber = promptNumber;
    return session;
  }

  #makeActive(id: number): Promise<MutableSession> {
    const running = this.#initializing.get(id);
    if (running) return running;
    const made = this.#readSession(id).finally(() => this.#initializing.delete(id));
    this.#initializing.set(id, made);
    return made;
  }

  async #readSession(id: number): Promise<MutableSession> {
    const { sessions, queue, clock } = this.options;
    const stored = await sessions.getSessionById(id);
    if (!stored) throw new UnknownSessionError(id);
    // Nobody reads a session that is not active: what a former reader left behind waits again.
    await queue.resetStuck([], id);
    const session = new MutableSession(stored, clock.now());
    this.#active.set(id, session);
    this.#generators.ensure(session);
    return session;
  }

  getSession(id: number): ActiveSession | undefined {
    return this.#active.get(id);
  }

  getActiveSessionCount(): number {
    return this.#active.size;
  }

  /** Messages that wait, of all sessions, in memory or not. */
  getTotalQueueDepth(): number {
    return this.options.queue.pendingCount();
  }

  /** Messages that wait or are being processed. A generator that lingers is no work. */
  getTotalActiveWork(): number {
    const { pending, processing } = this.options.queue.counts();
    return pending + processing;
  }

  hasPendingMessages(id?: number): boolean {
    return this.options.queue.pendingCount(id) > 0;
  }

  isAnySessionProcessing(): boolean {
    return this.getTotalActiveWork() > 0;
  }

  /**
   * Accepts one piece of evidence: on disk when the promise resolves, and the session's iterator is awake.
   * When it rejects, nothing was accepted. Calls of one session are stored in their order. What is longer than
   * `BODY_LIMIT` is cut.
   * @throws UnknownSessionError, or what the store throws.
   */
  queueObservation(id: number, work: QueuedWork, origin: Origin = {}): Promise<EnqueueResult> {
    return this.#queue(id, { kind: 'observation', ...work }, origin);
  }

  /** Closes a turn; like `queueObservation`. */
  queueSummarize(
    id: number,
    lastUserMessage: string,
    lastAssistantMessage = '',
    origin: Origin & { failure?: string; interrupted?: true } = {},
  ): Promise<EnqueueResult> {
    const { failure, interrupted, ...rest } = origin;
    const body: MessageBody = {
      ...{ kind: 'summary', lastUserMessage, lastAssistantMessage },
      ...(failure !== undefined && { failure }),
      ...(interrupted && { interrupted }),
    };
    return this.#queue(id, body, rest);
  }

  #queue(id: number, body: MessageBody, origin: Origin): Promise<EnqueueResult> {
    const createdAt = origin.at ?? this.options.clock.now();
    const enqueue = () =>
      this.options.queue.enqueue({
        sessionId: id,
        promptNumber: origin.promptNumber ?? this.#active.get(id)?.lastPromptNumber ?? 0,
        createdAt,
        body: boundBody(body),
        dedupeKeys: origin.dedupeKeys ?? [],
      });
    return this.#active.has(id) && !this.#order.has(id) ? enqueue() : this.#inOrder(id, enqueue);
  }

  /** Asks the store once the session is initialised, and after the calls that came before and wait for the same. */
  async #inOrder(id: number, enqueue: () => Promise<EnqueueResult>): Promise<EnqueueResult> {
    const asked = (this.#order.get(id) ?? Promise.resolve()).then(async () => {
      if (!this.#active.has(id)) await this.#makeActive(id);
      // Wrapped: the next call waits until the store was asked, not until it has answered.
      return { answer: enqueue() };
    });
    const turn = asked.then(
      () => undefined,
      () => undefined,
    );
    this.#order.set(id, turn);
    try {
      return await (
        await asked
      ).answer;
    } finally {
      if (this.#order.get(id) === turn) this.#order.delete(id);
    }
  }

  /**
   * Reads the session's messages: see {@link MessageIterator}. Event-driven; ends on abort, when nothing came
   * for the linger, and after a summary when nothing waits.
   * @throws SessionNotActiveError, SessionBusyError while another iterator of the session is open.
   */
  getMessageIterator(id: number): MessageIterator {
    const session = this.#active.get(id);
    if (!session || session.deletion) throw new SessionNotActiveError(id);
    return this.#read(session);
  }

  #read(session: MutableSession): MessageIterator {
    if (session.iterator && !session.iterator.ended) throw new SessionBusyError(session.id);
    if (session.abortController.signal.aborted) session.abortController = new AbortController();
    const { queue, clock, newLease } = this.options;
    return (session.iterator = new MessageIterator(
      session,
      session.abortController,
      newLease(),
      queue,
      clock,
      this.#lingerMs(),
    ));
  }

  /** The agent has ended the session: it leaves memory once its work is done. */
  markEnded(id: number): void {
    const session = this.#active.get(id);
    if (!session) return;
    session.ended = true;
    this.#removeIfDone(session);
  }

  #removeIfDone(session: MutableSession): void {
    const { pending, processing } = this.options.queue.counts(session.id);
    if (!session.ended || session.generator || pending + processing > 0) return;
    void this.deleteSession(session.id).catch((error) =>
      this.options.log.error('Ending a session failed.', error),
    );
  }

  /** Processes what waits in the store: at start, after a pause, and with a provider that works again. */
  resume(): void {
    this.#generators.resume();
  }

  /** Stops processing, each generator within the bound. What was in work waits again; accepting goes on. */
  suspend(): Promise<void> {
    return this.#generators.suspend([...this.#active.values()]);
  }

  /**
   * Takes a session out of memory: aborts its generator, waits for it up to the bound, puts back what it held.
   * Rows stay; a message that was queued meanwhile makes the session active again. Idempotent.
   */
  async deleteSession(id: number): Promise<void> {
    const session = this.#active.get(id) ?? (await this.#initializing.get(id)?.catch(() => undefined));
    if (!session) return;
    session.deletion ??= this.#delete(session);
    await session.deletion;
  }

  async #delete(session: MutableSession): Promise<void> {
    try {
      await this.#generators.stop(session);
      await this.options.queue.resetStuck([], session.id);
    } finally {
      this.#active.delete(session.id);
      this.#deleted.fire(session.id);
    }
    if (session.queuedWhileDeleting) this.#wake(session.id);
  }

  /** Stops all work and takes all sessions out of memory, each wait bounded. Nothing starts any more. */
  async shutdownAll(): Promise<void> {
    await this.#generators.suspend([]);
    const ids = new Set([...this.#active.keys(), ...this.#initializing.keys()]);
    await Promise.all([...ids].map((id) => this.deleteSession(id)));
  }

  #onTransitions(transitions: readonly Transition[]): void {
    const woken = new Set<number>();
    let later = false;
    for (const { messageId, sessionId, from, to } of transitions) {
      const session = this.#active.get(sessionId);
      if (from === 'processing') session?.left(messageId);
      if (to !== 'pending') continue;
      if (from !== 'processing') {
        woken.add(sessionId);
        if (from === undefined && session?.deletion) session.queuedWhileDeleting = true;
      } else {
        // Given back, perhaps for later: wakes who reads, but starts nobody who would find nothing due.
        session?.wake.notify();
        later = true;
      }
    }
    for (const id of woken) this.#wake(id);
    if (later) this.#generators.planRetry();
  }

  #wakeAll(): void {
    for (const id of this.options.queue.sessionsWithPending()) this.#wake(id);
  }

  #wake(id: number): void {
    const session = this.#active.get(id);
    if (session) {
      session.wake.notify();
      this.#generators.ensure(session);
    } else if (this.#generators.running) {
      this.initializeSession(id).catch((error) =>
        this.options.log.error(`Session ${id} could not start.`, error),
      );
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#generators.dispose([...this.#active.values()]);
    this.#deleted.dispose();
  }
}
