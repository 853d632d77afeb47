import MiniSearch from 'minisearch';
import initSqlJs, { type Database } from 'sql.js';
import type { Conversation } from './locomo';
import type { Ask } from './quality';

/** A way to search texts: their numbers, best first. */
type Index = (texts: readonly string[]) => (question: string) => number[];

/** Turns and, in an index of their own, whole sessions. They are given the same words as Tidemark: the date, too. */
export function baseline(make: Index): (conversation: Conversation) => Ask {
  return ({ talks }) => {
    const turns = talks.flatMap((talk) =>
      talk.turns.map(({ id, text }) => ({ id, text: `${text} ${talk.date}` })),
    );
    const findTurns = make(turns.map(({ text }) => text));
    const findTalks = make(talks.map((talk) => [...talk.turns.map(({ text }) => text), talk.date].join(' ')));
    return async (question) => ({
      turns: findTurns(question).map((i) => turns[i]!.id),
      sessions: findTalks(question).map((i) => talks[i]!.number),
    });
  };
}

export const minisearch: Index = (texts) => {
  const index = new MiniSearch({ fields: ['text'] });
  index.addAll(texts.map((text, id) => ({ id, text })));
  return (question) => index.search(question).map(({ id }) => id as number);
};

/** SQLite's FTS4 with its Porter tokenizer; BM25 over `matchinfo`, by the book. */
export async function fts4bm25(): Promise<Index> {
  const { Database } = await initSqlJs();
  return (texts) => {
    const db = new Database();
    db.run('CREATE VIRTUAL TABLE texts USING fts4(text, tokenize=porter)');
    texts.forEach((text, id) => db.run('INSERT INTO texts (docid, text) VALUES (?, ?)', [id, text]));
    return (question) => ask(db, question);
  };
}

export function orQuery(question: string): string {
  return [...new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])]
    .map((word) => `"${word}"`)
    .join(' OR ');
}

function ask(db: Database, question: string): number[] {
  const statement = db.prepare(`SELECT docid, matchinfo(texts, 'pcnalx') FROM texts WHERE texts MATCH ?`);
  statement.bind([orQuery(question)]);
  const found: [number, number][] = [];
  while (statement.step()) {
    const [docid, info] = statement.get() as [number, Uint8Array];
    found.push([docid, bm25(new Uint32Array(info.slice().buffer))]);
  }
  statement.free();
  return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([docid]) => docid);
}

/** One column: phrases, columns, rows, average length, length, then hits here, hits and rows of each phrase. */
function bm25(info: Uint32Array): number {
  const [phrases, , rows, average, length] = info as unknown as [number, number, number, number, number];
  let score = 0;
  for (let phrase = 0; phrase < phrases; phrase++) {
    const [hits, , withHits] = info.subarray(5 + phrase * 3) as unknown as [number, number, number];
    const weight = Math.log(1 + (rows - withHits + 0.5) / (withHits + 0.5));
    score += (weight * hits * 2.2) / (hits + 1.2 * (0.25 + (0.75 * length) / average));
  }
  return score;
}
