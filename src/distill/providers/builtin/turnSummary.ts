import type { ObservationContent, SummaryContent } from '../../../memory/observation';
import { SUMMARY_LIMIT, summaryText } from '../../../memory/observation';
import type { Unit } from './sentences';
import { chooseUnits, joinUnits, leansBack, unitScore, unitsOf } from './sentences';
import { cut, oneLine, unique } from './text';

/** Room for the request: the answer has the larger part, unless it needs less. */
const LEAST_FOR_REQUEST = 140;
const MOST_FOR_REQUEST = 240;
const FAILURE_LIMIT = 200;

const fields = ['investigated', 'learned', 'completed', 'nextSteps'] as const;
type Field = (typeof fields)[number];

const proposal =
  /\b(shall i|should i|want me to|would you like|tell me if|let me know|i'd|i would|i could|we could|ways? out|options?)\b|\?$/i;
const openEnd =
  /^open\b|\b(next|todo|to do|not (yet|proven|confirmed|finished|run|tested|migrated|done)|have not|haven't|can't|cannot|couldn't|unknown|unclear|must|remain(s|ing)?|interrupted)\b/i;
const cause = /\b(root cause|because|makes|means|caused|due to|cycle)\b/i;
const later = /\b(needs?|should|worth|until)\b/i;
const work =
  /^(fixed|added|changed|removed|committed|created|moved|renamed|updated|wrote|kept|done|reverted)\b|\b(is|are|was|were|now|been|i) (now )?(fixed|added|changed|removed|committed|created|moved|renamed|deleted|updated|required|reverted|done|uses?|writes?|has|exports?|stopped|green)\b|\b(tests? pass(es|ed)?|pass(es|ed)? with|now (has|goes?|throws?))\b/i;
const search =
  /\b(ruled out|i (checked|looked|searched|scanned|tried|compared|ran|read)|users of|the only mention|counts?)\b/i;

/** Under which question of a summary a sentence of the answer belongs. */
function fieldOf(unit: string, proposing: boolean): Field {
  if (proposing || proposal.test(unit) || openEnd.test(unit)) return 'nextSteps';
  if (cause.test(unit)) return 'learned';
  if (later.test(unit)) return 'nextSteps';
  if (search.test(unit)) return 'investigated';
  return work.test(unit) ? 'completed' : 'learned';
}

/** Whether a unit stands in a list of proposals: from "Two ways out:" to the end of its sentence run. */
function proposingUnits(units: readonly Unit[]): boolean[] {
  let proposing = false;
  return units.map(({ text }) => {
    if (text.endsWith(':')) proposing = proposal.test(text);
    else if (proposing && /^[\p{Lu}`]/u.test(text)) proposing = false;
    return proposing;
  });
}

/** Sentences that lean on each other stay together: elsewhere an "it" would mean something else. */
function fieldOfGroup(members: readonly Field[]): Field {
  const [first = 'learned'] = members;
  return first !== 'completed' && members.includes('nextSteps') ? 'nextSteps' : first;
}

function answerFields(units: readonly Unit[], room: number, told: (unit: Unit) => boolean): Answer {
  const proposing = proposingUnits(units);
  // An option looks like a deed when it stands alone: it is marked, and the mark needs room.
  const marked = units.map((unit, at) =>
    proposing[at] && !unit.text.endsWith(':') ? { ...unit, text: `Option: ${unit.text}` } : unit,
  );
  const groups: { at: number; text: string }[][] = [];
  for (const chosen of chooseUnits(marked, room, told)) {
    const unit = marked[chosen.at];
    const before = groups.at(-1);
    const leans = unit !== undefined && leansBack(unit) && before?.at(-1)?.at === chosen.at - 1;
    if (leans) before?.push(chosen);
    else groups.push([chosen]);
  }
  const said = new Map<Field, string[]>();
  for (const group of groups) {
    const field = fieldOfGroup(group.map(({ at, text }) => fieldOf(text, proposing[at] ?? false)));
    said.set(field, [...(said.get(field) ?? []), ...group.map(({ text }) => text)]);
  }
  return Object.fromEntries(
    fields.flatMap((field) => (said.has(field) ? [[field, joinUnits(said.get(field) ?? [])]] : [])),
  );
}

const asking =
  /^(please|now|then|and|also)?,? ?(can|could|would|why|how|what|where|does|is|are|add|fix|make|write|change|move|split|remove|delete|rename|check|find|look|start|stop|use|go|keep|leave|show|run|update|implement|create|test|explain|review|refactor|don't|do not|no|never)\b|\?$|\b(please|agreed|go with|instead|but)\b/i;

const deciding = /\b(so|no)\b/i;

/** A first sentence of some length says what the rest is about. */
function requestScore(unit: string, at: number): number {
  const score = unitScore(unit);
  if (score <= 0) return 0;
  return (
    score +
    (asking.test(unit) ? 4 : 0) +
    (deciding.test(unit) ? 2 : 0) +
    (at === 0 && unit.length > 30 ? 4 : 0)
  );
}

/** What the person asked, in the sentences that ask or decide; a long one is cut rather than left out. */
function requestOf(prompt: string, limit: number): string {
  let room = limit;
  const chosen = unitsOf(prompt)
    .map(({ text: unit }, at) => ({ unit, at, score: requestScore(unit, at) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .flatMap(({ unit, at }, rank) => {
      const text = rank === 0 ? cut(unit, room) : unit;
      if (text.length > room) return [];
      room -= text.length + 2;
      return [{ text, at }];
    })
    .sort((a, b) => a.at - b.at);
  return chosen.length > 0 ? joinUnits(chosen.map(({ text }) => text)) : cut(oneLine(prompt), limit);
}

/** What ends a turn, as the messages tell it. */
export interface TurnEnd {
  lastUserMessage: string;
  lastAssistantMessage: string;
  /** The error with which the turn failed, in its words. */
  failure?: string;
  /** Nobody told that the turn ended. */
  interrupted?: boolean;
}

type Answer = Partial<Record<Field, string>>;

/** The answer in its fields, a failure last among what was learned. */
function answerOf(end: TurnEnd, room: number, told: (unit: Unit) => boolean): Answer {
  const units = unitsOf(end.lastAssistantMessage);
  if (end.interrupted) return { learned: 'The turn was interrupted before it came to an end.' };
  if (end.failure === undefined) return answerFields(units, room, told);
  const failed = `The turn failed: ${cut(oneLine(end.failure), FAILURE_LIMIT)}`;
  const answer = answerFields(units, room - failed.length - 2, told);
  return {
    ...answer,
    learned: joinUnits([...(answer.learned === undefined ? [] : [answer.learned]), failed]),
  };
}

/**
 * What a turn came to, in the words that were said: sentences are chosen and sorted, never made. Nothing that
 * an earlier summary of the turn already says is said again; undefined where nothing is left to say.
 */
export function summarise(
  end: TurnEnd,
  found: readonly ObservationContent[],
  earlier: readonly SummaryContent[],
): SummaryContent | undefined {
  const told = earlier.map(summaryText).join('\n');
  const room = SUMMARY_LIMIT - fields.length - requestOf(end.lastUserMessage, LEAST_FOR_REQUEST).length;
  // The same message again would be summarised in the same words: its left out sentences are no news.
  const whole = answerOf(end, room, () => false);
  if (earlier.length > 0 && Object.values(whole).every((text) => told.includes(text))) return undefined;
  const answer = earlier.length === 0 ? whole : answerOf(end, room, ({ text }) => told.includes(text));
  const left = SUMMARY_LIMIT - fields.length - Object.values(answer).join('').length;
  const request = requestOf(end.lastUserMessage, Math.min(MOST_FOR_REQUEST, left));
  if (request === '' && Object.keys(answer).length === 0) return undefined;
  return {
    request,
    ...answer,
    filesRead: unique(found.flatMap((observation) => observation.filesRead)),
    filesModified: unique(found.flatMap((observation) => observation.filesModified)),
  };
}
