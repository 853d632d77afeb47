import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../src/base/clock';
import { silentLogger } from '../../../src/base/logger';
import { TidemarkError } from '../../../src/base/errors';
import type { SessionItem } from '../../../src/keeper/client';
import { proofOf } from '../../../src/keeper/handshake';
import { limits, PROTOCOL, type Backend, type Method, type News } from '../../../src/keeper/protocol';
import {
  ConnectionLostError,
  ImpostorError,
  OtherVersionError,
  RemoteClient,
  type RemoteOptions,
} from '../../../src/keeper/remoteClient';
import { KeeperServer, type ServerOptions } from '../../../src/keeper/server';
import { project } from '../../support/store';

const secret = 'a secret of this test';
const item: SessionItem = {
  ...{ id: 1, agent: 'codex', agentSessionId: 's', project: { id: 1, ...project }, promptCount: 0 },
  ...{ startedAt: 1, lastActivityAt: 2, queue: { pending: 0, processing: 0, failed: 0 } },
};
const hit = {
  ...{ kind: 'summary', id: 1, sessionId: 1, projectId: 1, agent: 'codex', type: 'summary' },
  ...{ snippet: '', createdAt: 1, score: 1 },
};
const status = {
  queue: { pending: 3, processing: 0, failed: 0 },
  paused: false,
  provider: 'builtin',
  sizeBytes: 0,
  today: { dayStart: 0, requests: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, observations: 0 },
  pricesAsOf: '2026-11-20',
};

/** A keeper's server on a socket of its own, with an answer for every method. */
class TestServer {
  readonly path = join(tmpdir(), `tidemark-${randomBytes(6).toString('hex')}.sock`);
  readonly calls: [Method, unknown][] = [];
  answer: (method: Method, params: unknown) => unknown = () => [item];
  readonly server: KeeperServer;
  readonly sockets: net.Socket[] = [];
  readonly #listener: net.Server;

  constructor(options: Partial<ServerOptions> = {}) {
    const backend = {
      call: async (method: Method, params: unknown) => {
        this.calls.push([method, params]);
        return this.answer(method, params);
      },
    } as Backend;
    this.server = new KeeperServer({
      ...{ secret, version: '1.2.3', backend, clock: systemClock, log: silentLogger },
      news: () => ({ status, failure: null }),
      ...options,
    });
    this.#listener = net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      this.sockets.push(socket);
      this.server.accept(socket);
    });
  }

  async open(): Promise<this> {
    this.#listener.listen(this.path);
    await once(this.#listener, 'listening');
    return this;
  }

  connect(): net.Socket {
    return net.connect(this.path);
  }

  client(options: Partial<RemoteOptions> = {}): RemoteClient {
    const defaults = { secret, version: '1.2.3', clock: systemClock, log: silentLogger };
    return new RemoteClient(this.connect(), { ...defaults, ...options });
  }

  async close(): Promise<void> {
    this.server.dispose();
    await new Promise((resolve) => this.#listener.close(resolve));
    await rm(this.path, { force: true });
  }
}

function frame(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(bytes.length);
  return Buffer.concat([header, bytes]);
}

const request = (method: string, params: object, id = 1) =>
  frame(JSON.stringify({ jsonrpc: '2.0', id, method, params }));

describe('the protocol between windows', () => {
  let server: TestServer;
  const clients: RemoteClient[] = [];
  const greeted = async (options?: Partial<RemoteOptions>) => {
    const client = server.client(options);
    clients.push(client);
    await client.greet();
    return client;
  };
  beforeEach(async () => {
    server = await new TestServer().open();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.dispose();
    await server.close();
  });

  it('answers one who has the secret, and tells what is new', async () => {
    const client = server.client();
    clients.push(client);
    const told: News[] = [];
    const news = new Promise<void>((resolve) =>
      client.onNews((said) => {
        told.push(said);
        resolve();
      }),
    );
    await client.greet();
    await news;
    assert.deepEqual(told, [{ sessions: [], status, failure: null }]);
    assert.deepEqual(await client.call('sessions', { limit: 5 }), [item]);
    assert.deepEqual(server.calls, [['sessions', { limit: 5 }]]);
    assert.equal(client.keeper?.version, '1.2.3');
  });

  it('tells of changes before the answer to what made them', async () => {
    const client = await greeted();
    const order: string[] = [];
    client.onNews(({ sessions }) => order.push(`news ${sessions.join()}`));
    server.answer = () => {
      server.server.announce(new Set([7]));
      return undefined;
    };
    await client.call('setPaused', { paused: true });
    order.push('answer');
    assert.deepEqual(order.slice(-2), ['news 7', 'answer']);
  });

  it('disconnects one who does not have it, unserved', async () => {
    const impostor = server.client({ secret: 'a guess' });
    clients.push(impostor);
    // It finds out first: the keeper proves that it has another secret.
    await assert.rejects(impostor.greet(), ImpostorError);
    const socket = server.connect();
    const nonce = '0'.repeat(64);
    socket.write(request('hello', { nonce }));
    await once(socket, 'data');
    socket.write(
      request(
        'authenticate',
        { proof: proofOf('follower', 'a guess', nonce, nonce), protocol: PROTOCOL, version: '1', pid: 1 },
        2,
      ),
    );
    await once(socket.resume(), 'close');
    assert.deepEqual(server.calls, []);
  });

  it('does not take its own proof back: who mirrors the keeper is not let in', async () => {
    const socket = server.connect();
    const nonce = '1'.repeat(64);
    socket.write(request('hello', { nonce }));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const { result } = JSON.parse(answer.subarray(4).toString()) as { result: { proof: string } };
    socket.write(
      request('authenticate', { proof: result.proof, protocol: PROTOCOL, version: '1', pid: 1 }, 2),
    );
    await once(socket.resume(), 'close');
    assert.equal(server.server.followerCount, 0);
  });

  for (const [what, protocol, message] of [
    ['an older', PROTOCOL + 1, /an older Tidemark \(1\.2\.3; this one is 9\.9\.9\)/],
    ['a newer', PROTOCOL - 1, /a newer Tidemark \(1\.2\.3; this one is 9\.9\.9\)/],
  ] as const) {
    it(`tells ${what} keeper by a typed error, and lets the connection stand as a waiting one`, async () => {
      const client = server.client({ protocol, version: '9.9.9' });
      clients.push(client);
      await assert.rejects(client.greet(), (error) => {
        assert.ok(error instanceof OtherVersionError);
        assert.match(error.message, message);
        assert.ok(error.advice);
        return true;
      });
      let ended = false;
      void client.ended.then(() => (ended = true));
      await (await greeted()).call('sessions', { limit: 1 });
      assert.equal(ended, false);
      assert.equal(server.server.followerCount, 1);
    });
  }

  for (const [what, bytes] of [
    ['garbage', randomBytes(256)],
    ['a frame that is no JSON', frame('{"jsonrpc":')],
    ['a frame that is no object', frame('[1,2]')],
    ['a message longer than a stranger’s may be', frame('x'.repeat(limits.stranger + 1))],
    ['a length without a message', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a request before the handshake', request('sessions', { limit: 1 })],
    ['a notification', frame(JSON.stringify({ jsonrpc: '2.0', method: 'news', params: {} }))],
    ['a hello of another form', request('hello', { nonce: 7 })],
  ] as const) {
    it(`disconnects whoever sends ${what}, and serves the others on`, async () => {
      const client = await greeted();
      const socket = server.connect();
      // The kernel may say "reset" where bytes were left unread.
      socket.on('error', () => undefined);
      socket.write(bytes);
      await new Promise((resolve) => socket.resume().once('close', resolve));
      assert.deepEqual(await client.call('sessions', { limit: 1 }), [item]);
    });
  }

  it('refuses parameters of another form with a typed error, and asks nothing of the store', async () => {
    const client = await greeted();
    await assert.rejects(client.call('session', { id: 'one' } as never), { code: 'invalid-input' });
    await assert.rejects(client.call('dropTables' as never, {} as never), TidemarkError);
    assert.deepEqual(server.calls, []);
  });

  it('refuses an answer of another form with a typed error', async () => {
    const client = await greeted();
    server.answer = () => [{ id: 'one' }];
    await assert.rejects(client.call('sessions', { limit: 1 }), { code: 'protocol' });
  });

  it('keeps the code, message and advice of the keeper’s errors', async () => {
    const client = await greeted();
    server.answer = () => {
      throw new ConnectionLostError();
    };
    const { message, advice } = new ConnectionLostError();
    await assert.rejects(client.call('sessions', { limit: 1 }), { code: 'connection-lost', message, advice });
  });

  it('answers with an error where the answer would be too long', async () => {
    const client = await greeted();
    const title = 'x'.repeat(limits.toFollower);
    server.answer = () => [{ kind: 'observation', id: 1, sessionId: 1, title }];
    await assert.rejects(client.call('search', { query: { text: 'x', limit: 1 } }), /too long/);
    server.answer = () => [item];
    assert.deepEqual(await client.call('sessions', { limit: 1 }), [item]);
  });

  it('disconnects a follower that does not read, and serves the others on', async () => {
    const [slow, client] = [await greeted(), await greeted()];
    const title = 'x'.repeat(limits.toFollower / 4);
    const socket = (slow as unknown as { socket: net.Socket }).socket;
    socket.pause();
    server.answer = (method) => (method === 'search' ? [{ ...hit, title }] : [item]);
    const asked = Array.from({ length: 16 }, () => slow.call('search', { query: { text: 'x', limit: 1 } }));
    const lost = assert.rejects(Promise.all(asked), ConnectionLostError);
    await new Promise<void>((resolve) => server.sockets[0]!.once('close', () => resolve()));
    socket.resume();
    assert.deepEqual(await client.call('sessions', { limit: 1 }), [item]);
    slow.dispose();
    await lost;
  });

  it('holds a bounded number of strangers', async () => {
    const first = server.connect();
    await once(first, 'connect');
    const closed = new Promise((resolve) => first.resume().once('close', resolve));
    const others = Array.from({ length: 40 }, () => server.connect().on('error', () => undefined));
    await closed;
    assert.deepEqual(await (await greeted()).call('sessions', { limit: 1 }), [item]);
    for (const socket of others) socket.destroy();
  });
});
