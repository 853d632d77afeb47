import { systemClock } from '../../src/base/clock';
import { EngineSearchStore } from '../../src/storage/searchStore';
import { makeStore, openEngine } from './fill';
import type { Conversation } from './locomo';
import { measureQuality, type Quality } from './quality';

/** The product's own search over a real store: each conversation a project, each turn an observation. */
export async function tidemarkQuality(
  conversations: readonly Conversation[],
  folder: string,
): Promise<Quality & { questions: number }> {
  const turnOf = new Map<number, string>();
  const talkOf = new Map<number, number>();
  const projects: number[] = [];
  const file = await makeStore(folder, (filler) => {
    for (const [index, { talks }] of conversations.entries()) {
      const projectId = filler.project(`conversation ${index}`);
      projects.push(projectId);
      for (const { number, at, turns } of talks) {
        const sessionId = filler.session(projectId, `${index}/${number}`, at);
        talkOf.set(sessionId, number);
        turns.forEach(({ id, text }, i) =>
          turnOf.set(filler.observation(sessionId, { title: text, at: at + i * 1000 }), id),
        );
      }
    }
  });
  const engine = await openEngine(file);
  try {
    const store = new EngineSearchStore(engine, systemClock);
    return await measureQuality(conversations, (index) => async (text) => {
      const query = { text, projectId: projects[index]!, limit: 10 };
      const [hits, sessions] = await Promise.all([store.search(query), store.searchSessions(query)]);
      return {
        turns: hits.map(({ id }) => turnOf.get(id)!),
        sessions: sessions.map(({ sessionId }) => talkOf.get(sessionId)!),
      };
    });
  } finally {
    await engine.close();
  }
}
