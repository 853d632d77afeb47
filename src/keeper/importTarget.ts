import type { ImportTarget } from '../capture/transcripts/importTranscripts';
import type { Keeper } from './keeper';

/** Takes past sessions straight into the store that this process keeps. */
export function importTarget({ sessions, capture }: Keeper): ImportTarget {
  return {
    async importedBefore(agent, agentSessionId) {
      const session = await sessions.findSession(agent, agentSessionId);
      if (!session) return undefined;
      const { endedAt } = session;
      return { prompts: await sessions.getPrompts(session.id), ...(endedAt !== undefined && { endedAt }) };
    },
    acceptEvent: (record) => capture.accept(record),
  };
}
