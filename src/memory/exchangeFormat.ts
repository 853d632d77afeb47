import { TidemarkError } from '../base/errors';
import type { ExportedObservation, ExportedSession, ExportedSummary } from './library';

/**
 * Files that memory is exported to. Both are written and read session by session, one a line, so that a large one
 * holds nothing up:
 * - JSON: `{"format":"tidemark-memory","version":1,"sessions":[`, the sessions, `]}`
 * - Markdown: for people, with each session as JSON in a comment beneath its text.
 */
export type ExchangeFormat = 'json' | 'markdown';

const FORMAT = 'tidemark-memory';
const VERSION = 1;
const jsonHead = `{"format":"${FORMAT}","version":${VERSION},"sessions":[`;
const jsonTail = ']}';
const markdownMark = `<!-- ${FORMAT} ${VERSION} -->`;
const sessionMark = '<!-- tidemark-session ';
const commentEnd = ' -->';

/** The file holds no memory of Tidemark, or not in a form that this version reads. Nothing was taken from it. */
export class ExchangeFormatError extends TidemarkError {
  readonly code = 'exchange-format';
}

/** By the end of the file's name. */
export function exchangeFormatOf(fileName: string): ExchangeFormat {
  return /\.(md|markdown)$/i.test(fileName) ? 'markdown' : 'json';
}

/** Writes a file in pieces: `begin`, each session, `end`. */
export class ExchangeWriter {
  #count = 0;

  constructor(private readonly format: ExchangeFormat) {}

  begin(): string {
    return this.format === 'json' ? jsonHead : `# Tidemark memory\n\n${markdownMark}\n`;
  }

  session(session: ExportedSession): string {
    if (this.format === 'json') return `${this.#count++ > 0 ? ',' : ''}\n${JSON.stringify(session)}`;
    return `\n${readable(session)}\n\n${sessionMark}${commentSafe(session)}${commentEnd}\n`;
  }

  end(): string {
    return this.format === 'json' ? `\n${jsonTail}\n` : '';
  }
}

/**
 * The sessions in a file's text, one after the other and unchecked: whoever takes them holds them against a schema.
 * @throws ExchangeFormatError
 */
export function* readExchange(text: string): Generator<unknown> {
  const begin = text.replace(/^\uFEFF/, '').trimStart();
  if (begin.startsWith('{')) yield* readJson(begin);
  else yield* readMarkdown(begin);
}

function* readJson(text: string): Generator<unknown> {
  if (!text.startsWith(`${jsonHead}\n`)) {
    yield* readWholeJson(text);
    return;
  }
  let from = jsonHead.length + 1;
  for (;;) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end < 0 ? undefined : end).trim();
    if (line === jsonTail) return;
    if (end < 0) throw damaged();
    from = end + 1;
    if (line) yield parsed(line.replace(/,$/, ''));
  }
}

/** As another program may have written it. */
function* readWholeJson(text: string): Generator<unknown> {
  const file = parsed(text);
  if (typeof file !== 'object' || file === null || !('format' in file) || file.format !== FORMAT)
    throw foreign();
  if (!('version' in file) || file.version !== VERSION) throw otherVersion();
  if (!('sessions' in file) || !Array.isArray(file.sessions)) throw damaged();
  yield* file.sessions as unknown[];
}

function* readMarkdown(text: string): Generator<unknown> {
  const [mark] = /^<!-- tidemark-memory \d+ -->$/m.exec(text) ?? [];
  if (mark === undefined) throw foreign();
  if (mark !== markdownMark) throw otherVersion();
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith(sessionMark, from)) {
      const line = text.slice(from, end).trimEnd();
      if (!line.endsWith(commentEnd)) throw damaged();
      yield parsed(line.slice(sessionMark.length, -commentEnd.length));
    }
    from = end + 1;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw damaged(error);
  }
}

const advice = 'Nothing was imported.';
const foreign = () => new ExchangeFormatError('This is not a file that Tidemark has exported.', { advice });
const otherVersion = () =>
  new ExchangeFormatError('This file was exported by another version of Tidemark.', {
    advice: `${advice} Update Tidemark first.`,
  });
const damaged = (cause?: unknown) =>
  new ExchangeFormatError('This file is damaged: a part of it can’t be read.', { advice, cause });

/** Such characters stand only in texts of JSON, where the escape means the same; the comment can't end early. */
function commentSafe(session: ExportedSession): string {
  return JSON.stringify(session).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
}

function readable({ agent, project, title, startedAt, prompts, ...memory }: ExportedSession): string {
  const first = prompts[0]?.text;
  const name = shown(title || first || 'Session').slice(0, 100);
  const asked = prompts.map(({ number, text }) => `${number}. ${shown(text) || '(private)'}`);
  return [
    `## ${shown(project.name)}: ${name}`,
    `${agent}, ${new Date(startedAt).toISOString()}`,
    asked.length > 0 && `### Asked\n\n${asked.join('\n')}`,
    ...memory.summaries.map(readableSummary),
    ...memory.observations.map(readableObservation),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function readableObservation(observation: ExportedObservation): string {
  const { type, title, subtitle, narrative, facts, filesRead, filesModified, pinnedAt } = observation;
  const files = [...new Set([...filesModified, ...filesRead])];
  return [
    `### ${shown(title)}`,
    `*${type}${pinnedAt === undefined ? '' : ', pinned'}, ${new Date(observation.createdAt).toISOString()}*`,
    subtitle && shown(subtitle),
    narrative && shown(narrative),
    facts.map((fact) => `- ${shown(fact)}`).join('\n'),
    files.length > 0 && `Files: ${files.map(shown).join(', ')}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function readableSummary(summary: ExportedSummary): string {
  const { promptNumber, request, investigated, learned, completed, nextSteps } = summary;
  const parts = Object.entries({ Asked: request, Found: investigated, Learned: learned, Done: completed });
  return [
    `### Summary of prompt ${promptNumber}`,
    [...parts, ['Open', nextSteps] as const]
      .flatMap(([name, text]) => (text ? `- ${name}: ${shown(text)}` : []))
      .join('\n'),
  ].join('\n\n');
}

/** One line, in which no comment can begin: what is remembered can't pretend to be another session. */
function shown(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replaceAll('<!--', '&lt;!--');
}
