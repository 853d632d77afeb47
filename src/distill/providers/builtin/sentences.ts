import { cut, oneLine } from './text';

/** Longer texts are read from their start only: what an agent or a person says of a turn is shorter. */
const READ_LIMIT = 20_000;
const UNITS_LIMIT = 200;

const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|resp|no|fig)\.$/i;

/** Where sentences end: a mark and a space outside of code, before what can begin a sentence. */
function splitSentences(line: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  let code = false;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === '`') code = !code;
    if (code || !'.!?'.includes(char)) continue;
    const next = /^["')\]]?\s+(?=[\p{Lu}\p{N}`"'([])/u.exec(line.slice(at + 1, at + 8));
    if (next === null || abbreviation.test(line.slice(Math.max(0, at - 8), at + 1))) continue;
    sentences.push(line.slice(start, at + 1 + next[0].trimEnd().length));
    start = at + 1 + next[0].length;
  }
  return [...sentences, line.slice(start)]
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** A question like "Shall I?" means nothing without what stands before it: both become one unit. */
function joinBareQuestions(sentences: readonly string[]): string[] {
  const joined: string[] = [];
  for (const sentence of sentences) {
    const before = joined.at(-1);
    if (before !== undefined && sentence.length <= 25 && sentence.endsWith('?'))
      joined[joined.length - 1] = `${before} ${sentence}`;
    else joined.push(sentence);
  }
  return joined;
}

/** Markdown emphasis, link targets and heading marks taken off; code keeps its backticks. */
function plain(line: string): string {
  return oneLine(
    line
      .replaceAll('**', '')
      .replaceAll('__', '')
      .replace(/\]\([^()\s]{1,300}\)/g, ']')
      .replace(/(^|[\s(])\*([^*\s][^*]{0,80})\*(?=[\s.,;:!?)]|$)/g, '$1$2')
      .replace(/^#{1,6}\s+/, ''),
  );
}

function tableRow(line: string): string {
  const cells = line
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '');
  const [first = '', ...rest] = cells;
  return rest.length === 0 ? first : `${first}: ${rest.join('; ')}.`;
}

/** The lines of a Markdown text as paragraphs, list items and table rows; code blocks are left out. */
function blocksOf(markdown: string): string[] {
  const blocks: string[] = [];
  let fenced = false;
  let open = false;
  const lines = markdown.slice(0, READ_LIMIT).split('\n');
  lines.forEach((raw, at) => {
    const line = raw.trim();
    if (line.startsWith('```') || line.startsWith('~~~')) fenced = !fenced;
    if (fenced || line === '' || /^[`~|:\s-]{3,}$/.test(line)) {
      open = false;
      return;
    }
    const item = /^(?:[-*+•]|\d{1,2}[.)])\s+(?=\S)/.exec(line);
    const row = line.startsWith('|');
    if (row && /^[|:\s-]{3,}$/.test((lines[at + 1] ?? '').trim())) return;
    const text = plain(row ? tableRow(line) : line.slice(item?.[0].length ?? 0));
    const heading = line.startsWith('#');
    if (open && item === null && !row && !heading) blocks[blocks.length - 1] += ` ${text}`;
    else blocks.push(text);
    open = !row && !heading;
  });
  return blocks;
}

/** A sentence, list item or table row: what can be remembered by itself. */
export interface Unit {
  text: string;
  /** It goes on from the unit before it, in the same paragraph. */
  follows: boolean;
}

/** The sentences, list items and table rows of a Markdown text, as plain text, in their order. */
export function unitsOf(markdown: string): Unit[] {
  return blocksOf(markdown)
    .flatMap((block) =>
      joinBareQuestions(splitSentences(block)).map((sentence, at) => ({
        text: sentence.replace(/[;,]$/, ''),
        follows: at > 0,
      })),
    )
    .filter(({ text }) => /[\p{L}\p{N}]{2}/u.test(text))
    .slice(0, UNITS_LIMIT);
}

/** Words by which a sentence shows that it tells something, and how much that counts. */
const cues: readonly (readonly [RegExp, number])[] = [
  [/\b(ruled out|not the cause|root cause)\b/i, 5],
  [/\b(because|caus(e|ed|es|ing)|due to|reason|turns? out|which is why|so that|means)\b/i, 3],
  [/\b(default(s|ed)?|regression|bug|broken?|flaw|mistake|wrong|leak|race|cycle|became|used to)\b/i, 3],
  [/\b(revert(ed|s)?|rolled back|abandon(ed)?|rejected|instead|unchanged)\b/i, 3],
  [
    /\b(decided|decision|agreed|chose|chosen|stays?|keeps?|kept|must|rule|go with|requires?|required|needs?)\b/i,
    2,
  ],
  [/\b(i'd|i would|recommend|suggest|prefer|propose)\b/i, 3],
  [/\b(not|cannot|no longer|never)\b|n't\b/i, 1],
  [
    /\b(proven|prove|unknown|unclear|confirm(ed)?|unverified|interrupted|(un)?finished|yet|open|todo|remaining|still|later|until)\b/i,
    2,
  ],
  [/\b\d+ (of|out of) \d+\b|\b\d+ (tests?|passed|passing|failed|failing)\b/i, 3],
  [/`[^`]{2,}`/, 1],
  [/\b[\w-]+\.[a-z]{1,5}\b/, 1],
  [/\b(now|only|at least|at most|exactly|first|twice)\b/i, 1],
  [/\d/, 1],
];
const filler =
  /^(yes|no|ok(ay)?|done|good|great|perfect|sure|thanks?|both fine|all set|fixed|committed|done and committed|fixed and committed)\b[^a-z]{0,3}$/i;

/** How much a unit tells: more is more, 0 or less tells nothing. */
export function unitScore(unit: string): number {
  if (filler.test(unit) || unit.endsWith(':')) return 0;
  const bounded = unit.slice(0, 500);
  return 1 + cues.reduce((sum, [cue, weight]) => sum + (cue.test(bounded) ? weight : 0), 0);
}

/** Words that limit what a sentence claims. What holds one is never left out. */
const limiting =
  /\b(not|no|never|except|unless|only|but|without|if|un\w+ed|maybe|probably|should)\b|n't\b|\?/i;

/** A unit without the details that stand in brackets. */
function withoutBrackets(unit: string): string {
  const shorter = unit.replace(/ \([^()`]{12,300}\)/g, (bracket) => (limiting.test(bracket) ? bracket : ''));
  return oneLine(shorter);
}

/** A sentence that starts so means something else, or nothing, without the one before it. */
const leaning =
  /^(it|its|this|that|these|those|they|both|so|then|but|and|otherwise|hence|therefore)\b|^(when|after|once|if|because|since) (\S+ ){1,3}(it|that|this|them)\b/i;

/** Whether a unit is understood only together with the one before it. */
export function leansBack(unit: Unit): boolean {
  return unit.follows && leaning.test(unit.text);
}

/** A sentence that starts so is true only beside everything that stands before it. */
const closing =
  /^(nothing|nobody|no one|nowhere|none|everything) else\b|^(no|all) others?\b|^the (rest|others)\b/i;

/** Chooses units one by one, each with the ones that it leans on, until the room is used up. */
class UnitChoice {
  readonly #short: string[];
  readonly #chosen = new Set<number>();

  constructor(
    private readonly units: readonly Unit[],
    private readonly told: (unit: Unit) => boolean,
    private room: number,
  ) {
    this.#short = units.map(({ text }) => withoutBrackets(text));
  }

  choose(): { at: number; text: string }[] {
    const ranked = this.units
      .map((unit, at) => ({ unit, at, value: this.#value(unit, at) }))
      .filter(({ unit, value }) => value > 0 && !this.told(unit))
      .sort((a, b) => b.value - a.value || a.at - b.at);
    const last = ranked.filter(({ unit }) => closing.test(unit.text));
    for (const { at } of ranked.filter((one) => !last.includes(one))) this.#take(at);
    for (const { at } of last) if (this.#allBefore(at)) this.#take(at);
    // Details in brackets come back in the order of worth, where room is left.
    const texts = new Map<number, string>();
    for (const { at } of ranked) if (this.#chosen.has(at)) texts.set(at, this.#longest(at));
    for (const at of this.#chosen) if (!texts.has(at)) texts.set(at, this.#longest(at));
    return [...texts].map(([at, text]) => ({ at, text })).sort((a, b) => a.at - b.at);
  }

  #value({ text }: Unit, at: number): number {
    return unitScore(text) / Math.sqrt(40 + (this.#short[at] ?? '').length);
  }

  #allBefore(at: number): boolean {
    return this.units.slice(0, at).every((unit, before) => this.#has(before) || unitScore(unit.text) <= 0);
  }

  #has(at: number): boolean {
    const unit = this.units[at];
    return this.#chosen.has(at) || (unit !== undefined && this.told(unit));
  }

  #take(at: number): void {
    const needed = [at];
    let first = at;
    for (let unit = this.units[at]; unit !== undefined && leansBack(unit); unit = this.units[first]) {
      first -= 1;
      needed.push(first);
    }
    const missing = needed.filter((one) => !this.#has(one));
    const length = missing.reduce((sum, one) => sum + (this.#short[one] ?? '').length + 2, 0);
    if (length > this.room) return;
    this.room -= length;
    for (const one of missing) this.#chosen.add(one);
  }

  #longest(at: number): string {
    const full = this.units[at]?.text ?? '';
    const short = this.#short[at] ?? '';
    const more = full.length - short.length;
    if (more > this.room) return short;
    this.room -= more;
    return full;
  }
}

/**
 * The units that tell most for their length and fit into `limit` characters, in their order; none that is
 * already told. What stands in brackets is a detail: it is kept only where room is left.
 */
export function chooseUnits(
  units: readonly Unit[],
  limit: number,
  told: (unit: Unit) => boolean = () => false,
): { at: number; text: string }[] {
  return new UnitChoice(units, told, limit).choose();
}

/** Units as one text: what has no end mark of its own gets a semicolon. */
export function joinUnits(units: readonly string[]): string {
  return units
    .map((unit, at) => (at === units.length - 1 || /[.!?;:…)]$/.test(unit) ? unit : `${unit};`))
    .join(' ');
}

/** The telling sentences of a text within `limit` characters; the cut start of the best where none fits whole. */
export function tellingText(text: string, limit: number): string {
  const units = unitsOf(text);
  const chosen = chooseUnits(units, limit);
  if (chosen.length > 0) return joinUnits(chosen.map(({ text: unit }) => unit));
  return cut(units.find((unit) => unitScore(unit.text) > 0)?.text ?? '', limit);
}
