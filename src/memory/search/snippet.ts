import { tokensOf } from './tokens';

/** Most characters of a snippet. */
export const SNIPPET_LIMIT = 180;

/** The place of `text` where the most of `terms` stand together, as one line, cut at words. */
export function snippetOf(text: string, terms: ReadonlySet<string>): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= SNIPPET_LIMIT) return line;
  const tokens = tokensOf(line);
  const found = tokens.filter(({ term }) => terms.has(term));
  let best = { from: 0, count: 0 };
  for (const first of found) {
    const inReach = found.filter((t) => t.start >= first.start && t.end <= first.start + SNIPPET_LIMIT - 40);
    const count = new Set(inReach.map(({ term }) => term)).size;
    if (count > best.count) best = { from: first.start, count };
  }
  // A few words before the first hit, so that it can be read.
  const start = tokens.find((t) => t.start >= best.from - 30)?.start ?? 0;
  const from = best.from < SNIPPET_LIMIT / 2 ? 0 : start;
  const room = from + SNIPPET_LIMIT - 2;
  const end = room >= line.length ? line.length : Math.max(from + 1, line.lastIndexOf(' ', room));
  return `${from > 0 ? '…' : ''}${line.slice(from, end).toWellFormed()}${end < line.length ? '…' : ''}`;
}
