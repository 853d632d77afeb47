import Anthropic from '@anthropic-ai/sdk';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';
import * as z from 'zod';
import type { Logger } from '../../../base/logger';
import type { TokenUsage } from '../../usage';
import type { Model, ModelAnswer, ModelRequest } from '../model/model';
import { pricesOf } from '../model/prices';
import { answerOfFailure, answerOfGarbage } from './failures';

export const ANTHROPIC_URL = 'https://api.anthropic.com';

/** Longest wait for an answer, ms. */
const TIMEOUT_MS = 120_000;

export interface AnthropicModelOptions {
  /** From SecretStorage, or given by the person for this run: never from the environment by itself. */
  apiKey: string;
  model: string;
  baseUrl?: string;
  timeoutMs?: number;
  log: Logger;
  /** ms since the epoch. */
  now: () => number;
}

/** These think by default and can be told not to; others are asked for little effort. */
const thinkingCanBeOff = new Set(['claude-haiku-5-5', 'claude-sonnet-5-5']);

const count = z.number().nonnegative().nullish();
const messageSchema = z.looseObject({
  type: z.literal('message'),
  stop_reason: z.string(),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  usage: z.looseObject({
    input_tokens: z.number().nonnegative(),
    output_tokens: z.number().nonnegative(),
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
  }),
});
type Message = z.infer<typeof messageSchema>;

/**
 * Anthropic's Messages API, one plain request a question: not streamed, because nobody watches the words come
 * and an answer that is cut off is of no use. Never repeats a request by itself: the queue does that, durably.
 */
export function createAnthropicModel(options: AnthropicModelOptions): Model {
  const client = makeClient(options);
  const { model, now } = options;
  return {
    provider: 'anthropic',
    model,
    prices: pricesOf(model),
    ask: async (request, signal) => {
      let answer: unknown;
      try {
        answer = await client.messages.create(bodyOf(request, model), { signal });
      } catch (error) {
        signal.throwIfAborted();
        return answerOfFailure(error, now());
      }
      const message = messageSchema.safeParse(answer);
      return message.success ? answerOf(message.data) : answerOfGarbage(now());
    },
  };
}

/** The headers that the SDK would take from the environment could name another payer. */
const HEADERS_VARIABLE = 'ANTHROPIC_CUSTOM_HEADERS';

function makeClient({ apiKey, baseUrl, timeoutMs, log }: AnthropicModelOptions): Anthropic {
  const inherited = process.env[HEADERS_VARIABLE];
  delete process.env[HEADERS_VARIABLE];
  try {
    return new Anthropic({
      apiKey,
      baseURL: baseUrl ?? ANTHROPIC_URL,
      maxRetries: 0,
      timeout: timeoutMs ?? TIMEOUT_MS,
      logLevel: 'warn',
      logger: quiet(log),
    });
  } finally {
    if (inherited !== undefined) process.env[HEADERS_VARIABLE] = inherited;
  }
}

/** What the SDK logs beside its message can hold bodies and headers: only that it said something is kept. */
function quiet(log: Logger) {
  return {
    error: () => log.warn('The Anthropic client reported an error.'),
    warn: () => log.debug('The Anthropic client gave a warning.'),
    info: () => undefined,
    debug: () => undefined,
  };
}

function bodyOf(request: ModelRequest, model: string): Anthropic.MessageCreateParamsNonStreaming {
  const { type, schema } = jsonSchemaOutputFormat({ ...request.schema, type: 'object' });
  const off = thinkingCanBeOff.has(model);
  return {
    model,
    max_tokens: request.maxOutputTokens,
    system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
    messages: [{ role: 'user', content: request.user }],
    output_config: { format: { type, schema }, ...(!off && { effort: 'low' as const }) },
    ...(off && { thinking: { type: 'disabled' as const } }),
  };
}

function answerOf(message: Message): ModelAnswer {
  const usage = usageOf(message.usage);
  switch (message.stop_reason) {
    case 'refusal':
      return { kind: 'refused', usage };
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return { kind: 'tooLarge', usage };
    default: {
      // Thinking may stand before the text.
      const texts = message.content.flatMap(({ type, text }) => (type === 'text' ? (text ?? '') : []));
      return { kind: 'answered', text: texts.join(''), usage };
    }
  }
}

function usageOf(usage: Message['usage']): TokenUsage {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
  };
}
