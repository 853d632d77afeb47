import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { contextFileName } from '../capture/projectIdentity';
import { withoutHalves } from '../capture/scrub';
import type { ProjectRef } from '../capture/vocabulary';

/** What Claude Code takes at most, in characters. */
const longestContext = 10_000;
const largestFile = 1_048_576;

/**
 * What the agent is told in answer to an event: for the start of a session the project's ready-made context, if
 * there is one. Never throws.
 */
export function answerTo(event: string, storeDir: string, project: ProjectRef): string | undefined {
  if (event !== 'SessionStart') return undefined;
  try {
    const file = join(storeDir, 'context', contextFileName(project));
    if (statSync(file).size > largestFile) return undefined;
    const additionalContext = withoutHalves(readFileSync(file, 'utf8').slice(0, longestContext));
    if (additionalContext.trim() === '') return undefined;
    return JSON.stringify({ hookSpecificOutput: { hookEventName: event, additionalContext } });
  } catch {
    return undefined;
  }
}
