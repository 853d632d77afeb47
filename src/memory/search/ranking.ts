/**
 * How what was found is put in order. Over BM25 of the single text, whose words may be few, stand those around it
 * and the session that it is part of: a turn that answers a question often doesn't repeat what the question is
 * about. All statistics are those of the texts that were searched, so that each project has its own rare words.
 */

/** A text in which something was found. */
export interface Candidate {
  readonly docid: number;
  readonly sessionId: number;
  /** Place in its session. */
  readonly position: number;
  readonly createdAt: number;
  readonly length: number;
  readonly sessionLength: number;
  /** Weighted hits, one number a wish. */
  readonly hits: readonly number[];
  /** Set by `rank`. */
  score: number;
}

/** What was searched, as a whole. */
export interface Collection {
  readonly documents: number;
  readonly length: number;
  readonly sessions: number;
}

export interface Ranking {
  /** Best first. */
  readonly documents: Candidate[];
  readonly sessions: SessionScore[];
  /** One number a wish. */
  readonly weights: Float64Array;
}

const K1 = 1.2;
const B = 0.75;
/** What a neighbour in the session adds, by its distance. */
const NEIGHBOURS: readonly (readonly [number, number])[] = [
  [-2, 0.1],
  [-1, 0.25],
  [1, 0.25],
  [2, 0.1],
];
/** What the best session adds to its texts, against the best text's own score. */
const SESSION_SHARE = 0.5;
/** How much a pin is worth: a gentle factor, no place of its own. */
const PIN_SHARE = 0.2;
/** The newest text has this much over one of the same fit that is very old. */
const RECENCY_SHARE = 0.05;
const RECENCY_MS = 30 * 24 * 3_600_000;

/** Rarity: what each wish is worth. */
function rarity(total: number, withTerm: number): number {
  return Math.log(1 + (Math.max(total, withTerm) - withTerm + 0.5) / (withTerm + 0.5));
}

/** BM25 of one text, or of one session. */
function fit(hits: readonly number[], weights: ArrayLike<number>, length: number, average: number): number {
  let score = 0;
  for (let wish = 0; wish < hits.length; wish++) {
    if (hits[wish]! > 0) score += weights[wish]! * saturated(hits[wish]!, length, average);
  }
  return score;
}

function saturated(hits: number, length: number, average: number): number {
  return (hits * (K1 + 1)) / (hits + K1 * (1 - B + (B * length) / average));
}

/**
 * @param common texts with the wish in all, for wishes that were too common to be looked for; 0 for the others.
 * @param now ms since the epoch.
 * @param pinned texts that a person wants to see first.
 */
export function rank(
  candidates: readonly Candidate[],
  collection: Collection,
  common: readonly number[],
  now: number,
  pinned: ReadonlySet<number> = new Set(),
): Ranking {
  const weights = Float64Array.from(common, (known, wish) => {
    const found = known || count(candidates, wish);
    return rarity(collection.documents, found);
  });
  const average = collection.length / Math.max(1, collection.documents);
  const documents = [...candidates];
  for (const document of documents) document.score = fit(document.hits, weights, document.length, average);
  const sessions = rankSessions(documents, collection, common.length);
  withSurroundings(documents, sessions, now, pinned);
  return { documents: documents.sort(byScore), sessions: [...sessions.values()].sort(byScore), weights };
}

interface Ranked {
  score: number;
  createdAt?: number;
  docid?: number;
}

/** Of the same fit the newest first. */
const byScore = (a: Ranked, b: Ranked) =>
  b.score - a.score || (b.createdAt ?? 0) - (a.createdAt ?? 0) || (b.docid ?? 0) - (a.docid ?? 0);

function count(candidates: readonly Candidate[], wish: number): number {
  let found = 0;
  for (const { hits } of candidates) if (hits[wish]! > 0) found++;
  return found;
}

interface SessionScore {
  readonly sessionId: number;
  /** Against the best session's, by the session's whole text. */
  whole: number;
  score: number;
}

/** Puts the sessions in order by what their best texts are worth in the end. */
export function orderSessions({ documents, sessions }: Ranking): void {
  const best = new Map<number, number>();
  for (const { sessionId, score } of documents)
    best.set(sessionId, Math.max(best.get(sessionId) ?? 0, score));
  const bestText = largest(best.values());
  for (const session of sessions)
    session.score = session.whole + (best.get(session.sessionId) ?? 0) / bestText;
  sessions.sort(byScore);
}

/** A session is as good as its whole text and its best single text, each against the best there is. */
function rankSessions(
  documents: readonly Candidate[],
  collection: Collection,
  wishes: number,
): Map<number, SessionScore> {
  const totals = new Map<number, { hits: number[]; length: number; best: number }>();
  for (const document of documents) {
    let total = totals.get(document.sessionId);
    if (!total) {
      total = { hits: new Array<number>(wishes).fill(0), length: document.sessionLength, best: 0 };
      totals.set(document.sessionId, total);
    }
    for (let wish = 0; wish < wishes; wish++) total.hits[wish]! += document.hits[wish]!;
    total.best = Math.max(total.best, document.score);
  }
  const average = collection.length / Math.max(1, collection.sessions);
  const weights = Array.from({ length: wishes }, (_, wish) => {
    let found = 0;
    for (const { hits } of totals.values()) if (hits[wish]! > 0) found++;
    return rarity(collection.sessions, found);
  });
  const wholes = new Map<number, number>();
  for (const [sessionId, { hits, length }] of totals) {
    wholes.set(sessionId, fit(hits, weights, length, average));
  }
  const bestWhole = largest(wholes.values());
  const bestText = largest([...totals.values()].map(({ best }) => best));
  return new Map(
    [...totals].map(([sessionId, { best }]) => {
      const whole = wholes.get(sessionId)! / bestWhole;
      return [sessionId, { sessionId, whole, score: whole + best / bestText }];
    }),
  );
}

function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most || 1;
}

function withSurroundings(
  documents: Candidate[],
  sessions: ReadonlyMap<number, SessionScore>,
  now: number,
  pinned: ReadonlySet<number>,
): void {
  const best = largest(documents.map(({ score }) => score));
  const places = new Map<number, Map<number, number>>();
  for (const { sessionId, position, score } of documents) {
    const session = places.get(sessionId) ?? new Map<number, number>();
    places.set(sessionId, session.set(position, score));
  }
  for (const document of documents) {
    const session = places.get(document.sessionId)!;
    for (const [distance, share] of NEIGHBOURS) {
      document.score += share * (session.get(document.position + distance) ?? 0);
    }
    document.score += SESSION_SHARE * best * sessions.get(document.sessionId)!.whole;
    const age = Math.max(0, now - document.createdAt);
    document.score *= 1 + RECENCY_SHARE * Math.exp(-age / RECENCY_MS);
    if (pinned.has(document.docid)) document.score *= 1 + PIN_SHARE;
  }
}
