import { systemClock } from '../src/base/clock';
import { silentLogger } from '../src/base/logger';
import { createAnthropicModel } from '../src/distill/providers/anthropic/anthropicModel';
import { ModelProvider } from '../src/distill/providers/model/modelProvider';
import {
  AnthropicServer,
  evidenceOf,
  message,
  said,
  send,
  type Reply,
} from '../test/support/anthropicServer';
import type { Measured } from './distill';

const KEY_VARIABLE = 'TIDEMARK_BENCH_ANTHROPIC_KEY';
const MODEL_VARIABLE = 'TIDEMARK_BENCH_ANTHROPIC_MODEL';

/** The fewest observations that a request can give, so that tokens an observation are the most. */
const oneOfEach: Reply = (response, request) => {
  const answer = { observations: [said('What happened', evidenceOf(request))], summary: null };
  const usage = { input_tokens: Math.ceil(request.bytes / 3), output_tokens: 100 };
  send(response, 200, message(JSON.stringify(answer), { usage }));
};

/** The Anthropic provider: at the given server; else at the real service with the person's key, else at a stand-in on this machine. */
export async function openAnthropic(given?: AnthropicServer): Promise<Measured> {
  const apiKey = given ? undefined : process.env[KEY_VARIABLE];
  const model = process.env[MODEL_VARIABLE] ?? 'claude-haiku-5-5';
  const server = apiKey ? undefined : (given ?? (await AnthropicServer.start(oneOfEach)));
  const provider = new ModelProvider({
    model: createAnthropicModel({
      ...{ apiKey: apiKey ?? 'none', model, log: silentLogger, now: () => Date.now() },
      ...(server && { baseUrl: server.url }),
    }),
    clock: systemClock,
    budgetUsd: () => undefined,
  });
  return {
    provider,
    standIn: server !== undefined,
    ...(server && { requestBytes: () => server.requests.map(({ bytes }) => bytes) }),
    close: async () => server?.stop(),
  };
}
