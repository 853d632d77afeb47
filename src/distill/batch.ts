import type { MemoryStore } from '../memory/memoryStore';
import type { PersistentMessage } from '../queue/message';
import type { SessionStore, StoredSession } from '../session/sessionStore';
import type { Batch } from './provider';

/** Titles of a session's other turns that a batch carries at most. */
const MOST_TITLES = 30;

/** Everything that a provider may know about these messages of one session and one prompt. */
export async function batchOf(
  session: Pick<StoredSession, 'id' | 'agent' | 'project'>,
  messages: readonly PersistentMessage[],
  { sessions, memory }: { sessions: SessionStore; memory: MemoryStore },
): Promise<Batch> {
  const { promptNumber } = messages[0]!;
  const [prompts, remembered, summaries, otherTitles] = await Promise.all([
    sessions.getPrompts(session.id),
    memory.observations(session.id, promptNumber),
    memory.summaries(session.id),
    memory.otherTitles(session.id, promptNumber, MOST_TITLES),
  ]);
  const { id, agent, project } = session;
  return {
    session: { id, agent, project: project.name, root: project.root },
    promptNumber,
    prompt: prompts.find(({ number }) => number === promptNumber)?.text ?? '',
    remembered,
    summaries: summaries.filter((summary) => summary.promptNumber === promptNumber),
    otherTitles,
    messages,
  };
}
