import { endsWithin } from '../base/async';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import type { PendingMessageStore } from '../queue/pendingMessageStore';
import type { ActiveSession, MutableSession } from './activeSession';
import type { MessageIterator } from './messageIterator';

/** Works on a session's messages until they end. Must end soon after the signal aborts. */
export type Generator = (
  session: ActiveSession,
  messages: MessageIterator,
  signal: AbortSignal,
) => Promise<void>;

export interface GeneratorRunnerOptions {
  queue: PendingMessageStore;
  clock: Clock;
  log: Logger;
  generator?: Generator;
  /** How long a stop waits for a generator, ms. */
  stopBoundMs: number;
  /** Opens a reading of the session's messages. */
  read: (session: MutableSession) => MessageIterator;
  /** False for a session that has left memory, though another may have its id. */
  isActive: (session: MutableSession) => boolean;
  /** Wakes every session with pending messages. */
  wakeAll: () => void;
  /** A session's generator has ended and nothing is due. */
  onIdle: (session: MutableSession) => void;
}

const MIN_RESTART_MS = 1_000;
const MAX_RESTART_MS = 60_000;

/**
 * Runs the generators: at most one a session, while it has pending messages.
 *
 * running ──suspend──▶ suspended ──resume──▶ running     (suspended for ever where there is no generator)
 *
 * A session in `running`: idle ──ensure──▶ generating ──ended, nothing due──▶ idle
 *                                            │  └──ended, more is due──▶ generating
 *                                            └──failed, or did nothing──▶ resting ──timer──▶ generating
 */
export class GeneratorRunner {
  #running: boolean;
  #retryTimer: Disposable | undefined;

  constructor(private readonly options: GeneratorRunnerOptions) {
    this.#running = options.generator !== undefined;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Starts the session's generator if it has work and nobody does it. */
  ensure(session: MutableSession): void {
    if (!this.#running || session.generator || session.deletion || session.restart) return;
    if (session.iterator && !session.iterator.ended) return;
    if (this.options.queue.pendingCount(session.id) === 0) return;
    session.generator = this.#generate(session);
  }

  /** Aborts the session's generator and waits for it up to the bound. What it held waits again. */
  async stop(session: MutableSession): Promise<void> {
    const { clock, log, queue, stopBoundMs } = this.options;
    session.restart?.dispose();
    session.restart = undefined;
    session.abortController.abort();
    // Another reading may begin while we wait: only the one that was aborted is given back.
    const { generator, iterator } = session;
    if (!generator) return;
    if (await endsWithin(generator, stopBoundMs, clock)) return;
    log.warn(`The work on session ${session.id} did not stop in time; its answer will be refused.`);
    if (iterator) await queue.release(iterator.lease);
  }

  resume(): void {
    if (!this.options.generator) return;
    this.#running = true;
    this.options.wakeAll();
    this.planRetry();
  }

  async suspend(sessions: readonly MutableSession[]): Promise<void> {
    this.#running = false;
    this.#retryTimer?.dispose();
    await Promise.all(sessions.map((session) => this.stop(session)));
  }

  /** What failed is tried again later: one timer, for the first of all of them; none while nothing waits. */
  planRetry(): void {
    const { queue, clock, log } = this.options;
    if (!this.#running) return;
    queue
      .nextDueAt()
      .then((due) => {
        this.#retryTimer?.dispose();
        if (due === undefined || !this.#running) return;
        this.#retryTimer = clock.schedule(Math.max(0, due - clock.now()), () => this.resume());
      })
      .catch((error) => log.error('The next retry could not be planned.', error));
  }

  /** Never rejects. */
  async #generate(session: MutableSession): Promise<void> {
    const { generator, read, isActive, onIdle } = this.options;
    const messages = read(session);
    let failed = false;
    try {
      await generator!(session, messages, session.abortController.signal);
    } catch (error) {
      failed = true;
      this.options.log.error(`The work on session ${session.id} failed.`, error);
    }
    const ending = await this.#endReading(session, messages);
    session.generator = undefined;
    // Compared in the same step: until now, a wake found this generator still there and started none.
    const due = ending.due || ending.version !== session.wake.version;
    if (!isActive(session)) return;
    if (failed || (due && messages.claimed === 0)) {
      this.#restartLater(session);
    } else {
      session.failedStarts = 0;
      if (due) this.ensure(session);
      else onIdle(session);
    }
  }

  /** Puts back what the generator left unconfirmed. Whether messages are due, and the wake before that was asked. */
  async #endReading(
    session: MutableSession,
    messages: MessageIterator,
  ): Promise<{ due: boolean; version: number }> {
    try {
      await messages.return();
      const { version } = session.wake;
      return { version, due: (await this.options.queue.peekPending(session.id)) !== undefined };
    } catch (error) {
      this.options.log.error(`The work on session ${session.id} could not be put back.`, error);
      return { version: session.wake.version, due: false };
    }
  }

  /** Something is wrong beyond one message: starting again at once would spin. */
  #restartLater(session: MutableSession): void {
    if (!this.#running || session.deletion) return;
    const delay = Math.min(MAX_RESTART_MS, MIN_RESTART_MS * 2 ** session.failedStarts++);
    session.restart = this.options.clock.schedule(delay, () => {
      session.restart = undefined;
      this.ensure(session);
    });
  }

  dispose(sessions: readonly MutableSession[]): void {
    this.#running = false;
    this.#retryTimer?.dispose();
    for (const session of sessions) {
      session.restart?.dispose();
      session.abortController.abort();
    }
  }
}
