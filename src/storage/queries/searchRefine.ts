import type { ParsedQuery, Variant } from '../../memory/search/queryText';
import type { Ranking } from '../../memory/search/ranking';
import type { Sql } from '../sql';

/** The best are read once more, word by word. */
const REFINED = 100;
/** What two words of the question standing side by side add, against the rarer one's worth. */
const ADJACENT_SHARE = 0.5;

/**
 * Puts the best in order again by what the index can't tell cheaply: whether words that stand side by side in the
 * question do so in the text, and the wishes that were too common to be looked for.
 */
export function refine(
  sql: Sql,
  { documents, weights }: Ranking,
  { wishes }: ParsedQuery,
  common: readonly number[],
): void {
  if (wishes.length < 2) return;
  const first = wishes.map(({ variants }) => variants[0]!);
  const best = documents.slice(0, REFINED);
  const terms = termsOf(
    sql,
    best.map(({ docid }) => docid),
  );
  for (const document of best) {
    const text = terms.get(document.docid);
    if (!text) continue;
    document.score += adjacent(text, first, weights);
    common.forEach((count, wish) => {
      if (count > 0 && contains(text, first[wish]!)) document.score += weights[wish]!;
    });
  }
  best.sort((a, b) => b.score - a.score || b.docid - a.docid);
  documents.splice(0, best.length, ...best);
}

/** The indexed terms, with a space before and after each. */
function termsOf(sql: Sql, docids: readonly number[]): Map<number, string> {
  const rows = sql.all<{ docid: number; text: string }>(
    `SELECT docid, ' ' || title || ' | ' || body || ' | ' || names || ' ' AS text FROM search_index
     WHERE docid IN (SELECT value FROM json_each(?))`,
    JSON.stringify(docids),
  );
  return new Map(rows.map(({ docid, text }) => [docid, text]));
}

function contains(text: string, { terms, isPrefix }: Variant): boolean {
  return text.includes(` ${terms.join(' ')}${isPrefix ? '' : ' '}`);
}

function adjacent(text: string, variants: readonly Variant[], weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < variants.length; i++) {
    const pair = ` ${variants[i]!.terms.join(' ')} ${variants[i + 1]!.terms.join(' ')} `;
    if (text.includes(pair)) sum += ADJACENT_SHARE * Math.min(weights[i]!, weights[i + 1]!);
  }
  return sum;
}
