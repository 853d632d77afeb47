import * as z from 'zod';
import { TidemarkError } from '../../../base/errors';
import {
  observationTypes,
  SUMMARY_LIMIT,
  type ObservationContent,
  type SummaryContent,
} from '../../../memory/observation';
import type { PersistentMessage } from '../../../queue/message';
import type { Batch, Distillation, ObservationDraft } from '../../provider';
import { content, cut, fit, oneLine, unique } from '../builtin/text';
import { filesOf } from './evidence';
import { nameOf } from './prompt';

/** The rule under which a message is skipped that no observation rests on. */
export const NOT_WORTH_REMEMBERING = 'not-worth-remembering';

/** The model said something that is no answer to the question. */
export class MalformedAnswerError extends TidemarkError {
  readonly code = 'malformed-answer';
}

const answerSchema = z.object({
  observations: z.array(
    z.object({
      type: z.enum(observationTypes),
      title: z.string(),
      subtitle: z.string(),
      narrative: z.string(),
      facts: z.array(z.string()),
      concepts: z.array(z.string()),
      evidence: z.array(z.string()),
    }),
  ),
  summary: z
    .object({
      request: z.string(),
      investigated: z.string(),
      learned: z.string(),
      completed: z.string(),
      nextSteps: z.string(),
    })
    .nullable(),
});
type Answer = z.infer<typeof answerSchema>;

let jsonSchema: Record<string, unknown> | undefined;
/** The form of an answer as JSON Schema, for a service that can hold a model to it. */
export function answerFormat(): Record<string, unknown> {
  return (jsonSchema ??= z.toJSONSchema(answerSchema));
}

/** @throws MalformedAnswerError, which says nothing of the text: that may hold anything. */
export function parseAnswer(text: string): Answer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new MalformedAnswerError('The model’s answer is not JSON.');
  }
  const answer = answerSchema.safeParse(parsed);
  if (answer.success) return answer.data;
  throw new MalformedAnswerError('The model’s answer has another form than asked for.');
}

/**
 * What of the answer may be remembered. Nothing in it is trusted: texts are cut to their limits, an observation
 * rests on messages of the batch or is dropped, and files come from those messages alone.
 */
export function distillationOf(answer: Answer, batch: Batch): Distillation {
  const known = new Map(batch.messages.map((message, at) => [nameOf(at), message]));
  const drafts: ObservationDraft[] = [];
  for (const said of answer.observations) {
    const evidence = unique(said.evidence).flatMap((name) => known.get(name) ?? []);
    if (evidence.length === 0 || said.title.trim() === '') continue;
    drafts.push({ content: contentOf(said, evidence), messageIds: evidence.map(({ id }) => id) });
  }
  const used = new Set(drafts.flatMap(({ messageIds }) => messageIds));
  const summary = answer.summary && summaryOf(answer.summary, batch);
  const skips = batch.messages
    .filter(({ id, body }) => !used.has(id) && !(body.kind === 'summary' && summary))
    .map(({ id }) => ({ messageId: id, rule: NOT_WORTH_REMEMBERING }));
  return { observations: drafts, skips, ...(summary && { summary }) };
}

function contentOf(
  said: Answer['observations'][number],
  evidence: readonly PersistentMessage[],
): ObservationContent {
  return fit(
    content({
      type: said.type,
      title: said.title,
      subtitle: said.subtitle,
      narrative: cut(oneLine(said.narrative), 220),
      facts: said.facts.slice(0, 5),
      concepts: unique(said.concepts.map((concept) => cut(oneLine(concept), 30))).slice(0, 5),
      ...filesOf(evidence),
    }),
  );
}

/** Undefined where the batch ends no turn, or nothing is said. */
function summaryOf(said: NonNullable<Answer['summary']>, batch: Batch): SummaryContent | undefined {
  if (!batch.messages.some(({ body }) => body.kind === 'summary')) return undefined;
  // The newlines that join the fields count, too.
  let room = SUMMARY_LIMIT - 4;
  const take = (text: string, most: number) => {
    const taken = cut(oneLine(text), Math.min(most, room));
    room -= taken.length;
    return taken;
  };
  const request = take(said.request, 160);
  const fields = (['learned', 'completed', 'nextSteps', 'investigated'] as const).flatMap((name) => {
    const text = room > 20 ? take(said[name], 240) : '';
    return text === '' ? [] : [[name, text] as const];
  });
  if (request === '' && fields.length === 0) return undefined;
  const here = filesOf(batch.messages);
  return {
    request,
    ...Object.fromEntries(fields),
    filesRead: unique([...batch.remembered.flatMap((one) => one.filesRead), ...here.filesRead]),
    filesModified: unique([...batch.remembered.flatMap((one) => one.filesModified), ...here.filesModified]),
  };
}
