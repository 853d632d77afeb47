import { mkdir } from 'node:fs/promises';
import { openStore, project, toolUse } from './store';

/** A store that a person has paused, with one turn of two messages that wait. */
export async function makePausedStore(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { engine, sessions, queue } = await openStore(folder);
  const { id } = await sessions.ensureSession('claude-code', 'waiting', project, Date.now());
  await sessions.addPrompt(id, { text: 'When is the shop open?', at: Date.now(), dedupeKeys: [] });
  const common = { sessionId: id, promptNumber: 1, createdAt: Date.now(), dedupeKeys: [] };
  await queue.enqueue({ ...common, body: { kind: 'observation', use: toolUse('t1', 'never on Sundays') } });
  const lastAssistantMessage = 'It is closed on Sundays.';
  await queue.enqueue({ ...common, body: { kind: 'summary', lastUserMessage: '', lastAssistantMessage } });
  await engine.call('setMeta', { key: 'paused', value: 'true' });
  await engine.close();
}
