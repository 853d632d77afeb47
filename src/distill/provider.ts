import type { PersistentMessage } from '../queue/message';
import type { Observation, ObservationContent, SummaryContent } from '../memory/observation';
import type { AgentId } from '../capture/vocabulary';
import type { UsageLedger } from './usage';

/**
 * One stateless piece of work: everything a provider may use is in here, so that repeating it after a crash
 * gives the same memory. All messages are of one session and one prompt, in order.
 */
export interface Batch {
  readonly session: { id: number; agent: AgentId; project: string; root: string };
  readonly promptNumber: number;
  /** What the person asked in this turn; empty where it is unknown or private. */
  readonly prompt: string;
  /** What is already remembered of this turn, oldest first: a provider may add to it instead of repeating it. */
  readonly remembered: readonly Observation[];
  /** What this turn was already summarised as: a turn that a machine prompt goes on with ends more than once. */
  readonly summaries?: readonly SummaryContent[];
  /** Titles of what is remembered of the session's other turns, newest first, bounded. */
  readonly otherTitles?: readonly string[];
  readonly messages: readonly PersistentMessage[];
}

export interface ObservationDraft {
  content: ObservationContent;
  /** The messages that it rests on. Never empty. */
  messageIds: number[];
  /** Set where the content replaces that of an observation in `remembered`, to which the messages add. */
  replaces?: number;
}

/** A message that gives no observation; `rule` names a documented rule. */
export interface Skip {
  messageId: number;
  rule: string;
}

/**
 * Every message of the batch is in `messageIds` of at least one draft (a command that changes two files is in
 * two), in one skip, or is a summary message. A summary message that brings nothing new may be in a skip.
 */
export interface Distillation {
  observations: ObservationDraft[];
  skips: Skip[];
  summary?: SummaryContent;
  /** Input counts cached tokens, too. */
  usage?: { inputTokens: number; outputTokens: number };
  /** Id of the provider that made it, where one was chosen among several. */
  provider?: string;
}

/** How long a provider that is paid by the request has messages gathered. A turn's end always completes a batch. */
export interface Gather {
  /** Longest wait for more, from a batch's first message on, ms. */
  readonly maxWaitMs: number;
  /** A batch's sizes together are at most this, if its first message alone isn't larger. */
  readonly maxSize: number;
  sizeOf(message: PersistentMessage): number;
}

export interface DistillProvider {
  /** `builtin`, `anthropic`, … : stored with what it made. */
  readonly id: string;
  /** Gives the same memory however the messages are cut into batches, and asked as often as one likes. */
  readonly repeatable: boolean;
  /** Most messages it takes in one batch. */
  readonly batchSize: number;
  /** Absent where a batch is taken as soon as nothing more waits. */
  readonly gather?: Gather | undefined;
  /** The model that it asks; absent where there is none. */
  readonly model?: string | undefined;
  /**
   * @param ledger where a provider that is paid writes down what it spends.
   * @throws ProviderPausedError when it can't work now, BatchTooLargeError, or anything else when the batch
   * could not be distilled; nothing of it is stored then.
   */
  distill(batch: Batch, signal: AbortSignal, ledger?: UsageLedger): Promise<Distillation>;
}
