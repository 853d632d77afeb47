import type { TokenUsage } from '../../usage';
import type { ModelPrices } from './model';

/** The day on which these prices were read from Anthropic's price list. They bill what is true then. */
export const PRICES_AS_OF = '2026-11-20';

const perMillion = (input: number, output: number, cacheRead: number): ModelPrices => ({
  ...{ input, output, cacheRead },
  cacheWrite: input * 1.25,
});

/** Of prompts below 100,000 tokens: ours are far below. */
const prices: Readonly<Record<string, ModelPrices>> = {
  'claude-haiku-5-5': perMillion(0.1, 0.5, 0.01),
  'claude-sonnet-5-5': perMillion(2, 10, 0.1),
  'claude-opus-5-5': perMillion(4, 20, 0.2),
};

/** A model that is not in the table counts as dear as the dearest there is, so that the budget holds. */
const unknownModel = perMillion(10, 50, 1);

export function pricesOf(model: string): ModelPrices {
  return Object.hasOwn(prices, model) ? prices[model]! : unknownModel;
}

/** In US dollars. */
export function costOf(tokens: TokenUsage, { input, output, cacheRead, cacheWrite }: ModelPrices): number {
  return (
    (tokens.inputTokens * input +
      tokens.outputTokens * output +
      tokens.cacheReadTokens * cacheRead +
      tokens.cacheWriteTokens * cacheWrite) /
    1_000_000
  );
}

/** About how many tokens a text has: from code and prose, 3 bytes to a token is on the safe side. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
