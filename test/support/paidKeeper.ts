import { silentLogger } from '../../src/base/logger';
import { ModelProvider } from '../../src/distill/providers/model/modelProvider';
import { createAnthropicModel } from '../../src/distill/providers/anthropic/anthropicModel';
import { Keeper } from '../../src/keeper/keeper';
import type { QueuedWork } from '../../src/session/sessionManager';
import { engineFiles } from '../../scripts/build';
import type { AnthropicServer } from './anthropicServer';
import { ManualClock } from './manualClock';
import { makeFolder, project } from './store';

export interface PaidKeeperOptions {
  budgetUsd?: number;
  timeoutMs?: number;
  clock?: ManualClock;
  folder?: string;
}

/** A whole keeper over the real engine, whose provider asks the stand-in server. The caller stops it. */
export async function startPaidKeeper(server: AnthropicServer, options: PaidKeeperOptions = {}) {
  const clock = options.clock ?? new ManualClock();
  const folder = options.folder ?? (await makeFolder());
  const settings = { apiKey: 'not a key', budgetUsd: options.budgetUsd };
  const make = () =>
    new ModelProvider({
      model: createAnthropicModel({
        ...{ apiKey: settings.apiKey, model: 'claude-haiku-5-5', baseUrl: server.url, log: silentLogger },
        now: () => clock.now(),
        ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
      }),
      clock,
      budgetUsd: () => settings.budgetUsd,
    });
  const failures: unknown[] = [];
  const keeper = await Keeper.start({
    ...{ folder, engineFiles, provider: make(), clock, log: silentLogger },
    onFailure: (error) => failures.push(error),
  });
  return { keeper, clock, folder, settings, failures };
}

/** Queues one whole turn: these pieces of evidence and its end. The session's id. */
export async function queueTurn(keeper: Keeper, name: string, work: QueuedWork[]): Promise<number> {
  const { id } = await keeper.sessions.ensureSession('claude-code', name, project, 1);
  await keeper.sessions.addPrompt(id, { text: 'When is the shop open?', at: 1, dedupeKeys: [] });
  await keeper.setPaused(true);
  for (const one of work) await keeper.manager.queueObservation(id, one, { promptNumber: 1 });
  await keeper.manager.queueSummarize(id, 'When is the shop open?', 'Never on Sundays.', { promptNumber: 1 });
  await keeper.setPaused(false);
  return id;
}
