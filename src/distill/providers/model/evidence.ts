import type { ToolAction, ToolUse } from '../../../capture/vocabulary';
import type { PersistentMessage } from '../../../queue/message';
import { unique } from '../builtin/text';

/** The start and the end of a text: what begins it and how it ended tell most. At most `limit` characters. */
export function headAndTail(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const mark = `\n[… ${text.length - limit} characters left out …]\n`;
  const head = Math.ceil((limit - mark.length) * 0.6);
  return text.slice(0, head) + mark + text.slice(text.length - (limit - mark.length - head));
}

interface Field {
  name: string;
  text: string;
  limit: number;
}

const field = (name: string, text: string | undefined, limit: number): Field[] =>
  text === undefined || text.trim() === '' ? [] : [{ name, text, limit }];
const lines = (name: string, all: readonly string[] | undefined, limit: number) =>
  field(name, all?.join('\n'), limit);

/** What is told of one piece of evidence: each field bounded, so that the whole is. */
function fieldsOf(action: ToolAction): Field[] {
  switch (action.kind) {
    case 'command':
      return [
        ...field('command', action.command, 500),
        ...field('meant to', action.description, 150),
        ...field('output', action.output, 1_200),
        ...lines('files changed', action.files, 400),
        ...(action.changes ?? [])
          .slice(0, 4)
          .flatMap(({ path, added, removed }) => [
            ...field('file', path, 200),
            ...lines('removed', removed, 200),
            ...lines('added', added, 300),
          ]),
      ];
    case 'read':
      return [...field('file read', action.path, 200), ...field('content', action.content, 500)];
    case 'edit':
      return [
        ...field(action.created ? 'file created' : 'file changed', action.path, 200),
        ...lines('removed', action.removed, 600),
        ...lines('added', action.added, 900),
      ];
    case 'search':
      return [
        ...field('searched for', action.query, 200),
        ...field('in', action.path, 200),
        ...field('found', action.output, 500),
      ];
    case 'web':
      return [...field('address', action.target, 300), ...field('output', action.output, 900)];
    case 'delegate':
      return [
        ...field('task', action.description, 200),
        ...field('prompt', action.prompt, 300),
        ...field('result', action.result, 1_500),
      ];
    case 'other':
      return [...field('input', action.input, 400), ...field('output', action.output, 700)];
  }
}

function useFields(use: ToolUse): Field[] {
  return [
    ...(use.interrupted ? field('interrupted', 'yes', 10) : []),
    ...(use.action.kind === 'command' && use.action.background ? field('in the background', 'yes', 10) : []),
    ...fieldsOf(use.action),
    ...field('error', use.error, 900),
  ];
}

function describe({ body }: PersistentMessage, prompt: string): { what: string; fields: Field[] } {
  if (body.kind === 'summary') {
    const asked = body.lastUserMessage === prompt ? undefined : body.lastUserMessage;
    return {
      what: 'end of the turn',
      fields: [
        ...field('asked', asked, 600),
        ...field('last words of the agent', body.lastAssistantMessage, 2_400),
        ...field('the turn failed', body.failure, 400),
      ],
    };
  }
  if ('report' in body) return { what: 'report of a helper', fields: field('text', body.report.text, 2_000) };
  const how = body.use.error === undefined ? '' : ', failed';
  return { what: `${body.use.action.kind}${how}`, fields: useFields(body.use) };
}

/** Marks of the prompt's structure: in data they are made unlike themselves, so that no data can close its fence. */
const marks = /<(?=\s*\/?\s*(evidence|request|project|remembered|elsewhere|summary|batch|tidemark)\b)/gi;

/** Data that can't be taken for the prompt's own marks. */
export function inert(text: string): string {
  return text.replace(marks, '‹');
}

/**
 * One message as the model reads it, under the name by which the model may refer to it. Paths are shortened
 * before data is made inert: the other way round, shortening `</root/evidence>` would make a mark.
 */
export function renderEvidence(
  message: PersistentMessage,
  name: string,
  { prompt, root }: { prompt: string; root: string },
): string {
  const { what, fields } = describe(message, prompt);
  const short = (text: string) => (root.length > 1 ? text.replaceAll(`${root}/`, '') : text);
  const told = fields.map(
    ({ name: label, text, limit }) => `${label}: ${headAndTail(inert(short(text)), limit)}`,
  );
  return [`<evidence id="${name}" what="${what}">`, ...told, '</evidence>'].join('\n');
}

/** What a model can't know better than the evidence: which files these messages read and changed. */
export function filesOf(messages: readonly PersistentMessage[]): {
  filesRead: string[];
  filesModified: string[];
} {
  const read: string[] = [];
  const modified: string[] = [];
  for (const { body } of messages) {
    if (!('use' in body)) continue;
    const { action, error } = body.use;
    if (action.kind === 'read' && error === undefined) read.push(action.path);
    if (action.kind === 'edit' && error === undefined) modified.push(action.path);
    // A command that failed can have changed files before it did.
    if (action.kind === 'command')
      modified.push(...(action.files ?? []), ...(action.changes ?? []).map(({ path }) => path));
  }
  return { filesRead: unique(read), filesModified: unique(modified) };
}
