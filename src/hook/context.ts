import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSessionStart } from '../capture/agentPayload';
import { contextFileName } from '../capture/projectIdentity';
import { withoutHalves } from '../capture/scrub';
import type { AgentId, ProjectRef } from '../capture/vocabulary';

/** What Claude Code takes at most, in characters; the other agents set no lower limit. */
const longestContext = 10_000;
const largestFile = 1_048_576;

/**
 * What the agent is told in answer to an event: for the start of a session the project's ready-made context, if
 * there is one. Never throws.
 */
export function answerTo(
  agent: AgentId,
  event: string,
  storeDir: string,
  project: ProjectRef,
): string | undefined {
  if (!isSessionStart(event)) return undefined;
  try {
    const file = join(storeDir, 'context', contextFileName(project));
    if (statSync(file).size > largestFile) return undefined;
    const additionalContext = withoutHalves(readFileSync(file, 'utf8').slice(0, longestContext));
    if (additionalContext.trim() === '') return undefined;
    return JSON.stringify(answerOf(agent, event, additionalContext));
  } catch {
    return undefined;
  }
}

/** Copilot CLI reads the top level alone; to Codex anything but the known members there is a failed hook. */
function answerOf(agent: AgentId, event: string, additionalContext: string) {
  return agent === 'copilot-cli'
    ? { additionalContext }
    : { hookSpecificOutput: { hookEventName: event, additionalContext } };
}
