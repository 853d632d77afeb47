import { asError } from '../base/errors';
import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import type { MemoryStore } from '../memory/memoryStore';
import type { PersistentMessage } from '../queue/message';
import type { PendingMessageStore } from '../queue/pendingMessageStore';
import type { ActiveSession } from '../session/activeSession';
import type { MessageIterator } from '../session/messageIterator';
import type { SessionStore } from '../session/sessionStore';
import { batchOf } from './batch';
import { gatherBatches } from './gather';
import type { Batch, Distillation, DistillProvider } from './provider';
import { BatchTooLargeError, ProviderPausedError } from './providerErrors';
import type { ResultStore } from './resultStore';
import { retryDelay } from './retryPolicy';
import type { UsageLedger } from './usage';

export interface DistillerOptions {
  provider: DistillProvider;
  queue: PendingMessageStore;
  sessions: SessionStore;
  memory: MemoryStore;
  results: ResultStore;
  clock: Clock;
  log: Logger;
  /** From 0 (inclusive) to 1. */
  random: () => number;
  /** Called after results are stored. */
  onStored: (session: ActiveSession) => void;
  /** Where a paid provider writes down what it spends. */
  ledger?: UsageLedger;
  /** Called when the provider can't work now. Whoever is told stops the generators. */
  onPaused: (error: ProviderPausedError) => void;
}

/** Works on one session's messages: gathers a batch, has the provider distil it, stores the results. */
export class Distiller {
  constructor(private readonly options: DistillerOptions) {}

  /** The generator of a session: ends with its messages, or soon after `signal` aborts. */
  run = async (session: ActiveSession, messages: MessageIterator, signal: AbortSignal): Promise<void> => {
    const { provider, queue, clock } = this.options;
    const moreWaits = () => queue.pendingCount(session.id) > 0;
    for await (const batch of gatherBatches(messages, provider, moreWaits, clock)) {
      await this.#process(session, batch, messages.lease, signal);
    }
  };

  async #process(
    session: ActiveSession,
    messages: PersistentMessage[],
    lease: string,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) return;
    try {
      await this.#distill(session, messages, lease, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ProviderPausedError) {
        // Whoever is told aborts this generator, and its messages go back as they were.
        return this.options.onPaused(error);
      }
      if (messages.length > 1) await this.#split(session, messages, lease, signal, error);
      else await this.#failed(messages[0]!, lease, asError(error));
    }
  }

  /** Halves what was too large; otherwise one at a time, so that poison does not take the others with it. */
  async #split(
    session: ActiveSession,
    messages: PersistentMessage[],
    lease: string,
    signal: AbortSignal,
    error: unknown,
  ): Promise<void> {
    const size = error instanceof BatchTooLargeError ? Math.ceil(messages.length / 2) : 1;
    for (let from = 0; from < messages.length; from += size) {
      await this.#process(session, messages.slice(from, from + size), lease, signal);
    }
  }

  async #distill(
    session: ActiveSession,
    messages: PersistentMessage[],
    lease: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { provider, results, ledger, log } = this.options;
    const batch = await batchOf(session, messages, this.options);
    const { promptNumber } = batch;
    const messageIds = messages.map(({ id }) => id);
    // Asked again after a crash with other messages in the batch, a model would give another memory.
    if (!provider.repeatable && !(await this.options.queue.sealBatch(messageIds, lease))) return;
    const distillation = await provider.distill(batch, signal, ledger);
    const by = distillation.provider ?? provider.id;
    if (signal.aborted) return;
    checkCoverage(batch, distillation);
    const result = {
      sessionId: session.id,
      promptNumber,
      lease,
      messageIds,
      provider: by,
      distillation,
    };
    if (!(await results.storeResults(result))) {
      log.warn(
        `An answer for session ${session.id} came too late and was refused; its messages are tried again.`,
      );
      return;
    }
    session.addUsage(by, distillation.usage);
    this.options.onStored(session);
  }

  async #failed(message: PersistentMessage, lease: string, error: Error): Promise<void> {
    const { queue, clock, log, random } = this.options;
    log.error(`Message ${message.id} could not be distilled (attempt ${message.attempts + 1}).`, error);
    const retryAt = clock.now() + retryDelay(message.attempts, random());
    await queue.markFailed([message.id], lease, error.message, { retryAt });
  }
}

/** A provider that forgets a message would lose memory; one that names a foreign one would take it from others. */
function checkCoverage(batch: Batch, { observations, skips }: Distillation): void {
  const ids = new Set(batch.messages.map(({ id }) => id));
  const named = new Set(observations.flatMap(({ messageIds }) => messageIds));
  for (const { messageId } of skips) {
    if (named.has(messageId)) throw new Error(`The provider both skipped and used message ${messageId}.`);
    named.add(messageId);
  }
  for (const id of named)
    if (!ids.has(id)) throw new Error(`The provider named message ${id}, which is not in the batch.`);
  const forgotten = batch.messages.find(({ id, body }) => !named.has(id) && body.kind !== 'summary');
  if (forgotten) throw new Error(`The provider said nothing of message ${forgotten.id}.`);
}
