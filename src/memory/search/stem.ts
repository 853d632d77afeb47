/**
 * Porter's stemmer (M. F. Porter, "An algorithm for suffix stripping", 1980), with the departures of his own
 * reference program. By hand, because stems are needed where SQLite's own stemmer can't be asked: for queries,
 * for expansion and for snippets, and all of them must be equal to those in the index.
 */
const C = '[^aeiou]';
const V = '[aeiouy]';
const CC = `${C}[^aeiouy]*`;
const VV = `${V}[aeiou]*`;
/** One, exactly one and two or more vowel-consonant sequences before the suffix. */
const measure1 = new RegExp(`^(?:${CC})?${VV}${CC}`);
const measureIs1 = new RegExp(`^(?:${CC})?${VV}${CC}(?:${VV})?$`);
const measure2 = new RegExp(`^(?:${CC})?${VV}${CC}${VV}${CC}`);
const hasVowel = new RegExp(`^(?:${CC})?${V}`);
const shortEnd = new RegExp(`^${CC}${V}[^aeiouwxy]$`);
const doubled = /([^aeiouylsz])\1$/;

const step2: Readonly<Record<string, string>> = {
  ational: 'ate',
  tional: 'tion',
  enci: 'ence',
  anci: 'ance',
  izer: 'ize',
  bli: 'ble',
  alli: 'al',
  entli: 'ent',
  eli: 'e',
  ousli: 'ous',
  ization: 'ize',
  ation: 'ate',
  ator: 'ate',
  alism: 'al',
  iveness: 'ive',
  fulness: 'ful',
  ousness: 'ous',
  aliti: 'al',
  iviti: 'ive',
  biliti: 'ble',
  logi: 'log',
};
const step3: Readonly<Record<string, string>> = {
  icate: 'ic',
  ative: '',
  alize: 'al',
  iciti: 'ic',
  ical: 'ic',
  ful: '',
  ness: '',
};
const suffix2 = new RegExp(`^(.+?)(${Object.keys(step2).join('|')})$`);
const suffix3 = new RegExp(`^(.+?)(${Object.keys(step3).join('|')})$`);
const suffix4 =
  /^(.+?)(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$/;

const kept = new Map<string, string>();
/** Bounds the memory of stems already made. */
const KEPT_MOST = 20_000;

/** The stem of a lower-case word; words of other scripts, numbers and words of one or two letters as they are. */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
  let found = kept.get(word);
  if (found === undefined) {
    found = porter(word);
    if (kept.size >= KEPT_MOST) kept.clear();
    kept.set(word, found);
  }
  return found;
}

function porter(word: string): string {
  // A "y" at the start is a consonant, whatever follows.
  let w = word.startsWith('y') ? `Y${word.slice(1)}` : word;
  w = pastAndPlural(w);
  if (/^.*y$/.test(w) && hasVowel.test(w.slice(0, -1))) w = `${w.slice(0, -1)}i`;
  w = replaced(w, suffix2, step2);
  w = replaced(w, suffix3, step3);
  const four = suffix4.exec(w);
  if (four && measure2.test(four[1]!)) w = four[1]!;
  return finalE(w).toLowerCase();
}

function pastAndPlural(word: string): string {
  let w = word;
  if (/(?:ss|i)es$/.test(w)) w = w.slice(0, -2);
  else if (/[^s]s$/.test(w)) w = w.slice(0, -1);
  if (w.endsWith('eed')) return measure1.test(w.slice(0, -3)) ? w.slice(0, -1) : w;
  const past = /^(.+)(?:ed|ing)$/.exec(w);
  if (!past || !hasVowel.test(past[1]!)) return w;
  const base = past[1]!;
  if (/(?:at|bl|iz)$/.test(base) || shortEnd.test(base)) return `${base}e`;
  return doubled.test(base) ? base.slice(0, -1) : base;
}

function replaced(word: string, pattern: RegExp, by: Readonly<Record<string, string>>): string {
  const [, base, suffix] = pattern.exec(word) ?? [];
  return base !== undefined && measure1.test(base) ? base + by[suffix!]! : word;
}

function finalE(word: string): string {
  let w = word;
  if (w.endsWith('e')) {
    const base = w.slice(0, -1);
    if (measure2.test(base) || (measureIs1.test(base) && !shortEnd.test(base))) w = base;
  }
  return w.endsWith('ll') && measure2.test(w) ? w.slice(0, -1) : w;
}
