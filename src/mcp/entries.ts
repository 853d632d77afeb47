import type { RecallStore } from '../memory/recall';
import { memoryId, observationEntry, parseMemoryId, summaryEntry } from '../memory/recallText';

/** The full entries; one that is not there is said to be gone. */
export async function entriesOf(store: RecallStore, ids: readonly string[], now: number): Promise<string[]> {
  return Promise.all(
    ids.map(async (text) => {
      const ref = parseMemoryId(text);
      if (!ref) return `${JSON.stringify(text)} is no id.`;
      if (ref.kind === 'summary') {
        const found = await store.summary(ref.id);
        return found ? summaryEntry(found, now) : `${memoryId(ref)} is not remembered.`;
      }
      const found = await store.observation(ref.id);
      return found ? observationEntry(found, now) : `${memoryId(ref)} is not remembered.`;
    }),
  );
}

/** Entries in order of time, or why there are none. */
export async function timelineEntries(
  store: RecallStore,
  around: string,
  range: { before: number; after: number; projectId?: number },
  now: number,
): Promise<string[] | string> {
  const at = await timeOf(store, around);
  if (at === undefined) return `${JSON.stringify(around)} is neither a remembered id nor a time.`;
  const { observations, summaries } = await store.timeline({ ...range, at });
  return [
    ...observations.map((o) => ({ at: o.createdAt, text: observationEntry(o, now) })),
    ...summaries.map((s) => ({ at: s.createdAt, text: summaryEntry(s, now) })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => text);
}

async function timeOf(store: RecallStore, around: string): Promise<number | undefined> {
  const ref = parseMemoryId(around);
  if (ref) {
    const found = ref.kind === 'summary' ? await store.summary(ref.id) : await store.observation(ref.id);
    return found?.createdAt;
  }
  const at = Date.parse(around);
  return Number.isNaN(at) ? undefined : at;
}
