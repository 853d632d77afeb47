import type * as net from 'node:net';
import {
  createMessageConnection,
  ErrorCodes,
  ResponseError,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { Clock } from '../base/clock';
import { asError, TidemarkError } from '../base/errors';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { BoundedReader, BoundedWriter } from './framing';
import { equalProofs, newNonce, proofOf } from './handshake';
import {
  handshake,
  isMethod,
  limits,
  parseInput,
  parseParams,
  PROTOCOL,
  type Backend,
  type News,
} from './protocol';

export interface ServerOptions {
  /** The folder's secret (ownership.ts). */
  secret: string;
  version: string;
  /** Answers what accepted followers ask. */
  backend: Backend;
  /** What a follower is told when it comes, and with every change; `sessions` is the server's to add. */
  news: () => Omit<News, 'sessions'>;
  clock: Clock;
  log: Logger;
  /** Stands for another version in tests. */
  protocol?: number;
}

/** Strangers that have not proven who they are within this are disconnected, ms. */
const HANDSHAKE_MS = 5_000;
/** Most connections of strangers; beyond it the oldest one goes. */
const MAX_STRANGERS = 32;
/** Requests of one follower in work at once; beyond it its socket is not read. */
const MAX_REQUESTS = 256;
/** Changes closer together than this are told as one, ms. */
const SETTLE_MS = 20;

/** The keeper's end: every connection of another window, from its handshake on. */
export class KeeperServer implements Disposable {
  readonly #strangers = new Set<FollowerConnection>();
  readonly #followers = new Set<FollowerConnection>();
  readonly #changed = new Set<number>();
  #settling: Disposable | undefined;

  constructor(private readonly options: ServerOptions) {}

  get followerCount(): number {
    return this.#followers.size;
  }

  readonly accept = (socket: net.Socket): void => {
    const connection = new FollowerConnection(socket, this.options, {
      accepted: () => {
        this.#strangers.delete(connection);
        this.#followers.add(connection);
        connection.tell({ sessions: [], ...this.options.news() });
      },
      known: () => void this.#strangers.delete(connection),
      // Whoever has its answer has heard before what became different with it.
      beforeAnswer: () => this.#flush(),
      asksToStepDown: () => {
        for (const other of this.#followers) if (other !== connection) other.yieldTo();
      },
      ended: () => {
        this.#strangers.delete(connection);
        this.#followers.delete(connection);
      },
    });
    this.#strangers.add(connection);
    if (this.#strangers.size > MAX_STRANGERS) [...this.#strangers][0]!.dispose();
  };

  /** Tells all followers, soon, that these sessions or the status have changed. */
  announce(sessions: ReadonlySet<number>): void {
    for (const id of sessions) this.#changed.add(id);
    this.#settling ??= this.options.clock.schedule(SETTLE_MS, () => this.#flush());
  }

  #flush(): void {
    if (!this.#settling) return;
    this.#settling.dispose();
    this.#settling = undefined;
    const news = { sessions: [...this.#changed], ...this.options.news() };
    this.#changed.clear();
    for (const follower of this.#followers) follower.tell(news);
  }

  dispose(): void {
    this.#settling?.dispose();
    for (const connection of [...this.#strangers, ...this.#followers]) connection.dispose();
  }
}

interface Reports {
  accepted(): void;
  /** It has the secret, but speaks another protocol: it only waits. */
  known(): void;
  beforeAnswer(): void;
  asksToStepDown(): void;
  ended(): void;
}

/** stranger ──hello──▶ greeted ──authenticate──▶ follower | waiting (of another protocol: served nothing) */
class FollowerConnection implements Disposable {
  readonly #connection: MessageConnection;
  readonly #reader: BoundedReader;
  readonly #nonce = newNonce();
  readonly #late: Disposable;
  #theirs = '';
  #stage: 'stranger' | 'greeted' | 'follower' | 'waiting' = 'stranger';
  #requests = 0;

  constructor(
    private readonly socket: net.Socket,
    private readonly options: ServerOptions,
    private readonly reports: Reports,
  ) {
    this.#reader = new BoundedReader(socket, limits.stranger);
    this.#connection = createMessageConnection(
      this.#reader,
      new BoundedWriter(socket, limits.toFollower, limits.backlog),
    );
    this.#late = options.clock.schedule(HANDSHAKE_MS, () => this.dispose());
    this.#connection.onRequest((method, params) => this.#request(method, params));
    // Followers notify of nothing.
    this.#connection.onNotification(() => this.dispose());
    this.#connection.onError(() => this.dispose());
    socket.once('close', () => {
      this.#late.dispose();
      this.#connection.dispose();
      reports.ended();
    });
    this.#connection.listen();
  }

  tell(news: News): void {
    this.#notify('news', news);
  }

  /** Another follower is to have the store next. */
  yieldTo(): void {
    this.#notify('yield', {});
  }

  #notify(method: string, params: object): void {
    if (this.socket.destroyed) return;
    this.#connection.sendNotification(method, params).catch(() => this.dispose());
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    try {
      if (this.#stage === 'follower') return await this.#serve(method, params);
      if (this.#stage === 'stranger' && method === 'hello') return this.#hello(params);
      if (this.#stage === 'greeted' && method === 'authenticate') return this.#authenticate(params);
      throw new Error('Not in this order.');
    } catch (error) {
      if (this.#stage !== 'follower') {
        this.options.log.warn('A connection that could not prove to be Tidemark’s was closed.');
        this.dispose();
      }
      throw toResponseError(error);
    }
  }

  #hello(params: unknown): unknown {
    this.#theirs = parseInput(handshake.hello, params).nonce;
    this.#stage = 'greeted';
    return {
      nonce: this.#nonce,
      proof: proofOf('keeper', this.options.secret, this.#theirs, this.#nonce),
    };
  }

  #authenticate(params: unknown): unknown {
    const { proof, protocol } = parseInput(handshake.authenticate, params);
    const expected = proofOf('follower', this.options.secret, this.#theirs, this.#nonce);
    if (!equalProofs(proof, expected)) throw new Error('Wrong proof.');
    this.#late.dispose();
    const mine = this.options.protocol ?? PROTOCOL;
    const accepted = protocol === mine;
    this.#stage = accepted ? 'follower' : 'waiting';
    if (accepted) {
      this.#reader.limit = limits.toKeeper;
      // After the answer to this request, which is sent first.
      setImmediate(() => this.reports.accepted());
    } else this.reports.known();
    return { accepted, protocol: mine, version: this.options.version, pid: process.pid };
  }

  async #serve(method: string, params: unknown): Promise<unknown> {
    if (!isMethod(method)) throw new ResponseError(ErrorCodes.MethodNotFound, 'There is no such method.');
    const checked = parseParams(method, params);
    if (++this.#requests === MAX_REQUESTS) this.socket.pause();
    try {
      if (method === 'stepDown') this.reports.asksToStepDown();
      const answer = await this.options.backend.call(method, checked);
      this.reports.beforeAnswer();
      return answer ?? null;
    } finally {
      if (this.#requests-- === MAX_REQUESTS) this.socket.resume();
    }
  }

  dispose(): void {
    this.#late.dispose();
    this.socket.destroy();
  }
}

/** With the code by which the other side tells errors apart. */
function toResponseError(error: unknown): ResponseError<{ code: string; advice?: string }> {
  if (error instanceof ResponseError) return error as ResponseError<{ code: string }>;
  const { message } = asError(error);
  if (!(error instanceof TidemarkError)) {
    return new ResponseError(ErrorCodes.InternalError, message, { code: 'unexpected' });
  }
  const { code, advice } = error;
  return new ResponseError(ErrorCodes.InternalError, message, {
    code,
    ...(advice !== undefined && { advice }),
  });
}
