import type { Disposable } from '../base/disposable';
import { asError, TidemarkError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/logger';
import { scrub } from '../capture/scrub';
import type { JsonValue } from '../capture/spoolRecord';
import type { MemoryLibrary } from '../memory/library';
import type { SearchQuery } from '../memory/search';
import type { SessionsQuery } from '../session/sessionStore';
import { cleanContent, cleanSession } from './cleanMemory';
import type { NewObservation, NewSummary, SearchScope, StoreStatus, TidemarkClient } from './client';
import {
  InvalidInputError,
  parseParams,
  type Backend,
  type Method,
  type Params,
  type Result,
} from './protocol';
import { projectKeyOf } from './searchScope';

/** Not sent again when nobody knows whether it was done: a second time would do more. */
const onlyOnce: ReadonlySet<Method> = new Set(['clearAllData', 'stepDown', 'addNote']);
/** The store went away: whoever has it next can be asked again. */
const goneCodes: ReadonlySet<string> = new Set(['connection-lost', 'storage-closed', 'storage-failed']);

interface Call {
  method: Method;
  params: Params<Method>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/**
 * The store as this window sees it for its whole life, whoever keeps it: a call goes to the backend of the moment,
 * waits while there is none, and is sent again when that went away before it answered. Reads may be repeated;
 * what queues carries a key under which it is accepted once.
 *
 * waiting ──attach──▶ sent ──answered──▶ done
 *    ▲                 │
 *    └──backend gone───┘        any ──close(error)──▶ rejected, and so are further ones until the next attach
 */
export class WindowClient implements TidemarkClient, Backend, Disposable {
  readonly #waiting = new Set<Call>();
  readonly #changed: Emitter<ReadonlySet<number>>;
  readonly onDidChange: Event<ReadonlySet<number>>;
  #backend: Backend | undefined;
  #closed: Error | undefined;
  #status: StoreStatus = {
    queue: { pending: 0, processing: 0, failed: 0 },
    paused: false,
    provider: '',
    sizeBytes: 0,
    today: { dayStart: 0, requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, observations: 0 },
    pricesAsOf: '',
  };

  constructor(log: Logger) {
    this.#changed = new Emitter((error) => log.error('A listener to the store failed.', error));
    this.onDidChange = this.#changed.event;
  }

  /** The store can be asked through this backend from now on. */
  attach(backend: Backend): void {
    this.#closed = undefined;
    this.#backend = backend;
    for (const call of this.#waiting) this.#send(call, backend);
  }

  /** Calls wait until the next backend. */
  detach(): void {
    this.#backend = undefined;
  }

  /** Nobody can be asked: what waits rejects with this. */
  close(error: Error): void {
    this.#backend = undefined;
    this.#closed = error;
    for (const call of this.#waiting) call.reject(error);
    this.#waiting.clear();
  }

  /** What is different in the store, as its keeper told it. */
  update(status: StoreStatus, sessions: ReadonlySet<number>): void {
    this.#status = status;
    this.#changed.fire(sessions);
  }

  /** As last heard: while the store passes from one window to another, what it was before. */
  status(): StoreStatus {
    return this.#status;
  }

  async call<K extends Method>(method: K, params: Params<K>): Promise<Result<K>> {
    const checked = parseParams(method, params);
    if (this.#closed) throw this.#closed;
    return new Promise<Result<K>>((resolve, reject) => {
      const call: Call = { method, params: checked, resolve: resolve as Call['resolve'], reject };
      if (this.#backend) this.#send(call, this.#backend);
      else this.#waiting.add(call);
    });
  }

  #send(call: Call, backend: Backend): void {
    this.#waiting.delete(call);
    backend.call(call.method, call.params).then(call.resolve, (error: unknown) => {
      const isGone = error instanceof TidemarkError && goneCodes.has(error.code);
      if (!isGone || onlyOnce.has(call.method)) call.reject(error);
      else if (this.#closed) call.reject(this.#closed);
      else if (this.#backend && this.#backend !== backend) this.#send(call, this.#backend);
      else this.#waiting.add(call);
    });
  }

  readonly library: MemoryLibrary = {
    groups: (args) => this.call('groups', args),
    memories: (query) => this.call('memories', query),
    sources: (args) => this.call('sources', args),
    changedFiles: (args) => this.call('changedFiles', args),
    pin: (args) => this.call('pin', args),
    edit: ({ id, content }) => this.call('edit', { id, content: cleanContent(content) }),
    forget: (args) => this.call('forget', args),
    restore: (args) => this.call('restore', args),
    forgotten: (args) => this.call('forgotten', args),
    exportMemory: (args) => this.call('exportMemory', args),
    importMemory: ({ sessions }) => this.call('importMemory', { sessions: sessions.map(cleanSession) }),
    insights: (args) => this.call('insights', args),
  };
  sessions = (query: SessionsQuery) => this.call('sessions', query);
  renameSession = async (id: number, title: string): Promise<void> =>
    this.call('renameSession', { id, title });
  archiveSessions = (ids: readonly number[], archived: boolean) =>
    this.call('archiveSessions', { ids: [...ids], archived });
  deleteSessions = async (ids: readonly number[]): Promise<void> =>
    this.call('deleteSessions', { ids: [...ids] });
  queuedSessions = (limit: number) => this.call('queuedSessions', { limit });
  messages = (sessionId: number, limit: number) => this.call('messages', { sessionId, limit });
  setAside = (limit: number) => this.call('setAside', { limit });
  dismissSetAside = (sha256?: string) => this.call('dismissSetAside', sha256 === undefined ? {} : { sha256 });
  session = (id: number) => this.call('session', { id });
  observation = (id: number) => this.call('observation', { id });
  summary = (id: number) => this.call('summary', { id });
  preview = (sessionId: number) => this.call('preview', { sessionId });
  retryFailed = (ids?: readonly number[]) => this.call('retryFailed', ids ? { messageIds: [...ids] } : {});
  discardFailed = (ids?: readonly number[]) =>
    this.call('discardFailed', ids ? { messageIds: [...ids] } : {});
  importedBefore: TidemarkClient['importedBefore'] = (agent, agentSessionId) =>
    this.call('importedBefore', { agent, agentSessionId });
  acceptEvent: TidemarkClient['acceptEvent'] = (record) => this.call('acceptEvent', { record });
  setPaused = async (paused: boolean): Promise<void> => this.call('setPaused', { paused });
  search = async (query: SearchQuery, scope: SearchScope = {}) => {
    const projectKey = projectKeyOf(scope);
    return this.call('search', { query, ...(projectKey !== undefined && { projectKey }) });
  };
  rescan = async (): Promise<void> => this.call('rescan', {});

  /** @throws InvalidInputError beside what the store throws. */
  queueObservation = async (observation: NewObservation) =>
    this.call('queueObservation', clean('queueObservation', observation));
  /** @throws InvalidInputError beside what the store throws. */
  queueSummary = async (summary: NewSummary) => this.call('queueSummary', clean('queueSummary', summary));

  dispose(): void {
    this.close(this.#closed ?? new Error('Tidemark stops.'));
    this.#changed.dispose();
  }
}

/** Without private parts and secrets, before it leaves this process, and of bounded size. */
function clean<K extends 'queueObservation' | 'queueSummary'>(method: K, params: Params<K>): Params<K> {
  const { session, origin, ...content } = parseParams(method, params);
  const scrubbed = scrub(content as unknown as JsonValue).value;
  try {
    return parseParams(method, { ...(scrubbed as object), session, origin });
  } catch (error) {
    throw new InvalidInputError(`This is too much for one message. ${asError(error).message}`);
  }
}
