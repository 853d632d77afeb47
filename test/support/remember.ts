import type { AgentId, ProjectRef } from '../../src/capture/vocabulary';
import type { ObservationContent } from '../../src/memory/observation';
import { project as anyProject, toolUse, type OpenStore } from './store';

export interface Remembered extends Partial<ObservationContent> {
  title: string;
  session?: string;
  agent?: AgentId;
  project?: ProjectRef;
  at?: number;
}

let count = 0;

/** Stores an observation by the way of every one: queued, claimed, distilled. Its id and its session's. */
export async function remember(
  { sessions, queue, memory }: OpenStore,
  { session = 's', agent = 'claude-code', project = anyProject, at = 1_000, ...content }: Remembered,
): Promise<{ id: number; sessionId: number }> {
  const { id: sessionId } = await sessions.ensureSession(agent, session, project, at);
  const key = `remember-${count++}`;
  const base = { sessionId, promptNumber: 1, createdAt: at };
  const body = { kind: 'observation' as const, use: toolUse(key) };
  const message = await queue.enqueue({ ...base, body, dedupeKeys: [{ key }] });
  await queue.claimNext(sessionId, key);
  const full = {
    type: 'note' as const,
    facts: [],
    concepts: [],
    filesRead: [],
    filesModified: [],
    ...content,
  };
  await memory.storeResults({
    ...{ sessionId, promptNumber: 1, lease: key, messageIds: [message.id!], provider: 'builtin' },
    distillation: {
      observations: [{ content: full, messageIds: [message.id!] }],
      skips: [],
    },
  });
  return { id: (await memory.observations(sessionId)).at(-1)!.id, sessionId };
}
