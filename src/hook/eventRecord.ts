import {
  eventOf,
  isLedToByPrompt,
  isMachinePrompt,
  promptOf,
  isPromptEvent,
  isSessionEnd,
  promptIdOf,
  text,
} from '../capture/agentPayload';
import { isAboutExcluded } from '../capture/excludedFiles';
import type { Exclusions } from '../capture/exclusions';
import { removePrivate } from '../capture/privacy';
import { identifyProject } from '../capture/projectIdentity';
import { scrub } from '../capture/scrub';
import type { JsonObject, SpooledEvent } from '../capture/spoolRecord';
import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { PrivateMarker } from './privateMarker';

/** Where the agent works. */
export function cwdOf(payload: JsonObject): string {
  return text(payload, 'cwd') || process.cwd();
}

/** Whether a person has set that nothing is captured of this project, or of a file that the event is about. */
export function isExcluded(payload: JsonObject, exclusions: Exclusions): boolean {
  const cwd = cwdOf(payload);
  if (exclusions.coversProject(cwd, () => identifyProject(cwd).root)) return true;
  return isAboutExcluded(payload, exclusions.files, cwd);
}

/** The payload's project, with nothing private or secret in it. */
export function projectOf(payload: JsonObject): ProjectRef {
  const project = identifyProject(cwdOf(payload));
  return scrub({ ...project }).value as unknown as ProjectRef;
}

/** What the spool gets of an event. The payload is not changed. */
export function eventRecord(
  payload: JsonObject,
  origin: { id: string; at: number; agent: AgentId; project: ProjectRef },
): SpooledEvent {
  const { value, redactions } = scrub(withoutUnused(payload));
  const scrubbed = value as JsonObject;
  const privatePrompt = isPrivatePrompt(payload);
  if (privatePrompt) scrubbed['prompt'] = '';
  return {
    v: 1,
    ...origin,
    event: scrub(eventOf(payload)).value as string,
    payload: scrubbed,
    ...(privatePrompt && { privatePrompt }),
    ...(Object.keys(redactions).length > 0 && { redactions }),
  };
}

/**
 * Follows the prompts of a session, and says whether the event may be recorded. The marker is set before anything
 * of a private prompt is written, so that there is no moment in which its tools would be recorded.
 */
export function admit(payload: JsonObject, marker: PrivateMarker): boolean {
  const event = eventOf(payload);
  const promptId = promptIdOf(payload);
  if (isSessionEnd(event)) marker.clear();
  if (isLedToByPrompt(event)) return !marker.covers(promptId);
  if (!isPromptEvent(event)) return true;
  if (isMachinePrompt(payload)) {
    // What the private prompt started goes on under another prompt id, or in a sub-agent.
    if (!marker.isSet()) return true;
    marker.set('');
    return false;
  }
  if (isPrivatePrompt(payload)) marker.set(promptId);
  else marker.clear();
  return true;
}

function isPrivatePrompt(payload: JsonObject): boolean {
  if (!isPromptEvent(eventOf(payload)) || isMachinePrompt(payload)) return false;
  const open = removePrivate(promptOf(payload));
  return open.removed > 0 && open.text.trim() === '';
}

/** Without our own memory before a prompt; Write repeats the whole former file, and nothing reads that. */
function withoutUnused(given: JsonObject): JsonObject {
  const payload = typeof given['prompt'] === 'string' ? { ...given, prompt: promptOf(given) } : given;
  const response = payload['tool_response'];
  if (typeof response !== 'object' || response === null || Array.isArray(response)) return payload;
  const rest = { ...response };
  delete rest['originalFile'];
  return { ...payload, tool_response: rest };
}
