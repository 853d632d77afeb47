import { removePrivate } from '../capture/privacy';
import { identifyProject } from '../capture/projectIdentity';
import { scrub } from '../capture/scrub';
import type { JsonObject, SpooledEvent } from '../capture/spoolRecord';
import type { AgentId, ProjectRef } from '../capture/vocabulary';
import type { PrivateMarker } from './privateMarker';

/** Events that a prompt leads to, and that would tell what it was about. */
const ledToByPrompt = new Set([
  'PostToolUse',
  'PostToolUseFailure',
  'Stop',
  'StopFailure',
  'SubagentStop',
  'PostCompact',
]);

/** The agent's name of the event; empty if it gave none. */
export function eventOf(payload: JsonObject): string {
  return text(payload, 'hook_event_name') || text(payload, 'hookEventName');
}

export function sessionIdOf(payload: JsonObject): string {
  return text(payload, 'session_id') || text(payload, 'sessionId');
}

/** The agent that runs the hook; several run hooks that were written for Claude Code. */
export function agentOf(environment: NodeJS.ProcessEnv): AgentId {
  return environment['COPILOT_CLI'] === '1' ? 'copilot-cli' : 'claude-code';
}

/** The payload's project, with nothing private or secret in it. */
export function projectOf(payload: JsonObject): ProjectRef {
  const project = identifyProject(text(payload, 'cwd') || process.cwd());
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
    event: eventOf(scrubbed),
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
  const promptId = text(payload, 'prompt_id');
  if (event === 'SessionEnd') marker.clear();
  if (ledToByPrompt.has(event)) return !marker.covers(promptId);
  if (event !== 'UserPromptSubmit') return true;
  if (isPrivatePrompt(payload)) {
    marker.set(promptId);
  } else if (text(payload, 'prompt').trimStart().startsWith('<task-notification>')) {
    // The machine reports on what the private prompt started, under a prompt id of its own.
    if (!marker.isSet()) return true;
    marker.set('');
    return false;
  } else {
    marker.clear();
  }
  return true;
}

function isPrivatePrompt(payload: JsonObject): boolean {
  if (eventOf(payload) !== 'UserPromptSubmit') return false;
  const open = removePrivate(text(payload, 'prompt'));
  return open.removed > 0 && open.text.trim() === '';
}

/** Write repeats the whole former file in its response, and nothing reads that. */
function withoutUnused(payload: JsonObject): JsonObject {
  const response = payload['tool_response'];
  if (typeof response !== 'object' || response === null || Array.isArray(response)) return payload;
  const rest = { ...response };
  delete rest['originalFile'];
  return { ...payload, tool_response: rest };
}

function text(payload: JsonObject, name: string): string {
  const value = Object.hasOwn(payload, name) ? payload[name] : undefined;
  return typeof value === 'string' ? value : '';
}
