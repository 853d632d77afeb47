import { removePrivate } from '../capture/privacy';
import { redact } from '../capture/redaction';
import type { ExportedSession } from '../memory/library';
import { OBSERVATION_LIMIT, observationText, type ObservationContent } from '../memory/observation';

/** Without private parts and recognised secrets, which a person may have typed. Files keep their names. */
export function cleanContent<T extends ObservationContent>(content: T): T {
  return {
    ...clean(content, ['title', 'subtitle', 'narrative']),
    facts: content.facts.map(cleanText).filter(Boolean),
    concepts: content.concepts.map(cleanText).filter(Boolean),
  };
}

/**
 * The same of a whole session: a file that is imported may come from anywhere. What has no name left, or is too long
 * with the marks of what was taken out, is left out.
 */
export function cleanSession(session: ExportedSession): ExportedSession {
  return {
    ...clean(session, ['title']),
    prompts: session.prompts.map((prompt) => clean(prompt, ['text'])),
    observations: session.observations
      .map(cleanContent)
      .filter((cleaned) => cleaned.title && observationText(cleaned).length <= OBSERVATION_LIMIT),
    summaries: session.summaries
      .map((summary) => clean(summary, ['request', 'investigated', 'learned', 'completed', 'nextSteps']))
      .filter(({ request }) => request),
  };
}

function clean<T extends object>(value: T, members: readonly (keyof T)[]): T {
  const result = { ...value };
  for (const member of members) {
    const text = result[member];
    if (typeof text === 'string') result[member] = cleanText(text) as T[keyof T];
  }
  return result;
}

function cleanText(text: string): string {
  return redact(removePrivate(text).text).text.trim();
}
