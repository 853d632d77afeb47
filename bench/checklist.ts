import type { SessionMemory } from './recordedSession';
import { OBSERVATION_LIMIT, observationText, SUMMARY_LIMIT, summaryText } from '../src/memory/observation';

/** What must be remembered of a recorded session, and what must not. */
export interface Checklist {
  mustRemember: { id: string; fact: string; anyOf: string[] }[];
  filesModified: string[];
  filesRead: string[];
  commandsFailed: string[];
  mustNotClaim: string[];
  mustNotContain: string[];
}

interface ExactScore {
  missing: string[];
  extra: string[];
}

/** How a session's memory stands against its checklist. */
export interface Score {
  remembered: string[];
  forgotten: string[];
  filesModified: ExactScore;
  filesRead: ExactScore;
  commandsFailed: ExactScore;
  falseClaims: string[];
  leaks: string[];
  overLimit: string[];
  repeats: number;
}

/** How long each text is may not hide what it says: found anywhere, in any case. */
function contains(texts: readonly string[], words: string): boolean {
  return texts.some((text) => text.toLowerCase().includes(words.toLowerCase()));
}

function exact(wanted: readonly string[], got: readonly string[]): ExactScore {
  return {
    missing: wanted.filter((item) => !got.includes(item)),
    extra: [...new Set(got)].filter((item) => !wanted.includes(item)),
  };
}

/** A failed command counts as told when its words stand in an observation of a failure. */
function failures(wanted: readonly string[], memory: SessionMemory): ExactScore {
  const told = memory.observations.filter((one) => one.type === 'failure').map((one) => observationText(one));
  return {
    missing: wanted.filter((command) => !told.some((text) => text.includes(command))),
    extra: told
      .filter((text) => !wanted.some((command) => text.includes(command)))
      .map((text) => text.split('\n')[0] ?? ''),
  };
}

/** Holds a session's memory against its checklist. */
export function score(checklist: Checklist, memory: SessionMemory): Score {
  const observations = memory.observations.map((one) => observationText(one));
  const summaries = memory.summaries.map((one) => summaryText(one));
  const texts = [...observations, ...summaries];
  const found = (item: Checklist['mustRemember'][number]) =>
    item.anyOf.some((words) => contains(texts, words));
  const all = [...memory.observations, ...memory.summaries];
  // Paths are part of what is remembered: a secret in one is a leak, too.
  const everything = [...texts, ...all.flatMap((one) => [...one.filesModified, ...one.filesRead])];
  return {
    remembered: checklist.mustRemember.filter(found).map(({ id }) => id),
    forgotten: checklist.mustRemember.filter((item) => !found(item)).map(({ id }) => id),
    filesModified: exact(
      checklist.filesModified,
      all.flatMap((one) => one.filesModified),
    ),
    filesRead: exact(
      checklist.filesRead,
      all.flatMap((one) => one.filesRead),
    ),
    commandsFailed: failures(checklist.commandsFailed, memory),
    falseClaims: checklist.mustNotClaim.filter((words) => contains(texts, words)),
    leaks: checklist.mustNotContain.filter((words) => contains(everything, words)),
    overLimit: [
      ...observations.filter((text) => text.length > OBSERVATION_LIMIT),
      ...summaries.filter((text) => text.length > SUMMARY_LIMIT),
    ],
    repeats: observations.length - new Set(observations).size,
  };
}

/** Facts, files and failed commands that were told, and how many there were to tell or were told wrongly. */
export function recallOf({ remembered, forgotten }: Pick<Score, 'remembered' | 'forgotten'>): number {
  return remembered.length / Math.max(1, remembered.length + forgotten.length);
}
