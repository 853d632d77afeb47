import { OBSERVATION_LIMIT, observationText, type ObservationContent } from './observation';

/** Why a text can't stand for an observation. */
export type EditProblem =
  { readonly kind: 'no-title' } | { readonly kind: 'too-long'; readonly length: number };

export type EditResult = { readonly content: ObservationContent } | { readonly problem: EditProblem };

/** An observation as a person edits it: its title as a heading, then what it tells, then its facts as a list. */
export function editText({ title, subtitle, narrative, facts }: ObservationContent): string {
  const list = facts.map((fact) => `- ${fact.replace(/\n/g, '\n  ')}`).join('\n');
  const parts = [`# ${oneLine(title)}`, subtitle, narrative, list];
  return parts.filter(Boolean).join('\n\n') + '\n';
}

/**
 * What a person made of an observation's text. The first heading is its title; list items are facts, wherever they
 * stand; all else is what it tells. Type, concepts and files stay as they were.
 */
export function parseEdit(text: string, before: ObservationContent): EditResult {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const at = lines.findIndex((line) => /^#{1,6}\s+\S/.test(line));
  if (at < 0) return { problem: { kind: 'no-title' } };
  const title = oneLine(lines[at]!.replace(/^#+\s+/, ''));
  const { facts, paragraphs } = partsOf([...lines.slice(0, at), '', ...lines.slice(at + 1)]);
  const subtitle = before.subtitle === undefined ? undefined : paragraphs.shift();
  const narrative = paragraphs.join('\n\n');
  const { type, concepts, filesRead, filesModified } = before;
  const content: ObservationContent = {
    ...{ type, title },
    ...(subtitle && { subtitle }),
    ...(narrative && { narrative }),
    ...{ facts, concepts, filesRead, filesModified },
  };
  const { length } = observationText(content);
  return length > OBSERVATION_LIMIT ? { problem: { kind: 'too-long', length } } : { content };
}

function partsOf(lines: readonly string[]): { facts: string[]; paragraphs: string[] } {
  const facts: string[] = [];
  const paragraphs: string[] = [];
  /** The list or the paragraphs, whichever the next line goes on with. */
  let open: string[] | undefined;
  for (const line of lines) {
    const [, fact] = /^[-*+]\s+(.*)$/.exec(line) ?? [];
    if (line.trim() === '') open = undefined;
    else if (fact !== undefined) {
      facts.push(fact.trim());
      open = facts;
    } else if (open && (open === paragraphs || /^\s/.test(line))) {
      open[open.length - 1] += `\n${line.trim()}`;
    } else {
      paragraphs.push(line.trim());
      open = paragraphs;
    }
  }
  return { facts: facts.filter(Boolean), paragraphs };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
