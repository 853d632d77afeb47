import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { distilTurns, readRecording, turnsOf } from '../../../bench/recordedSession';
import { openAnthropic } from '../../../bench/anthropicProvider';
import { silentLogger } from '../../../src/base/logger';
import { LocalClient } from '../../../src/keeper/localClient';
import { parseAnswer } from '../../../src/keeper/protocol';
import { systemPrompt } from '../../../src/distill/providers/model/prompt';
import { costOf, pricesOf } from '../../../src/distill/providers/model/prices';
import { dayStartOf, nextDayOf } from '../../../src/distill/usage';
import { eventually } from '../../support/eventually';
import { AnthropicServer, failing, message, oneObservation, send } from '../../support/anthropicServer';
import { ManualClock } from '../../support/manualClock';
import { queueTurn, startPaidKeeper, type PaidKeeperOptions } from '../../support/paidKeeper';
import { until, work } from '../../support/sessionHarness';
import { removeFolders } from '../../support/store';

/** Of the stand-in's answers: 1,000 tokens in, 100 out. */
const COST = (1_000 * 0.1 + 100 * 0.5) / 1_000_000;

describe('What distilling with Anthropic costs', () => {
  let server: AnthropicServer;
  let started: Awaited<ReturnType<typeof startPaidKeeper>>;
  const start = async (options: PaidKeeperOptions = {}) => (started = await startPaidKeeper(server, options));
  const counts = () => started.keeper.queue.counts();
  const quiet = () => until(started.keeper.queue, () => counts().pending + counts().processing === 0);
  const rests = async () => {
    const { keeper } = started;
    await until(keeper.queue, () => keeper.providerPause !== undefined && counts().processing === 0);
    const { manager, queue } = keeper;
    for (const id of queue.sessionsWithPending()) await manager.getSession(id)?.generator;
  };

  beforeEach(async () => void (server = await AnthropicServer.start(oneObservation)));
  afterEach(async () => {
    await started.keeper.stop();
    await server.stop();
  });
  after(removeFolders);

  it('is one plain request a batch: nothing that acts, the stable part cached, no thinking, no retry', async () => {
    const { keeper } = await start();
    await queueTurn(keeper, 'one', [work('a'), work('b')]);
    await queueTurn(keeper, 'two', [work('c')]);
    await quiet();
    assert.equal(server.requests.length, 2);
    const [{ headers, body }, second] = [server.requests[0]!, server.requests[1]!];
    assert.equal(
      headers.authorization ?? headers['x-api-key'],
      headers.authorization ? 'Bearer not a key' : 'not a key',
    );
    assert.deepEqual(body.system, [
      { type: 'text', text: systemPrompt, cache_control: { type: 'ephemeral' } },
    ]);
    assert.deepEqual(second.body.system, body.system);
    assert.deepEqual(second.body.output_config, body.output_config);
    assert.equal(body.output_config?.format?.type, 'json_schema');
    assert.deepEqual(body.thinking, { type: 'disabled' });
    assert.equal(body.tools, undefined);
    assert.equal(body.messages.length, 1);
  });

  it('takes nothing of the environment that could name another payer', async () => {
    const before = { ...process.env };
    process.env['ANTHROPIC_API_KEY'] = 'of the environment';
    process.env['ANTHROPIC_AUTH_TOKEN'] = 'of the environment';
    process.env['ANTHROPIC_BASE_URL'] = 'http://127.0.0.1:9';
    process.env['ANTHROPIC_CUSTOM_HEADERS'] = 'x-api-key: of the environment';
    try {
      const { keeper } = await start();
      await queueTurn(keeper, 'one', []);
      await quiet();
      assert.ok(!JSON.stringify(server.requests[0]!.headers).includes('of the environment'));
      assert.equal(process.env['ANTHROPIC_CUSTOM_HEADERS'], 'x-api-key: of the environment');
    } finally {
      for (const name of Object.keys(process.env))
        if (name.startsWith('ANTHROPIC_')) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it('is told by session, model and day, from what the service reports', async () => {
    const { keeper } = await start();
    const id = await queueTurn(keeper, 'one', [work('a')]);
    await quiet();
    const used = { requests: 1, inputTokens: 1_000, outputTokens: 100, costUsd: COST, observations: 1 };
    const bySession = [{ provider: 'anthropic', model: 'claude-haiku-5-5', ...used }];
    assert.deepEqual(await keeper.usage.ofSession(id), bySession);
    const client = new LocalClient(keeper, { id: 'anthropic' }, silentLogger);
    assert.deepEqual((await client.session(id))?.usage, bySession);
    assert.ok(parseAnswer('session', await client.session(id)));
    client.dispose();
    assert.deepEqual(keeper.usage.today, { dayStart: dayStartOf(started.clock.now()), ...used });
    assert.equal(keeper.manager.getSession(id)?.provider, 'anthropic');
    started.clock.advance(nextDayOf(started.clock.now()) - started.clock.now());
    assert.equal(keeper.usage.today.costUsd, 0);
  });

  it('counts answers that are of no use, because they are paid, and requests that failed not', async () => {
    server.next.push((response) => send(response, 200, message('no JSON')));
    const { keeper } = await start();
    const id = await queueTurn(keeper, 'one', []);
    await until(keeper.queue, () => counts().processing === 0 && server.requests.length === 1);
    assert.equal(keeper.usage.today.costUsd, COST);
    server.reply = failing(529, 'overloaded_error');
    await eventually('another attempt', () => {
      started.clock.advance(60_000);
      return server.requests.length >= 2;
    });
    await rests();
    assert.equal(keeper.usage.today.costUsd, COST);
    assert.deepEqual(await keeper.memory.summaries(id), []);
  });

  it('is counted at its estimate while nobody knows, over a crash, too', async () => {
    const { keeper, folder } = await start();
    server.reply = () => undefined;
    await queueTurn(keeper, 'one', [work('a')]);
    await until(keeper.queue, () => counts().processing === 2);
    await keeper.setPaused(true);
    await keeper.stop();
    const { keeper: next } = await start({ folder });
    assert.ok(next.usage.today.costUsd > COST, 'more than it would have cost');
  });

  it('stops before it passes the day’s budget, says so, and goes on the next day', async () => {
    const clock = new ManualClock();
    const budgetUsd = 0.01;
    const { keeper } = await start({ clock, budgetUsd });
    for (let turn = 0; turn < 100 && !keeper.providerPause; turn++) {
      await queueTurn(keeper, `session ${turn}`, [work('a')]);
      await Promise.race([quiet(), rests()]);
    }
    const sent = server.requests.length;
    assert.ok(sent > 10, 'most of the budget can be used');
    assert.ok(sent * COST <= budgetUsd);
    assert.equal(keeper.providerPause?.reason, 'budget');
    assert.equal(keeper.providerPause.retryAt, nextDayOf(clock.now()));
    assert.equal(counts().pending, 2);
    clock.advance(nextDayOf(clock.now()) - clock.now());
    await quiet();
    assert.equal(server.requests.length, sent + 1);
    assert.equal(keeper.providerPause, undefined);
  });

  it('is not passed by many sessions at once', async () => {
    const estimate = 0.004;
    const { keeper, settings } = await start({ budgetUsd: estimate });
    await keeper.setPaused(true);
    server.reply = (response, request) => setImmediate(() => oneObservation(response, request));
    for (const name of ['a', 'b', 'c', 'd']) {
      await queueTurn(keeper, name, [work(name)]);
      await keeper.setPaused(true);
    }
    const before = server.requests.length;
    await keeper.setPaused(false);
    await rests();
    assert.ok(server.requests.length - before <= 1, 'there is room for one at its estimate');
    settings.budgetUsd = undefined;
    keeper.providerChanged();
    await quiet();
    assert.equal((await keeper.sessions.listSessions({ limit: 10 })).length, 4);
  });

  it('is at most 6,000 input tokens an observation on the recordings, if each request gives only one', async () => {
    const folder = join(__dirname, '../../fixtures/recordings/claude-code');
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jsonl'));
    await start();
    const { provider } = await openAnthropic(server);
    for (const file of files) await distilTurns(provider, turnsOf(readRecording(join(folder, file))));
    assert.ok(server.requests.length >= 25, 'the recordings are there');
    for (const { bytes } of server.requests) assert.ok(bytes / 3 <= 6_000, `${bytes} bytes`);
  });

  it('of an unknown model is taken for the dearest', () => {
    const tokens = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const known = ['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5'];
    for (const model of known)
      assert.ok(costOf(tokens, pricesOf('constructor')) > costOf(tokens, pricesOf(model)));
  });
});
