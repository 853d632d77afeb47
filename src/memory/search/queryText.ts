import { stem } from './stem';
import { namesOf, plain, termOf, tokensOf } from './tokens';
import { stopTerms, synonymsOf } from './words';

/** One way to write a wish: consecutive terms, the last of which may be only a beginning. */
export interface Variant {
  readonly terms: readonly string[];
  readonly isPrefix: boolean;
  /** Of a hit, against one of the wish's own words. */
  readonly weight: number;
}

/** Something that was asked for, with all the ways in which a text may say it. */
export interface Wish {
  readonly variants: readonly Variant[];
  readonly isRequired: boolean;
}

export interface ParsedQuery {
  readonly wishes: readonly Wish[];
  /** None of these may be there. */
  readonly excluded: readonly Variant[];
}

/** More than a question has; what comes after these is not looked for. */
const MOST_WISHES = 32;
const SYNONYM_WEIGHT = 0.5;
/** A quoted part (closed or not) or a word, each with an optional minus before it. */
const piece = /(?<![^\s])(-?)(?:"([^"]*)"?|(\S+))/gu;

const exact = (...terms: string[]): Variant => ({ terms, isPrefix: false, weight: 1 });

/** Reads what a person typed. Anything is a query; one without a word has no wishes. */
export function parseQuery(text: string): ParsedQuery {
  const wishes = new Map<string, Wish>();
  const excluded: Variant[] = [];
  const wish = (variants: readonly Variant[], isRequired = false) => {
    const key = JSON.stringify([isRequired, variants[0]]);
    if (variants.length > 0 && wishes.size < MOST_WISHES) wishes.set(key, { variants, isRequired });
  };
  for (const [, minus, quoted, word] of text.normalize('NFC').matchAll(piece)) {
    const terms = tokensOf(quoted ?? word!).map(({ term }) => term);
    if (terms.length === 0) continue;
    if (minus) excluded.push(exact(...terms));
    else if (quoted !== undefined) wish([exact(...terms)], true);
    else if (/[\p{L}\p{N}]\*$/u.test(word!)) wish(beginning(word!));
    else for (const variants of wordVariants(word!, terms)) wish(variants);
  }
  const spoken = [...wishes.values()].filter(({ isRequired, variants }) => isRequired || !isStop(variants));
  return { wishes: spoken.length > 0 ? spoken : [...wishes.values()], excluded };
}

function isStop(variants: readonly Variant[]): boolean {
  const [first] = variants;
  return first!.terms.length === 1 && !first!.isPrefix && stopTerms.has(first!.terms[0]!);
}

/** A word that begins so may be indexed by a stem that is shorter than the beginning: `authoriz*` by `author`. */
const endings = ['', 'e', 's', 'ed', 'ing', 'er', 'ation', 'ment', 'ly'];

/** Of `auth.log*` the last part is a beginning. */
function beginning(word: string): Variant[] {
  const tokens = tokensOf(word);
  const last = tokens.at(-1)!;
  const before = tokens.slice(0, -1).map(({ term }) => term);
  const typed = plain(word.slice(last.start, last.end));
  const shorter = new Set(endings.map((ending) => stem(typed + ending)).filter((s) => !s.startsWith(typed)));
  return [
    { terms: [...before, typed], isPrefix: true, weight: 1 },
    ...[...shorter].map((term) => exact(...before, term)),
  ];
}

/** The word's parts, each with its synonyms, and the whole of it as a name. */
function wordVariants(word: string, terms: readonly string[]): Variant[][] {
  const parts = terms.map((term) => [
    exact(term),
    ...synonymsOf(term).map((other): Variant => ({ ...exact(other), weight: SYNONYM_WEIGHT })),
  ]);
  const names = namesOf(word);
  if (names.length > 0) return [...parts, [exact(names[0]!)]];
  // `getuserbyid` is how the index writes `getUserById`, without its ending cut off.
  const flat = word.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
  if (terms.length === 1 && flat.length >= 8 && termOf(flat) !== flat) parts[0]!.push(exact(flat));
  return parts;
}
