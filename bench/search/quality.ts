import type { Conversation } from './locomo';

/** Fractions of 1. */
export interface Quality {
  /** Of a question's evidence, how much is among the first five, or ten, turns. */
  turnRecall5: number;
  turnRecall10: number;
  /** Of all questions, how many have a session with evidence as the first, or among the first five. */
  sessionHit1: number;
  sessionHit5: number;
}

/** Turns and sessions of one conversation, best first. */
export interface Found {
  turns: string[];
  sessions: number[];
}

/** Searches one conversation. */
export type Ask = (question: string) => Promise<Found>;

/** Over the questions that name evidence. */
export async function measureQuality(
  conversations: readonly Conversation[],
  ask: (conversation: number) => Ask,
): Promise<Quality & { questions: number }> {
  const sum = { turnRecall5: 0, turnRecall10: 0, sessionHit1: 0, sessionHit5: 0 };
  let questions = 0;
  for (const [index, conversation] of conversations.entries()) {
    const search = ask(index);
    const sessionOf = new Map(conversation.talks.flatMap((t) => t.turns.map(({ id }) => [id, t.number])));
    for (const { text, evidence } of conversation.questions) {
      if (evidence.length === 0) continue;
      questions++;
      const { turns, sessions } = await search(text);
      const right = new Set(evidence.map((id) => sessionOf.get(id)!));
      sum.turnRecall5 += recall(evidence, turns.slice(0, 5));
      sum.turnRecall10 += recall(evidence, turns.slice(0, 10));
      sum.sessionHit1 += Number(sessions.slice(0, 1).some((session) => right.has(session)));
      sum.sessionHit5 += Number(sessions.slice(0, 5).some((session) => right.has(session)));
    }
  }
  const mean = (value: number) => Math.round((value / questions) * 1000) / 1000;
  return {
    turnRecall5: mean(sum.turnRecall5),
    turnRecall10: mean(sum.turnRecall10),
    sessionHit1: mean(sum.sessionHit1),
    sessionHit5: mean(sum.sessionHit5),
    questions,
  };
}

function recall(evidence: readonly string[], found: readonly string[]): number {
  return evidence.filter((id) => found.includes(id)).length / evidence.length;
}
