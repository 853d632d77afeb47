import { TidemarkError } from '../../../base/errors';
import type { Clock } from '../../../base/clock';
import type { Batch, Distillation, DistillProvider, Gather } from '../../provider';
import { BatchTooLargeError, ProviderPausedError } from '../../providerErrors';
import { dayStartOf, nextDayOf, type TokenUsage, type UsageLedger } from '../../usage';
import { answerFormat, distillationOf, parseAnswer } from './answer';
import type { Model, ModelAnswer, ModelRequest } from './model';
import { costOf, estimateTokens } from './prices';
import { EVIDENCE_LIMIT, sizeOf, systemPrompt, userPrompt } from './prompt';

/** A turn that goes on is told of this long after its first unsaid message, ms. */
const MAX_WAIT_MS = 60_000;
const MAX_OUTPUT_TOKENS = 4_096;

/** How messages are gathered for a language model, whichever it is. */
export const modelGathering: { batchSize: number; gather: Gather } = {
  batchSize: 30,
  gather: { maxWaitMs: MAX_WAIT_MS, maxSize: EVIDENCE_LIMIT, sizeOf },
};

/** Exactly the text that a language model is sent for this batch. */
export function previewOf(batch: Batch): string {
  return `${systemPrompt}\n\n${userPrompt(batch)}`;
}

/** The model would not answer, or the service rejected the request: the messages are at fault. */
export class ModelRefusedError extends TidemarkError {
  readonly code = 'model-refused';
}

export interface ModelProviderOptions {
  model: Model;
  clock: Clock;
  /** What a day may cost, in US dollars; undefined for no limit. Asked before each request. */
  budgetUsd: () => number | undefined;
}

const none: TokenUsage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
const allInput = (used: TokenUsage) => used.inputTokens + used.cacheReadTokens + used.cacheWriteTokens;

/**
 * Has a language model distil. One stateless request a batch: written down at its estimate, sent, settled by
 * what the service reports, and only then read. Nothing of an answer that is not whole is used.
 */
export class ModelProvider implements DistillProvider {
  /** Asked twice, a model answers twice. */
  readonly repeatable = false;
  readonly batchSize = modelGathering.batchSize;
  readonly gather = modelGathering.gather;

  constructor(private readonly options: ModelProviderOptions) {}

  get id(): string {
    return this.options.model.provider;
  }

  get model(): string {
    return this.options.model.model;
  }

  async distill(batch: Batch, signal: AbortSignal, ledger?: UsageLedger): Promise<Distillation> {
    const request: ModelRequest = {
      ...{ system: systemPrompt, user: userPrompt(batch), schema: answerFormat() },
      maxOutputTokens: MAX_OUTPUT_TOKENS,
    };
    const entry = ledger && (await this.#reserve(request, batch, ledger));
    // When the wait is broken off, the entry stays at its estimate: the service may carry the request out.
    signal.throwIfAborted();
    const answer = await this.options.model.ask(request, signal);
    const made = attempt(() => read(answer, batch));
    const used = 'usage' in answer ? answer.usage : undefined;
    const mayBePaid = answer.kind === 'unavailable' && answer.mayBePaid;
    // What may be paid, though nobody knows how much, stays at its estimate.
    if (entry !== undefined && !mayBePaid) {
      const observations = made.value?.observations.length ?? 0;
      await ledger!.settle(entry, used && { ...used, costUsd: this.#cost(used), observations });
    }
    if (made.value === undefined) throw made.error;
    if (used === undefined) return made.value;
    return { ...made.value, usage: { inputTokens: allInput(used), outputTokens: used.outputTokens } };
  }

  #cost(tokens: TokenUsage): number {
    const { prices } = this.options.model;
    return prices ? costOf(tokens, prices) : 0;
  }

  /** @throws ProviderPausedError where the day's budget could be passed. */
  async #reserve(request: ModelRequest, { session }: Batch, ledger: UsageLedger): Promise<number> {
    const { model, clock, budgetUsd } = this.options;
    const now = clock.now();
    const input = estimateTokens(request.system + request.user + JSON.stringify(request.schema));
    // Writing to the cache is the dearest that input can be.
    const tokens = { ...none, cacheWriteTokens: input, outputTokens: request.maxOutputTokens };
    const budget = model.prices && budgetUsd();
    const entry = await ledger.reserve({
      ...{ at: now, dayStart: dayStartOf(now), sessionId: session.id, provider: model.provider },
      ...{ model: model.model, tokens, costUsd: this.#cost(tokens) },
      ...(budget !== undefined && { budgetUsd: budget }),
    });
    if (entry !== undefined) return entry;
    throw new ProviderPausedError('budget', 'The next request could pass today’s budget.', {
      retryAt: nextDayOf(now),
      advice: 'Distilling goes on tomorrow, or with a larger budget in the settings.',
    });
  }
}

function attempt<T>(make: () => T): { value: T; error?: undefined } | { value?: undefined; error: unknown } {
  try {
    return { value: make() };
  } catch (error) {
    return { error };
  }
}

/** @throws what the distiller tells apart: see providerErrors.ts. Anything else is the messages' fault. */
function read(answer: ModelAnswer, batch: Batch): Distillation {
  switch (answer.kind) {
    case 'answered':
      return distillationOf(parseAnswer(answer.text), batch);
    case 'refused':
      throw new ModelRefusedError('The model would not answer.');
    case 'tooLarge':
      throw new BatchTooLargeError('The request or its answer was too long for the model.');
    case 'rejected':
      throw new ModelRefusedError(answer.message, { cause: answer.cause });
    case 'unavailable':
      throw new ProviderPausedError(answer.reason, answer.message, {
        ...(answer.retryAt !== undefined && { retryAt: answer.retryAt }),
        ...(answer.advice !== undefined && { advice: answer.advice }),
        cause: answer.cause,
      });
  }
}
