import type { ParsedQuery, Variant, Wish } from '../../memory/search/queryText';
import { namesOf, tokensOf } from '../../memory/search/tokens';
import type { Sql } from '../sql';

/** Of a hit in a field, in the order of the index's columns: title, body, names. */
const FIELD_WEIGHTS = [1.5, 1, 1.2];
const FIELDS = FIELD_WEIGHTS.length;
/** Terms of one beginning whose texts are counted; a beginning with more is common anyway. */
const MOST_ENDINGS = 50;

export interface Match {
  /** For FTS4's MATCH. Made of terms alone, so that it is never an error. */
  readonly expression: string;
  /** Weighted hits, one number a wish, out of what `matchinfo(…, 'y')` answers. */
  hits(found: Uint8Array): number[];
}

/**
 * What FTS4 is asked for: all that is required and, if there is more, any of it. Undefined where nothing was
 * wished for.
 * @param common wishes that are left out have a number other than 0.
 */
export function matchOf(parsed: ParsedQuery, common: readonly number[], file?: string): Match | undefined {
  const owners: { wish: number; weight: number }[] = [];
  const write = (wish: Wish, index: number) => {
    for (const { weight } of wish.variants) owners.push({ wish: index, weight });
    return `(${wish.variants.map(phrase).join(' OR ')})`;
  };
  const sought = parsed.wishes.map((wish, index) => ({ wish, index })).filter(({ index }) => !common[index]);
  const required = sought.filter(({ wish }) => wish.isRequired);
  const wished = sought.filter(({ wish }) => !wish.isRequired);
  const all = required.map(({ wish, index }) => write(wish, index)).join(' AND ');
  // The required part stands there twice, so that the rest only adds to it; it is counted once.
  if (all && wished.length > 0) for (const { wish } of required) repeat(wish);
  const any = wished.map(({ wish, index }) => write(wish, index)).join(' OR ');
  let expression = all && any ? `((${all}) OR ((${all}) AND (${any})))` : all || any;
  const name = file === undefined ? undefined : fileTerm(file);
  if (name) expression = expression ? `((${expression}) AND names:${name})` : `names:${name}`;
  if (!expression) return undefined;
  for (const variant of parsed.excluded) expression = `${expression} NOT ${phrase(variant)}`;
  return { expression, hits: (found) => hitsOf(found, owners, parsed.wishes.length) };

  function repeat(wish: Wish): void {
    owners.push(...wish.variants.map(() => ({ wish: -1, weight: 0 })));
  }
}

function phrase({ terms, isPrefix }: Variant): string {
  return `"${terms.join(' ')}${isPrefix ? '*' : ''}"`;
}

/** The term under which each file with this path, or this end of a path, is indexed. */
function fileTerm(file: string): string | undefined {
  const name = file.split(/[/\\]+/).at(-1)!;
  return namesOf(name)[0] ?? tokensOf(name)[0]?.term;
}

function hitsOf(
  found: Uint8Array,
  owners: readonly { wish: number; weight: number }[],
  wishes: number,
): number[] {
  const numbers = new DataView(found.buffer, found.byteOffset, found.byteLength);
  const hits = new Array<number>(wishes).fill(0);
  for (let i = 0; i < owners.length; i++) {
    const { wish, weight } = owners[i]!;
    if (wish < 0) continue;
    for (let field = 0; field < FIELDS; field++) {
      const count = numbers.getUint32((i * FIELDS + field) * 4, true);
      if (count > 0) hits[wish]! += weight * FIELD_WEIGHTS[field]! * count;
    }
  }
  return hits;
}

type CountOf = (term: string, isPrefix: boolean) => number;

/** How many texts have the wish, about: of a phrase, its rarest term. */
export function documentsWith({ variants }: Wish, countOf: CountOf): number {
  let documents = 0;
  for (const { terms, isPrefix } of variants) {
    documents += Math.min(...terms.map((term, i) => countOf(term, isPrefix && i === terms.length - 1)));
  }
  return documents;
}

/** How many texts have a term, or terms with a beginning. */
export function termCounts(sql: Sql): CountOf {
  sql.run('CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING fts4aux(main, search_index)');
  const one = `SELECT documents AS n FROM temp.search_terms WHERE term = ? AND col = '*'`;
  const many = `SELECT ifnull(sum(documents), 0) AS n FROM (SELECT documents FROM temp.search_terms
    WHERE term >= ?1 AND term < ?1 || char(1114109) AND col = '*' LIMIT ${MOST_ENDINGS})`;
  return (term, isPrefix) => sql.get<{ n: number }>(isPrefix ? many : one, term)?.n ?? 0;
}
