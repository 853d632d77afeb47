import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { SettingsValue } from './agents/agentSettings';

/**
 * Changes of JSON text that touch nothing but what they add or take away. By hand on jsonc-parser's tree, because
 * its own `modify` writes the neighbours anew in places (an empty object, a last member before a comment).
 */

/** Kinds of the scanner's tokens: the library declares them as constants that exist for its compiler alone. */
const kinds = { comma: 5, lineComment: 12, blockComment: 13, space: 15, end: 17 };

/** Text to put in at an offset of the text before any of them is put in. */
export interface Insertion {
  offset: number;
  text: string;
}

/** Why a text is no JSON, even with comments and trailing commas allowed; or its tree, absent for a blank text. */
export function parseJson(text: string): { root: Node | undefined } | { error: string } {
  const errors: ParseError[] = [];
  const root = parseTree(withoutMark(text), errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (!error) return { root };
  const line = text.slice(0, error.offset).split('\n').length;
  return { error: `${printParseErrorCode(error.error)} in line ${line}` };
}

/** A byte order mark reads as a space of the same length, so that offsets stay true. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
}

/** A member's value. Of several with one name the last: that is the one which every JSON parser keeps. */
export function memberNode(object: Node | undefined, name: string): Node | undefined {
  if (object?.type !== 'object') return undefined;
  return object.children?.findLast((property) => property.children?.[0]?.value === name)?.children?.[1];
}

/** The value that a node stands for. */
export function valueOf(node: Node): unknown {
  if (node.type === 'array') return node.children?.map(valueOf) ?? [];
  if (node.type !== 'object') return node.value as unknown;
  const members = (node.children ?? []).filter((property) => property.children?.[1]);
  return Object.fromEntries(
    members.map(({ children }) => [String(children![0]!.value), valueOf(children![1]!)]),
  );
}

/** How the file is written: line ends and one step of indentation. */
interface Layout {
  eol: string;
  unit: string;
}

export function layoutOf(text: string): Layout {
  const indent = /^([ \t]+)["[{]/m.exec(text)?.[1];
  return {
    eol: /\r?\n/.exec(text)?.[0] ?? '\n',
    unit: indent?.startsWith('\t') ? '\t' : (indent ?? '  '),
  };
}

/** One thing to add at the end of a container: a member where it has a name, an element where not. */
export interface Addition {
  name?: string;
  value: SettingsValue;
}

/** What to put in so that an object or array ends with the additions. At least one addition. */
export function appendTo(text: string, container: Node, additions: Addition[], layout: Layout): Insertion[] {
  const last = container.children?.at(-1);
  const body = text.slice(container.offset, container.offset + container.length);
  const inline = !body.includes('\n') && (last !== undefined || isOneLine(text));
  const indent = inline ? '' : indentOf(text, container.offset);
  const gap = inline ? ' ' : `${layout.eol}${indent}${layout.unit}`;
  const items = additions
    .map((addition) => print(addition, inline, indent + layout.unit, layout))
    .join(`,${gap}`);
  const end = container.offset + container.length - 1;
  if (!last) {
    const at = endOfLineComment(text, container.offset + 1, end);
    if (inline) return [{ offset: at, text: items }];
    const closing = text.slice(at, end).includes('\n') ? '' : layout.eol + indent;
    return [{ offset: at, text: gap + items + closing }];
  }
  const after = last.offset + last.length;
  const comma = commaBetween(text, after, end);
  const at = endOfLineComment(text, comma === undefined ? after : comma + 1, end);
  if (comma !== undefined) return [{ offset: at, text: `${gap}${items},` }];
  // At one place the comma and what follows it are one text: their order is certain then.
  if (at === after) return [{ offset: after, text: `,${gap}${items}` }];
  return [
    { offset: after, text: ',' },
    { offset: at, text: gap + items },
  ];
}

/** A whole document for a file that has none. */
export function appendDocument(text: string, value: SettingsValue): Insertion[] {
  const { eol } = layoutOf(text);
  const begin = text === '' || text === '\uFEFF' || text.endsWith('\n') ? '' : eol;
  const json = JSON.stringify(value, undefined, 2).replaceAll('\n', eol);
  return [{ offset: text.length, text: `${begin}${json}${eol}` }];
}

/** @param insertions in ascending order of their offsets. */
export function insert(text: string, insertions: Insertion[]): string {
  let result = text;
  for (const { offset, text: added } of insertions.toReversed())
    result = result.slice(0, offset) + added + result.slice(offset);
  return result;
}

/** The text without one member or element of a container; comments of the others stay. */
export function removeChild(text: string, container: Node, child: Node): string {
  const children = container.children ?? [];
  const index = children.indexOf(child);
  const end = child.offset + child.length;
  const before = children[index - 1];
  const after = children[index + 1];
  const containerEnd = container.offset + container.length - 1;
  const comma = commaBetween(text, end, after?.offset ?? containerEnd);
  if (before && comma === undefined) {
    const former = commaBetween(text, before.offset + before.length, child.offset);
    const begin = blankBefore(text, child.offset, (former ?? before.offset) + 1);
    return text.slice(0, former) + text.slice((former ?? begin) + 1, begin) + text.slice(end);
  }
  const begin = blankBefore(text, child.offset, container.offset + 1);
  const rest = text.slice(comma === undefined ? end : comma + 1);
  const blank = children.length === 1 && text.slice(container.offset + 1, begin).trim() === '';
  // The last one takes the white space inside the brackets along.
  return text.slice(0, begin) + (blank ? rest.replace(/^\s+(?=[\]}])/, '') : rest);
}

function print({ name, value }: Addition, inline: boolean, indent: string, { eol, unit }: Layout): string {
  const json = inline
    ? JSON.stringify(value)
    : JSON.stringify(value, undefined, unit).replaceAll('\n', eol + indent);
  return name === undefined ? json : `${JSON.stringify(name)}:${inline ? '' : ' '}${json}`;
}

/** Whether a file that says something says it in one line. */
function isOneLine(text: string): boolean {
  return !text.trim().includes('\n') && text.replace(/[\s{}\uFEFF]/g, '') !== '';
}

function indentOf(text: string, offset: number): string {
  const begin = text.lastIndexOf('\n', offset) + 1;
  return /^[ \t]*/.exec(text.slice(begin, offset))?.[0] ?? '';
}

/** Offset of the comma between two offsets, outside of comments. */
function commaBetween(text: string, begin: number, end: number): number | undefined {
  const scanner = createScanner(text.slice(begin, end));
  for (let token: number = scanner.scan(); token !== kinds.end; token = scanner.scan())
    if (token === kinds.comma) return begin + scanner.getTokenOffset();
  return undefined;
}

/** Behind the comment that follows in the same line, if one does; else the offset itself. */
function endOfLineComment(text: string, begin: number, end: number): number {
  const scanner = createScanner(text.slice(begin, end));
  let at = begin;
  for (let token: number = scanner.scan(); token !== kinds.end; token = scanner.scan()) {
    if (token === kinds.lineComment || token === kinds.blockComment)
      at = begin + scanner.getTokenOffset() + scanner.getTokenLength();
    else if (token !== kinds.space) break;
  }
  return at;
}

/** Where the white space before an offset begins. */
function blankBefore(text: string, offset: number, limit: number): number {
  let begin = offset;
  while (begin > limit && /\s/.test(text[begin - 1]!)) begin--;
  return begin;
}
