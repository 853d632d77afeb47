import assert from 'node:assert/strict';
import type { Keeper } from '../../../src/keeper/keeper';
import {
  AnthropicServer,
  answering,
  failing,
  message,
  oneObservation,
  send,
  type Reply,
} from '../../support/anthropicServer';
import { eventually } from '../../support/eventually';
import { queueTurn, startPaidKeeper } from '../../support/paidKeeper';
import { until, work } from '../../support/sessionHarness';
import { removeFolders } from '../../support/store';

const DAY_MS = 86_400_000;
const whole = () => JSON.stringify(message(JSON.stringify({ observations: [], summary: null })));

describe('The Anthropic provider, when things go wrong', () => {
  let server: AnthropicServer;
  let started: Awaited<ReturnType<typeof startPaidKeeper>>;
  const keeper = (): Keeper => started.keeper;
  const counts = () => keeper().queue.counts();
  const quiet = () => until(keeper().queue, () => counts().pending + counts().processing === 0);
  /** Resolves when the provider rests, all that was claimed has gone back, and nobody works. */
  const rests = async () => {
    await until(keeper().queue, () => keeper().providerPause !== undefined && counts().processing === 0);
    const { manager, queue } = keeper();
    for (const id of queue.sessionsWithPending()) await manager.getSession(id)?.generator;
  };
  const nothingStored = async (id: number) => {
    assert.deepEqual(await keeper().memory.observations(id), []);
    assert.deepEqual(await keeper().memory.summaries(id), []);
  };
  const attempts = async (id: number) =>
    (await keeper().queue.list(id, 10)).map((queued) => `${queued.state} ${queued.attempts}`);

  beforeEach(async () => {
    server = await AnthropicServer.start(oneObservation);
    started = await startPaidKeeper(server, { timeoutMs: 400 });
  });
  afterEach(async () => {
    await keeper().stop();
    await server.stop();
    assert.deepEqual(started.failures, []);
  });
  after(removeFolders);

  const cases: [string, Reply, string, number | undefined][] = [
    ['429 with retry-after', failing(429, 'rate_limit_error', { 'retry-after': '7' }), 'overloaded', 7_000],
    ['529', failing(529, 'overloaded_error'), 'overloaded', 30_000],
    ['500', failing(500, 'api_error'), 'overloaded', 30_000],
    ['503', failing(503, 'api_error', { 'retry-after-ms': '1500' }), 'overloaded', 1_500],
    ['401', failing(401, 'authentication_error'), 'auth', undefined],
    ['403', failing(403, 'permission_error'), 'auth', undefined],
    ['an unknown model', failing(404, 'not_found_error'), 'auth', undefined],
    ['credit used up', failing(402, 'billing_error'), 'quota', 1_800_000],
    [
      'a spend limit',
      failing(400, 'invalid_request_error', {}, { details: { error_code: 'enforced_spend_limit_reached' } }),
      'quota',
      1_800_000,
    ],
    ['a dropped socket', (response) => response.destroy(), 'network', 15_000],
    ['no answer in time', () => undefined, 'network', 15_000],
    [
      'an error event after 200',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n');
      },
      'network',
      15_000,
    ],
    [
      'an error in the body of a 200',
      (response) => send(response, 200, { type: 'error', error: { type: 'overloaded_error', message: '' } }),
      'network',
      15_000,
    ],
    [
      'a page of somebody else',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>Please log in</html>');
      },
      'network',
      15_000,
    ],
  ];
  for (const [name, reply, reason, wait] of cases) {
    it(`rests at ${name}, burns no attempt, and recovers without a restart`, async () => {
      server.next.push(reply);
      const id = await queueTurn(keeper(), 'one', [work('a'), work('b')]);
      await rests();
      const rest = keeper().providerPause!;
      assert.equal(rest.reason, reason);
      assert.equal(rest.retryAt, wait === undefined ? undefined : started.clock.now() + wait);
      assert.deepEqual(await attempts(id), ['pending 0', 'pending 0', 'pending 0']);
      await nothingStored(id);
      assert.equal(server.requests.length, 1, 'nothing is repeated meanwhile');

      if (wait === undefined) {
        started.clock.advance(DAY_MS);
        assert.equal(server.requests.length, 1, 'nothing but a person ends this rest');
        keeper().providerChanged();
      } else started.clock.advance(wait);
      await quiet();
      assert.equal(keeper().providerPause, undefined);
      assert.equal((await keeper().memory.observations(id)).length, 1);
      assert.equal((await keeper().memory.summaries(id)).length, 1);
    });
  }

  it('stores nothing of an answer that is cut off at any byte', async () => {
    const id = await queueTurn(keeper(), 'cut', []);
    await quiet();
    const text = whole();
    const before = await keeper().memory.observations(id);
    for (let at = 0; at < text.length; at += 23) {
      server.next.push((response) => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        });
        if (at === 0) response.flushHeaders();
        response.write(text.slice(0, at), () => response.destroy());
      });
      const cut = await queueTurn(keeper(), `cut ${at}`, []);
      await rests();
      assert.equal(keeper().providerPause?.reason, 'network', `cut at ${at}`);
      await nothingStored(cut);
      started.clock.advance(15_000);
      await quiet();
      assert.equal((await keeper().memory.summaries(cut)).length, 1, `cut at ${at}`);
    }
    assert.deepEqual(await keeper().memory.observations(id), before);
  });

  it('burns attempts where the message is at fault, and keeps the others', async () => {
    // The model refuses whatever has the bad message in it.
    server.reply = (response, request) => {
      if (request.body.messages[0]!.content.includes('echo bad'))
        send(response, 200, message('', { stop_reason: 'refusal', content: [] }));
      else oneObservation(response, request);
    };
    const id = await queueTurn(keeper(), 'refused', [work('good'), work('bad')]);
    await until(keeper().queue, () => counts().pending === 1 && counts().processing === 0);
    assert.deepEqual(await attempts(id), ['pending 1']);
    assert.equal(keeper().providerPause, undefined);
    // Due again after a while, and then gathered for a while.
    await eventually(
      'the last attempt',
      () => {
        started.clock.advance(60_000);
        return attempts(id);
      },
      (states) => states[0] === 'failed 3',
    );
    assert.equal(server.requests.length, 6, 'one together, three alone, two more attempts');
    assert.deepEqual(await attempts(id), ['failed 3']);
    assert.equal((await keeper().memory.observations(id)).length, 2);
  });

  for (const [name, text] of [
    ['no JSON', 'I think that'],
    ['truncated JSON', '{"observations":[{"type":"not'],
    ['another form', '{"observations":"none","summary":null}'],
  ] as const) {
    it(`takes ${name} for no answer`, async () => {
      server.reply = (response) => send(response, 200, message(text));
      const id = await queueTurn(keeper(), 'malformed', []);
      await until(keeper().queue, () => counts().processing === 0 && server.requests.length === 1);
      assert.deepEqual(await attempts(id), ['pending 1']);
      await nothingStored(id);
    });
  }

  it('splits a batch whose answer has no room', async () => {
    server.reply = (response, request) => {
      const many = [...request.body.messages[0]!.content.matchAll(/<evidence /g)].length > 2;
      if (many) send(response, 200, message('{"observ', { stop_reason: 'max_tokens' }));
      else oneObservation(response, request);
    };
    const id = await queueTurn(keeper(), 'long', [work('a'), work('b'), work('c')]);
    await quiet();
    assert.equal(server.requests.length, 3);
    assert.equal((await keeper().memory.observations(id)).length, 2);
    assert.equal((await keeper().memory.summaries(id)).length, 1);
  });

  for (const [name, status, type] of [
    ['413', 413, 'request_too_large'],
    ['a rejection', 400, 'invalid_request_error'],
  ] as const) {
    it(`splits a batch that the service finds too long, by ${name}`, async () => {
      server.reply = (response, request) => {
        const many = [...request.body.messages[0]!.content.matchAll(/<evidence /g)].length > 2;
        (many ? failing(status, type) : oneObservation)(response, request);
      };
      const id = await queueTurn(keeper(), 'too long', [work('a'), work('b'), work('c')]);
      await eventually('all of it', async () => {
        if (counts().processing === 0) started.clock.advance(60_000);
        return counts().pending + counts().processing === 0;
      });
      assert.deepEqual(await attempts(id), []);
      assert.ok((await keeper().memory.observations(id)).length >= 2);
      assert.equal((await keeper().memory.summaries(id)).length, 1);
      assert.equal(keeper().providerPause, undefined);
    });
  }

  it('keeps a message that is too long by itself, failed and with its reason', async () => {
    server.reply = failing(413, 'request_too_large');
    const id = await queueTurn(keeper(), 'far too long', []);
    await eventually(
      'the last attempt',
      () => {
        if (counts().processing === 0) started.clock.advance(60_000);
        return attempts(id);
      },
      (states) => states[0] === 'failed 3',
    );
    assert.match((await keeper().queue.list(id, 1))[0]!.error ?? '', /too/i);
    await nothingStored(id);
  });

  it('gives up at once when it is stopped, though the service is silent', async () => {
    server.reply = () => undefined;
    const id = await queueTurn(keeper(), 'silent', [work('a')]);
    await until(keeper().queue, () => counts().processing === 2);
    await keeper().setPaused(true);
    await until(keeper().queue, () => counts().processing === 0);
    assert.deepEqual(await attempts(id), ['pending 0', 'pending 0']);
    server.reply = answering(() => ({ observations: [], summary: null }));
  });
});
