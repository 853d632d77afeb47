import { join } from 'node:path';
import { openStore } from '../support/store';
import { observationText, summaryText } from '../../src/memory/observation';

/** Everything that a store remembers, without ids: equal where the same work came in. */
export async function memoryOf(folder: string) {
  const { engine, sessions, memory, queue } = await openStore(folder);
  try {
    const all = [];
    for (const { id, agentSessionId, promptCount } of await sessions.listSessions({ limit: 10_000 })) {
      const observations = await memory.observations(id);
      const summaries = await memory.summaries(id);
      all.push({
        agentSessionId,
        promptCount,
        observations: observations
          .map((o) => `${o.promptNumber} ${o.createdAt} ${observationText(o)} ${o.filesModified.join()}`)
          .sort(),
        summaries: summaries.map((s) => `${s.promptNumber} ${s.createdAt} ${summaryText(s)}`).sort(),
        outcomes: (await memory.toolOutcomes(id))
          .map((o) => `${o.toolUseId} ${o.outcome} ${o.rule ?? ''}`)
          .sort(),
      });
    }
    return {
      file: join(folder, 'tidemark.db'),
      queue: queue.counts(),
      sessions: all.sort((a, b) => a.agentSessionId.localeCompare(b.agentSessionId)),
    };
  } finally {
    await engine.close();
  }
}
