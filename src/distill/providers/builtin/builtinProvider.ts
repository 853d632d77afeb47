import type { ObservationContent } from '../../../memory/observation';
import type { MessageBody } from '../../../queue/message';
import type { Batch, Distillation, DistillProvider, ObservationDraft, Skip } from '../../provider';
import { findingsOf, keyOf, merge } from './findings';
import type { SkipRule } from './skipRules';
import { unique } from './text';
import type { TurnEnd } from './turnSummary';
import { summarise } from './turnSummary';

const PROVIDER_ID = 'builtin';
const BATCH_SIZE = 50;

/**
 * What is remembered of one turn while a batch is folded into it. Every step depends on contents only, never
 * on how they came about: so it makes no difference where one batch ends and the next begins.
 */
class TurnMemory {
  readonly #drafts = new Map<string, ObservationDraft>();
  readonly #remembered = new Map<string, { id: number; content: ObservationContent }>();
  readonly #others: ObservationContent[] = [];

  constructor(private readonly batch: Batch) {
    for (const observation of batch.remembered) {
      if (observation.provider === PROVIDER_ID) {
        this.#remembered.set(keyOf(observation), { id: observation.id, content: contentOf(observation) });
      } else this.#others.push(observation);
    }
  }

  add(found: ObservationContent, messageId: number): void {
    const key = keyOf(found);
    const draft = this.#drafts.get(key);
    const known = this.#remembered.get(key);
    const before = draft?.content ?? known?.content;
    this.#drafts.set(key, {
      content: before === undefined ? found : merge(before, found, this.batch.session.root),
      messageIds: unique([...(draft?.messageIds ?? []), messageId]),
      ...(known === undefined ? {} : { replaces: known.id }),
    });
  }

  drafts(): ObservationDraft[] {
    return [...this.#drafts.values()];
  }

  contents(): ObservationContent[] {
    const kept = [...this.#remembered].map(([key, { content }]) => this.#drafts.get(key)?.content ?? content);
    const made = [...this.#drafts]
      .filter(([key]) => !this.#remembered.has(key))
      .map(([, draft]) => draft.content);
    return [...this.#others, ...kept, ...made];
  }
}

function contentOf(observation: ObservationContent): ObservationContent {
  const { type, title, subtitle, narrative, facts, concepts, filesRead, filesModified } = observation;
  return {
    type,
    title,
    ...(subtitle === undefined ? {} : { subtitle }),
    ...(narrative === undefined ? {} : { narrative }),
    facts,
    concepts,
    filesRead,
    filesModified,
  };
}

type SummaryBody = Extract<MessageBody, { kind: 'summary' }>;

/** Several ends of one turn in a batch are told as one. What a failed end says is the error, not an answer. */
function joinEnds(ends: readonly SummaryBody[]): TurnEnd {
  const texts = (bodies: readonly SummaryBody[], text: (body: SummaryBody) => string) =>
    unique(bodies.map(text).filter((words) => words !== '')).join('\n\n');
  const failed = ends.filter((end) => end.failure !== undefined);
  const answered = ends.filter((end) => end.failure === undefined);
  const failure = texts(failed, (end) => end.lastAssistantMessage || (end.failure ?? ''));
  return {
    lastUserMessage: ends.at(-1)?.lastUserMessage ?? '',
    lastAssistantMessage: texts(answered, (end) => end.lastAssistantMessage),
    ...(failure === '' ? {} : { failure }),
  };
}

function distillBatch(batch: Batch): Distillation {
  const turn = new TurnMemory(batch);
  const skips: Skip[] = [];
  const skip = (messageId: number, rule: SkipRule) => skips.push({ messageId, rule });
  const ends: { messageId: number; body: SummaryBody }[] = [];
  for (const { id, body } of batch.messages) {
    if (body.kind === 'summary') {
      ends.push({ messageId: id, body });
      continue;
    }
    const found = findingsOf(body, batch.session.root);
    if (typeof found === 'string') skip(id, found);
    else for (const content of found) turn.add(content, id);
  }
  const done = { observations: turn.drafts(), skips };
  if (ends.length === 0) return done;
  const summary = summarise(joinEnds(ends.map(({ body }) => body)), turn.contents(), batch.summaries ?? []);
  if (summary !== undefined) return { ...done, summary };
  for (const { messageId } of ends) skip(messageId, 'nothing-new');
  return done;
}

/**
 * The provider that needs no key, no network and no model: rules turn tool uses into short observations that
 * say only what the evidence says, and choose a turn's summary from the words that were said. Deterministic.
 */
export function createBuiltinProvider(): DistillProvider {
  return {
    id: PROVIDER_ID,
    repeatable: true,
    batchSize: BATCH_SIZE,
    distill: async (batch, signal) => {
      signal.throwIfAborted();
      return distillBatch(batch);
    },
  };
}
