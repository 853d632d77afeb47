import { readFileSync } from 'node:fs';
import * as z from 'zod';

const turn = z.looseObject({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string(),
  blip_caption: z.string().optional(),
});
const schema = z.array(
  z.looseObject({
    conversation: z.record(z.string(), z.unknown()),
    qa: z.array(z.looseObject({ question: z.string(), evidence: z.array(z.string()).optional() })),
  }),
);

export interface Turn {
  /** `D3:11`: the eleventh of the third session. */
  readonly id: string;
  readonly text: string;
}

export interface Talk {
  readonly number: number;
  /** As the data says it: `1:56 pm on 8 May, 2023`. */
  readonly date: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly turns: Turn[];
}

export interface Question {
  readonly text: string;
  /** Ids of turns; none where the data names none that exists. */
  readonly evidence: string[];
}

export interface Conversation {
  readonly talks: Talk[];
  readonly questions: Question[];
}

/** LoCoMo: ten long conversations in sessions, with questions and the turns that answer them. */
export function readLocomo(file: string): Conversation[] {
  return schema.parse(JSON.parse(readFileSync(file, 'utf8'))).map(({ conversation, qa }) => {
    const talks = talksOf(conversation);
    const known = new Set(talks.flatMap(({ turns }) => turns.map(({ id }) => id)));
    const questions = qa.map(({ question, evidence = [] }) => ({
      text: question,
      // Some entries name several turns, or one that is not there.
      evidence: evidence.flatMap((entry) => entry.split(/[;\s]+/)).filter((id) => known.has(id)),
    }));
    return { talks, questions };
  });
}

function talksOf(conversation: Record<string, unknown>): Talk[] {
  return Object.keys(conversation).flatMap((key): Talk[] => {
    const number = /^session_(\d+)$/.exec(key)?.[1];
    if (number === undefined) return [];
    const date = z.string().parse(conversation[`${key}_date_time`]);
    const turns = z
      .array(turn)
      .parse(conversation[key])
      .map(({ dia_id, speaker, text, blip_caption }) => ({
        id: dia_id,
        text: `${speaker}: ${text}${blip_caption === undefined ? '' : ` ${blip_caption}`}`,
      }));
    return [{ number: Number(number), date, at: timeOf(date), turns }];
  });
}

function timeOf(date: string): number {
  const [, hour, minute, half, day] = /^(\d+):(\d+) ([ap])m on (.+)$/.exec(date) ?? [];
  const at = Date.parse(`${day} ${(Number(hour) % 12) + (half === 'p' ? 12 : 0)}:${minute} UTC`);
  if (Number.isNaN(at)) throw new Error(`No date: ${date}`);
  return at;
}
