import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPromptEvent, isSessionStart } from '../capture/agentPayload';
import { contextCharacters, readContextSettings } from '../capture/contextSettings';
import { contextFileName } from '../capture/projectIdentity';
import { withoutHalves } from '../capture/scrub';
import type { JsonObject } from '../capture/spoolRecord';
import type { AgentId, ProjectRef } from '../capture/vocabulary';
import { promptContext } from './promptContext';

const largestFile = 1_048_576;
/** Those whose answer to a prompt may carry context. */
const takesContextOnPrompt: ReadonlySet<AgentId> = new Set(['claude-code', 'codex', 'gemini-cli']);

/**
 * What the agent is told in answer to an event: for the start of a session the project's ready-made context, if
 * there is one; for a prompt what is remembered about it, where a person has turned that on. Never throws.
 */
export function answerTo(
  agent: AgentId,
  event: string,
  storeDir: string,
  project: ProjectRef,
  payload: JsonObject,
): { text: string; characters: number } | undefined {
  const context = contextFor(agent, event, storeDir, project, payload);
  if (context === undefined) return undefined;
  return { text: JSON.stringify(answerOf(agent, event, context)), characters: context.length };
}

function contextFor(
  agent: AgentId,
  event: string,
  storeDir: string,
  project: ProjectRef,
  { prompt }: JsonObject,
): string | undefined {
  if (isSessionStart(event)) return startContext(storeDir, project);
  if (!takesContextOnPrompt.has(agent) || !isPromptEvent(event) || typeof prompt !== 'string')
    return undefined;
  return promptContext(storeDir, project, prompt, readContextSettings(storeDir));
}

function startContext(storeDir: string, project: ProjectRef): string | undefined {
  try {
    const file = join(storeDir, 'context', contextFileName(project));
    if (statSync(file).size > largestFile) return undefined;
    const budget = contextCharacters(readContextSettings(storeDir));
    const text = withoutHalves(withinBudget(readFileSync(file, 'utf8'), budget));
    return text.trim() === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Whole lines from the beginning, and the last one, which closes the mark around them. */
function withinBudget(text: string, budget: number): string {
  if (text.length <= budget) return text;
  const lines = text.split('\n');
  const tail = lines.pop()!;
  let length = tail.length;
  const kept = lines.slice(
    0,
    lines.findIndex((line) => (length += line.length + 1) > budget),
  );
  // A day without anything under it.
  if (kept.at(-1)?.startsWith('## ')) kept.pop();
  return kept.length === 0 ? text.slice(0, budget) : [...kept, tail].join('\n');
}

/** Copilot CLI reads the top level alone; to Codex anything but the known members there is a failed hook. */
function answerOf(agent: AgentId, event: string, additionalContext: string) {
  return agent === 'copilot-cli'
    ? { additionalContext }
    : { hookSpecificOutput: { hookEventName: event, additionalContext } };
}
