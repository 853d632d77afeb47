import { mkdir } from 'node:fs/promises';
import type { AgentId, ProjectRef, Subagent } from '../../src/capture/vocabulary';
import { openStore, project, toolUse, type OpenStore } from './store';

interface StoredWork {
  readonly prompt: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly agent?: AgentId;
  readonly project?: ProjectRef;
  /** Titles of what is remembered. */
  readonly observations?: readonly string[];
  /** Titles of what is remembered of a sub-agent's work. */
  readonly bySubagent?: { readonly subagent: Subagent; readonly titles: readonly string[] };
  /** Messages that have failed for good. */
  readonly failed?: number;
}

let count = 0;

/** Writes ended sessions of one prompt each into a folder that nobody keeps. */
export async function storeSessions(folder: string, sessions: readonly StoredWork[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const store = await openStore(folder);
  for (const session of sessions) await storeSession(store, session);
  await store.engine.close();
}

async function storeSession(store: OpenStore, work: StoredWork): Promise<void> {
  const { sessions } = store;
  const { agent = 'claude-code', project: where = project, at, prompt } = work;
  const { id } = await sessions.ensureSession(agent, `stored-${count++}`, where, at);
  await sessions.addPrompt(id, { text: prompt, at, dedupeKeys: [] });
  for (const title of work.observations ?? []) await observe(store, id, at, title);
  for (const title of work.bySubagent?.titles ?? [])
    await observe(store, id, at, title, work.bySubagent?.subagent);
  for (let n = 0; n < (work.failed ?? 0); n++) await fail(store, id, at);
  await sessions.endPrompt(id, 1, at);
  await sessions.endSession(id, 'exit', at);
}

async function observe(store: OpenStore, sessionId: number, at: number, title: string, subagent?: Subagent) {
  const { queue, memory } = store;
  const lease = `stored-${count++}`;
  const use = { ...toolUse(lease), ...(subagent && { subagent }) };
  const work = { sessionId, promptNumber: 1 };
  await queue.enqueue({ ...work, createdAt: at, body: { kind: 'observation', use }, dedupeKeys: [] });
  const { id } = (await queue.claimNext(sessionId, lease))!;
  const nothing = { facts: [], concepts: [], filesRead: [], filesModified: [] };
  const content = { type: 'discovery' as const, title, ...nothing };
  const distillation = { observations: [{ content, messageIds: [id] }], skips: [] };
  await memory.storeResults({ ...work, lease, messageIds: [id], provider: 'builtin', distillation });
}

async function fail({ queue }: OpenStore, sessionId: number, at: number): Promise<void> {
  const body = { kind: 'observation' as const, use: toolUse(`failing ${count++}`) };
  await queue.enqueue({ sessionId, promptNumber: 1, createdAt: at, body, dedupeKeys: [] });
  for (let attempt = 0; attempt < 3; attempt++) {
    const message = await queue.claimNext(sessionId, 'lease');
    const reason = 'The model answered with half a sentence.';
    await queue.markFailed([message!.id], 'lease', reason, { retryAt: 0 });
  }
}
