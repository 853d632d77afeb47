import type { PauseReason } from '../../providerErrors';
import type { TokenUsage } from '../../usage';

/** One question to a model. There are no tools in it: whatever the model says, nothing acts on it. */
export interface ModelRequest {
  /** The same for every request of this version, so that it can be cached. */
  system: string;
  user: string;
  /** JSON Schema of the answer. */
  schema: Record<string, unknown>;
  maxOutputTokens: number;
}

/** What came of it. Failing is normal here, so it is an answer; it also crosses bundles, where classes differ. */
export type ModelAnswer =
  | { kind: 'answered'; text: string; usage: TokenUsage }
  /** The model would not answer. */
  | { kind: 'refused'; usage: TokenUsage }
  /** The request or its answer found no room. */
  | { kind: 'tooLarge'; usage?: TokenUsage }
  /** The service takes no requests now. Where it may have carried this one out, it may have to be paid. */
  | {
      kind: 'unavailable';
      reason: Exclude<PauseReason, 'budget'>;
      message: string;
      advice?: string;
      retryAt?: number;
      mayBePaid: boolean;
      cause?: unknown;
    }
  /** The service says that this request is wrong. */
  | { kind: 'rejected'; message: string; cause?: unknown };

/** A language model, however it is reached. */
export interface Model {
  /** Id of the provider: stored with what was made with it. */
  readonly provider: string;
  readonly model: string;
  /** US dollars per million tokens; absent where requests are not paid one by one. */
  readonly prices?: ModelPrices;
  /** @throws only the reason of `signal`, once that has aborted. */
  ask(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
}

/** US dollars per million tokens. */
export interface ModelPrices {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}
