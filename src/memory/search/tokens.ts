import { baseForm } from './baseForms';
import { stem } from './stem';

/** One word of a text as the index knows it, and where it stands. */
export interface Token {
  readonly term: string;
  readonly start: number;
  readonly end: number;
}

/** Letters and digits, joined by what joins the parts of a name, a path, a version or an error code. */
const chunk = /[\p{L}\p{N}\p{M}_$]+(?:[.\-/\\:@#+'’]+[\p{L}\p{N}\p{M}_$]+)*/gu;
/** A part of a chunk: `HTTP` and `Server` of `HTTPServer`, `get` and `User` of `getUser`, `v2` of `v2.1`. */
const part =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|\p{Lu}\p{M}*(?![\p{Ll}])(?:[\p{Lu}\p{N}]\p{M}*(?!\p{Ll}))*|(?:\p{Lu}\p{M}*)?(?:[\p{Ll}\p{Lo}\p{Lt}\p{Lm}\p{N}]\p{M}*)+|\p{Lu}/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
/** What is left of "it's" and "we're" says nothing. */
const clitic = /^['’](?:s|t|d|m|ll|re|ve)$/i;
/** Longer ones are data, not words. */
const LONGEST = 64;
/** Of a path, the file and so many folders above it are each kept as one word. */
const PATH_DEPTH = 4;

/** Lower case, without accents. */
export function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** What a word of prose is looked up by: `went` and `going` are `go`. */
export function termOf(word: string): string {
  const lower = plain(word);
  return stem(baseForm(lower));
}

/**
 * The words of a text in their order. Parts of names are words of their own; scripts without spaces are read in
 * pairs of characters. The same for texts and for queries, so that phrases match.
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(part)) {
    const [word] = match;
    const start = match.index;
    if (clitic.test(text.slice(start - 1, start + word.length)) && start > 0) continue;
    if (unspaced.test(word)) tokens.push(...pairs(word, start));
    else if (word.length <= LONGEST) tokens.push({ term: termOf(word), start, end: start + word.length });
  }
  return tokens;
}

function pairs(run: string, start: number): Token[] {
  const letters = [...run];
  if (letters.length === 1) return [{ term: plain(run), start, end: start + run.length }];
  const tokens: Token[] = [];
  let at = start;
  for (let i = 0; i + 1 < letters.length; i++) {
    const pair = letters[i]! + letters[i + 1]!;
    tokens.push({ term: plain(pair), start: at, end: at + pair.length });
    at += letters[i]!.length;
  }
  return tokens;
}

/**
 * Names, paths, versions and codes as one word each, written without what joins them: `getUserById`,
 * `get_user_by_id` and `get-user-by-id` are `getuserbyid`; a path is its last parts too.
 */
export function namesOf(text: string): string[] {
  const names = new Set<string>();
  for (const [found] of text.matchAll(chunk)) {
    const pieces = found.split(/[/\\]+/);
    for (let from = Math.max(0, pieces.length - PATH_DEPTH); from < pieces.length; from++) {
      const name = pieces.slice(from).join('');
      if (/['’]/.test(name) || [...name.matchAll(part)].length < 2) continue;
      const joined = plain(name).replace(/[^\p{L}\p{N}]/gu, '');
      if (joined.length <= LONGEST) names.add(joined);
    }
  }
  return [...names];
}
