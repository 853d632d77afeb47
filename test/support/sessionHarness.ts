import { cp } from 'node:fs/promises';
import { silentLogger } from '../../src/base/logger';
import type { ObservationDraft } from '../../src/distill/provider';
import type { NewMessage, PersistentMessage } from '../../src/queue/message';
import type { PendingMessageStore } from '../../src/queue/pendingMessageStore';
import type { Generator } from '../../src/session/generatorRunner';
import {
  SessionManager,
  type QueuedWork,
  type SessionManagerOptions,
} from '../../src/session/sessionManager';
import type { MessageIterator } from '../../src/session/messageIterator';
import { ManualClock } from './manualClock';
import { makeFolder, openStore, project, removeFolders, toolUse, type OpenStore } from './store';

export const LINGER_MS = 5_000;
const DAY_MS = 86_400_000;

/** One real store for the tests of a file; each test takes sessions and a manager of its own. */
export class SessionHarness {
  readonly clock = new ManualClock();
  readonly #managers: SessionManager[] = [];
  #leases = 0;
  #sessions = 0;

  private constructor(
    readonly folder: string,
    private opened: OpenStore | undefined,
  ) {}

  static async open(): Promise<SessionHarness> {
    const harness = new SessionHarness(await makeFolder(), undefined);
    harness.opened = await openStore(harness.folder, harness.clock);
    return harness;
  }

  get store(): OpenStore {
    return this.opened!;
  }

  get queue(): PendingMessageStore {
    return this.store.queue;
  }

  makeManager(options: Partial<SessionManagerOptions> = {}): SessionManager {
    const manager = new SessionManager({
      sessions: this.store.sessions,
      queue: this.queue,
      clock: this.clock,
      log: silentLogger,
      newLease: () => this.newLease(),
      ...options,
    });
    this.#managers.push(manager);
    return manager;
  }

  newLease(): string {
    return `lease-${++this.#leases}`;
  }

  /** The id of a session that nobody else uses. */
  async newSession(...prompts: string[]): Promise<number> {
    const { id } = await this.store.sessions.ensureSession(
      'claude-code',
      `session-${++this.#sessions}`,
      project,
      this.clock.now(),
    );
    for (const text of prompts) {
      await this.store.sessions.addPrompt(id, { text, at: this.clock.now(), dedupeKeys: [] });
    }
    return id;
  }

  /** Queues observations past any manager. Their ids, in order. */
  async enqueue(sessionId: number, ...names: string[]): Promise<number[]> {
    const ids: number[] = [];
    for (const name of names) ids.push((await this.queue.enqueue(this.message(sessionId, name))).id!);
    return ids;
  }

  message(sessionId: number, name: string, more: Partial<NewMessage> = {}): NewMessage {
    const body = { kind: 'observation' as const, use: toolUse(name) };
    return { sessionId, promptNumber: 1, createdAt: this.clock.now(), body, dedupeKeys: [], ...more };
  }

  /** The names of what is in a session's queue, in order, each with its state. */
  async states(sessionId: number): Promise<string[]> {
    const messages = await this.queue.list(sessionId, 1_000);
    return messages.map((message) => `${nameOf(message)} ${message.state}`);
  }

  /** Resolves after what was started so far has had its answers from the store, and what followed from these. */
  async settled(): Promise<void> {
    for (let i = 0; i < 5; i++) await this.queue.nextDueAt();
  }

  /** What a crash at this moment would leave on the disk, opened by another engine. The caller closes it. */
  async openCopy(): Promise<OpenStore> {
    const copy = await makeFolder();
    await cp(this.folder, copy, { recursive: true });
    return openStore(copy, this.clock);
  }

  /** Empties the queue and ends this test's managers. */
  async clean(): Promise<void> {
    for (const manager of this.#managers.splice(0)) manager.dispose();
    this.clock.advance(DAY_MS);
    await this.queue.resetStuck([]);
    await this.queue.retry();
    for (const id of this.queue.sessionsWithPending()) {
      const lease = this.newLease();
      for (;;) {
        const message = await this.queue.claimNext(id, lease);
        if (!message) break;
        await this.queue.confirmProcessed([message.id], lease);
      }
    }
  }

  async close(): Promise<void> {
    await this.opened?.engine.close();
    await removeFolders();
  }
}

export function nameOf({ body }: Pick<PersistentMessage, 'body'>): string {
  if (body.kind === 'summary') return 'summary';
  return 'use' in body ? (body.use.toolUseId ?? '') : 'report';
}

export const work = (name: string): QueuedWork => ({ use: toolUse(name) });

/** A generator that confirms each message by itself, and tells of it first. */
export function confirming(queue: PendingMessageStore, onMessage?: (name: string) => unknown): Generator {
  return async (_session, messages) => {
    for await (const message of messages) {
      await onMessage?.(nameOf(message));
      await queue.confirmProcessed([message.id], messages.lease);
    }
  };
}

/** The next message, which must be there. */
export async function take(messages: MessageIterator): Promise<PersistentMessage> {
  const { value, done } = await messages.next();
  if (done) throw new Error('The reading ended.');
  return value;
}

/** Resolves with the first announced change after which `holds` is true; at once when it is already. */
export function until(queue: PendingMessageStore, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve();
  return new Promise((resolve) => {
    const subscription = queue.onTransitions(() => {
      if (!holds()) return;
      subscription.dispose();
      resolve();
    });
  });
}

/** The real object with some of its methods replaced: for failures and delays that a real one seldom has. */
export function replacing<T extends object>(real: T, methods: Partial<T>): T {
  return Object.assign(Object.create(real) as T, methods);
}

export function draft(title: string, messageIds: number[], replaces?: number): ObservationDraft {
  const content = {
    ...{ type: 'change' as const, title, facts: [], concepts: [], filesRead: [], filesModified: [] },
  };
  return { content, messageIds, ...(replaces !== undefined && { replaces }) };
}
