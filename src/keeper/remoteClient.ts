import type * as net from 'node:net';
import { createMessageConnection, ResponseError, type MessageConnection } from 'vscode-jsonrpc/node';
import * as z from 'zod';
import { Deferred } from '../base/async';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { TidemarkError } from '../base/errors';
import { Emitter } from '../base/event';
import type { Logger } from '../base/logger';
import { BoundedReader, BoundedWriter } from './framing';
import { equalProofs, newNonce, proofOf } from './handshake';
import {
  handshake,
  limits,
  parseAnswer,
  parseMessage,
  parseNews,
  PROTOCOL,
  type Backend,
  type Method,
  type News,
  type Params,
  type Result,
} from './protocol';

export interface RemoteOptions {
  secret: string;
  version: string;
  clock: Clock;
  log: Logger;
  /** Stands for another version in tests. */
  protocol?: number;
}

/** The connection to the keeper ended before it answered. What was asked may or may not have been done. */
export class ConnectionLostError extends TidemarkError {
  readonly code = 'connection-lost';
  constructor() {
    super('The window that keeps the store went away before it answered.', {
      advice: 'Look whether it was done, and try again.',
    });
  }
}

/** Whoever listens does not know the folder's secret: it is not Tidemark, or not of this user. */
export class ImpostorError extends TidemarkError {
  readonly code = 'impostor';
  constructor() {
    super('Another program has taken Tidemark’s place on this computer, so the store stays closed.', {
      advice: 'End that program. Tidemark opens the store by itself then.',
    });
  }
}

/** The window that keeps the store has a version of Tidemark that this one can't talk with. */
export class OtherVersionError extends TidemarkError {
  readonly code = 'other-version';
  constructor(
    readonly theirs: { protocol: number; version: string },
    mine: { protocol: number; version: string },
  ) {
    const older = theirs.protocol < mine.protocol;
    super(
      `Another window keeps the store with ${older ? 'an older' : 'a newer'} Tidemark (${theirs.version}; this one is ${mine.version}).`,
      {
        advice: older
          ? 'Reload that window to update it. This one takes part by itself then.'
          : 'Reload this window to update it.',
      },
    );
  }
}

/** An error that the keeper answered with; `code` tells which, as where it was thrown. */
export class RemoteError extends TidemarkError {
  constructor(
    message: string,
    readonly code: string,
    advice: string | undefined,
  ) {
    super(message, advice === undefined ? {} : { advice });
  }
}

/** The keeper is asked whether it is there when an answer takes longer than this, ms. */
const PATIENCE_MS = 3_000;
/** It does not answer, when it did not within this after that, ms. */
const PROBE_MS = 2_000;

const errorData = z.looseObject({ code: z.string(), advice: z.string().optional() });

/** A follower's end: one connection to one keeper, for as long as that lives. */
export class RemoteClient implements Backend, Disposable {
  readonly #connection: MessageConnection;
  readonly #news: Emitter<News>;
  readonly #answering: Emitter<boolean>;
  readonly #ended = new Deferred<void>();
  readonly #timers = new Set<Disposable>();
  #isAnswering = true;
  #yields = false;
  /** The keeper's process and version, once it has been greeted. */
  keeper: { pid: number; version: string } | undefined;

  /** @param socket connected, or connecting. */
  constructor(
    private readonly socket: net.Socket,
    private readonly options: RemoteOptions,
  ) {
    const onListenerError = (error: unknown) => options.log.error('A listener to the keeper failed.', error);
    this.#news = new Emitter(onListenerError);
    this.#answering = new Emitter(onListenerError);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#end());
    this.#connection = createMessageConnection(
      new BoundedReader(socket, limits.toFollower),
      new BoundedWriter(socket, limits.toKeeper, limits.backlog),
    );
    this.#connection.onNotification((method, params) => this.#heard(method, params));
    this.#connection.onRequest(() => socket.destroy());
    this.#connection.onError(() => socket.destroy());
    this.#connection.listen();
  }

  /** Resolves when the connection is over: the keeper went, or this end was disposed. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get onNews() {
    return this.#news.event;
  }

  /** Fires with false when the keeper hangs, and with true when it answers again. */
  get onAnswering() {
    return this.#answering.event;
  }

  /** Whether another window is to have the store when this keeper goes. */
  get yields(): boolean {
    return this.#yields;
  }

  /**
   * The handshake; it takes as long as the keeper does.
   * @throws ImpostorError, OtherVersionError (the connection stays then), ConnectionLostError, ProtocolError.
   */
  async greet(): Promise<void> {
    const { secret, version, protocol = PROTOCOL } = this.options;
    const nonce = newNonce();
    const hello = parseMessage(handshake.helloAnswer, await this.#send('hello', { nonce }));
    if (!equalProofs(hello.proof, proofOf('keeper', secret, nonce, hello.nonce))) throw new ImpostorError();
    const proof = proofOf('follower', secret, nonce, hello.nonce);
    const answer = parseMessage(
      handshake.authenticateAnswer,
      await this.#send('authenticate', { proof, protocol, version, pid: process.pid }),
    );
    this.keeper = { pid: answer.pid, version: answer.version };
    if (!answer.accepted) throw new OtherVersionError(answer, { protocol, version });
  }

  /** @throws ConnectionLostError, RemoteError, ProtocolError */
  async call<K extends Method>(method: K, params: Params<K>): Promise<Result<K>> {
    const patience = this.#after(PATIENCE_MS, () => this.#probe());
    try {
      return parseAnswer(method, await this.#send(method, params));
    } finally {
      this.#cancel(patience);
    }
  }

  /** A long piece of work is no hanging: who hangs answers nothing at all. */
  #probe(): void {
    const late = this.#after(PROBE_MS, () => this.#become(false));
    this.#send('sessions', { limit: 1 })
      .catch(() => undefined)
      .finally(() => this.#cancel(late));
  }

  #after(ms: number, run: () => void): Disposable {
    const timer = this.options.clock.schedule(ms, run);
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: Disposable): void {
    timer.dispose();
    this.#timers.delete(timer);
  }

  async #send(method: string, params: object): Promise<unknown> {
    if (this.socket.destroyed) throw new ConnectionLostError();
    try {
      const answer: unknown = await this.#connection.sendRequest(method, params);
      this.#become(true);
      return answer;
    } catch (error) {
      if (this.socket.destroyed) throw new ConnectionLostError();
      this.#become(true);
      throw fromResponseError(error);
    }
  }

  #heard(method: string, params: unknown): void {
    this.#become(true);
    if (method === 'yield') this.#yields = true;
    else if (method === 'news') {
      try {
        this.#news.fire(parseNews(params));
      } catch (error) {
        this.options.log.error('The keeper’s news could not be read.', error);
      }
    }
  }

  #become(answering: boolean): void {
    if (this.#isAnswering === answering) return;
    this.#isAnswering = answering;
    this.#answering.fire(answering);
  }

  #end(): void {
    for (const timer of this.#timers) timer.dispose();
    this.#timers.clear();
    // Rejects what was not answered.
    this.#connection.dispose();
    this.#ended.resolve();
    this.#news.dispose();
    this.#answering.dispose();
  }

  dispose(): void {
    this.socket.destroy();
  }
}

function fromResponseError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const { data } = errorData.safeParse(error.data);
  return new RemoteError(error.message, data?.code ?? 'unexpected', data?.advice);
}
