import assert from 'node:assert/strict';
import { silentLogger } from '../../../src/base/logger';
import { createAnthropicModel } from '../../../src/distill/providers/anthropic/anthropicModel';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import { ModelProvider } from '../../../src/distill/providers/model/modelProvider';
import { ProviderSwitch } from '../../../src/distill/providerSwitch';
import { Keeper } from '../../../src/keeper/keeper';
import { engineFiles } from '../../../scripts/build';
import { AnthropicServer, oneObservation } from '../../support/anthropicServer';
import { ManualClock } from '../../support/manualClock';
import { queueTurn } from '../../support/paidKeeper';
import { until, work } from '../../support/sessionHarness';
import { makeFolder, removeFolders } from '../../support/store';

describe('Choosing another provider', () => {
  after(removeFolders);

  it('holds from the next batch on, and each result says who made it', async () => {
    const server = await AnthropicServer.start();
    const clock = new ManualClock();
    const model = createAnthropicModel({
      ...{ apiKey: 'no key', model: 'claude-haiku-5-5', baseUrl: server.url, log: silentLogger },
      now: () => clock.now(),
    });
    const paid = new ModelProvider({ model, clock, budgetUsd: () => undefined });
    const provider = new ProviderSwitch(paid);
    const keeper = await Keeper.start({
      ...{ folder: await makeFolder(), engineFiles, provider, clock, log: silentLogger },
      onFailure: (error) => assert.fail(String(error)),
    });
    try {
      const quiet = () =>
        until(keeper.queue, () => keeper.queue.counts().pending + keeper.queue.counts().processing === 0);
      // The choice changes while the first batch is at the service.
      server.reply = (response, request) => {
        provider.use(createBuiltinProvider());
        oneObservation(response, request);
      };
      const first = await queueTurn(keeper, 'first', [work('a')]);
      await quiet();
      const second = await queueTurn(keeper, 'second', [
        {
          use: { tool: 'Write', action: { kind: 'edit', path: '/a', created: true, added: [], removed: [] } },
        },
      ]);
      await quiet();
      const makers = async (id: number) => {
        const all = [...(await keeper.memory.observations(id)), ...(await keeper.memory.summaries(id))];
        return all.map((made) => made.provider);
      };
      assert.deepEqual(await makers(first), ['anthropic', 'anthropic']);
      assert.deepEqual(await makers(second), ['builtin', 'builtin']);
      assert.equal(server.requests.length, 1);
    } finally {
      await keeper.stop();
      await server.stop();
    }
  });
});
