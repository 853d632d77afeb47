import type { Memory } from './fill';

/** A generator of chance that gives the same numbers each time. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const topics =
  `login session token cache queue retry parser lexer socket window tree view index search query schema
migration upload download image thumbnail invoice payment refund cart checkout user profile avatar email template
timezone calendar report chart export import settings theme locale router middleware server client worker thread lock
stream buffer encoder decoder cipher certificate proxy header cookie redirect test fixture snapshot lint build bundle
release changelog licence docker compose cluster pod deploy rollback metric trace alert budget quota limit`.split(
    /\s+/,
  );
const acts = `Fixed Added Removed Renamed Refactored Tested Reverted Measured Documented Replaced`.split(' ');
const ties = `because the of in a to when it was and that for with on after before so which from not`.split(
  ' ',
);

/** Words as rare and as common as in real notes (Zipf): a few everywhere, most of them hardly ever. */
function word(random: () => number): string {
  const rank = Math.floor(Math.exp(random() * Math.log(20_000)));
  const topic = topics[rank % topics.length]!;
  if (rank < topics.length) return topic;
  const other = topics[(rank * 7) % topics.length]!;
  return `${topic}${other[0]!.toUpperCase()}${other.slice(1)}${Math.floor(rank / topics.length)}`;
}

/** One observation of about 300 characters. */
export function memory(random: () => number, at: number): Memory {
  const sentence = (words: number) =>
    Array.from({ length: words }, (_, i) =>
      i % 2 ? ties[Math.floor(random() * ties.length)]! : word(random),
    ).join(' ');
  const file = `/home/dev/shop/src/${word(random)}/${word(random)}.ts`;
  return {
    title: `${acts[Math.floor(random() * acts.length)]!} ${sentence(5)}`,
    narrative: `${sentence(16)}. ${sentence(14)}.`,
    files: [file],
    at,
  };
}

/** What people and agents ask: a name, two words, and whole questions with common words. */
export function queries(random: () => number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    if (i % 4 === 0) return word(random);
    if (i % 4 === 1) return `${word(random)} ${word(random)}`;
    if (i % 4 === 2) return `how did the ${word(random)} get ${word(random)} in ${word(random)}`;
    return `why was the ${topics[i % 20]!} of the ${word(random)} not fixed with ${word(random)} and ${topics[i % 7]!}`;
  });
}
