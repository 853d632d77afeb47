import type { Globs } from './globs';
import type { JsonObject, JsonValue } from './spoolRecord';

const inputs = ['tool_input', 'toolArgs'] as const;
const outputs = ['tool_response', 'tool_result', 'toolResult', 'error'] as const;

/** Members that hold a path, and members that hold a command in which paths stand. */
const pathMember = /(?:path|file|uri|notebook|filename)s?$/i;
const commandMember = /^(?:cmd|commands?|input|patch|script|args)$/i;

const deepest = 8;
/** Words of a command that are looked at. */
const mostWords = 5_000;

/**
 * Whether a tool's event is about an excluded file: it was given its path, it answered with it, or its command names
 * it. Then nothing of the event may be captured, because the file's content can stand anywhere in it.
 */
export function isAboutExcluded(payload: JsonObject, files: Globs, cwd: string): boolean {
  if (files.isEmpty) return false;
  const asked = inputs.some((name) => namesExcluded(parsed(payload[name]), '', files, cwd, 0));
  return asked || outputs.some((name) => answersExcluded(payload[name], files, cwd, 0));
}

/** Copilot CLI gives its tools' input as JSON in a text. */
function parsed(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}

function namesExcluded(
  value: JsonValue | undefined,
  name: string,
  files: Globs,
  cwd: string,
  depth: number,
): boolean {
  if (typeof value === 'string') {
    if (pathMember.test(name)) return files.matches(value, cwd);
    return (
      (commandMember.test(name) || name === '') && wordsOf(value).some((word) => files.matches(word, cwd))
    );
  }
  if (typeof value !== 'object' || value === null || depth >= deepest) return false;
  const entries = Array.isArray(value) ? value.map((item) => [name, item] as const) : Object.entries(value);
  return entries.some(([member, item]) => namesExcluded(item, member, files, cwd, depth + 1));
}

/** An answer's own path. A list of names (as a search for files gives) tells nothing of their content. */
function answersExcluded(value: JsonValue | undefined, files: Globs, cwd: string, depth: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth >= 3) return false;
  return Object.entries(value).some(([name, item]) =>
    typeof item === 'string'
      ? /^(?:file_?)?path$/i.test(name) && files.matches(item, cwd)
      : answersExcluded(item, files, cwd, depth + 1),
  );
}

/** Quoted texts that are only printed: `echo '.env' >> .gitignore` reads no such file. */
const printed = /\b(?:echo|printf)(?:[ \t]+(?:-\w{1,4}|'[^'\n]{0,2000}'|"[^"\n$`]{0,2000}"))+/g;

/** What may be paths in a command: between blanks, quotes and operators, `--file=.env` in its parts, too. */
function wordsOf(command: string): string[] {
  const words = command.replace(printed, '').split(/[\s"'`;|&<>()=,:@]+/, mostWords);
  return words.filter((word) => /[.\w]/.test(word));
}

/**
 * A copy of an event's payload without the lines of excluded files in what a tool printed: what a search found in
 * them (`.env:3:…`), and their part of a diff.
 */
export function withoutExcludedLines(payload: JsonObject, files: Globs, cwd: string): JsonObject {
  if (files.isEmpty) return payload;
  let result = payload;
  for (const name of outputs) {
    const value = payload[name];
    if (value === undefined) continue;
    const clean = withoutLines(value, files, cwd, 0);
    if (clean !== value) result = { ...result, [name]: clean };
  }
  return result;
}

/** The value itself where nothing is to be taken out. */
function withoutLines(value: JsonValue, files: Globs, cwd: string, depth: number): JsonValue {
  if (typeof value === 'string') return withoutLinesOf(value, files, cwd);
  if (typeof value !== 'object' || value === null || depth >= deepest) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => withoutLines(item, files, cwd, depth + 1));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  const entries = Object.entries(value).map(
    ([name, item]) => [name, withoutLines(item, files, cwd, depth + 1)] as const,
  );
  return entries.every(([name, item]) => item === value[name]) ? value : Object.fromEntries(entries);
}

const mark = '[lines of an excluded file]';

function withoutLinesOf(text: string, files: Globs, cwd: string): string {
  if (!/^(?:diff --git |==> |[^\s:]{1,512}:)/m.test(text)) return text;
  const known = new Map<string, boolean>();
  const isExcluded = (file: string) => {
    let excluded = known.get(file);
    if (excluded === undefined) known.set(file, (excluded = files.matches(file, cwd)));
    return excluded;
  };
  const kept: string[] = [];
  let inExcluded = false;
  for (const line of text.split('\n')) {
    const section = /^diff --git "?a\/(.{1,512}?)"? "?b\/|^==> (.{1,512}) <==$/.exec(line);
    if (section) inExcluded = isExcluded(section[1] ?? section[2]!);
    const found = /^([^\s:]{1,512}?)[:-](?:\d{1,9}[:-])?/.exec(line)?.[1];
    const named = /^([^\s:]{1,512}):/.exec(line)?.[1];
    const isFound = (found !== undefined && isExcluded(found)) || (named !== undefined && isExcluded(named));
    if (!inExcluded && !isFound) kept.push(line);
    else if (kept.at(-1) !== mark) kept.push(mark);
  }
  return kept.includes(mark) ? kept.join('\n') : text;
}
