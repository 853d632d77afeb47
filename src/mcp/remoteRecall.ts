import type { Backend } from '../keeper/protocol';
import type { RecallStore } from '../memory/recall';

/** The memory as the window that keeps it gives it. Calls reject with what the connection does. */
export function remoteRecall(keeper: Backend): RecallStore {
  return {
    search: (query) => keeper.call('search', { query }),
    observation: (id) => keeper.call('observation', { id }),
    summary: (id) => keeper.call('summary', { id }),
    findProject: (key) => keeper.call('findProject', { key }),
    timeline: (around) => keeper.call('timeline', around),
    addNote: (note) => keeper.call('addNote', { note }),
  };
}
