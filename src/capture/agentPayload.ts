import type { JsonObject } from './spoolRecord';
import type { AgentId } from './vocabulary';

/**
 * What every agent's payload tells of itself, whatever the agent calls it. The hook program asks it, so nothing
 * here needs a package; what the events mean is for the adapters in `agents/`.
 */

/** Events of Gemini CLI that no other agent has. */
const geminiEvents = /^(?:Before|After)(?:Agent|Tool|Model|ToolSelection)$|^PreCompress$/;

/**
 * The agent that runs the hook. One settings entry can be run by several, and an agent that another one started
 * inherits its environment: so what only one agent sends counts first, and the environment where that is silent.
 */
export function agentOf(payload: JsonObject, environment: NodeJS.ProcessEnv): AgentId {
  const transcript = text(payload, 'transcript_path');
  const isCodex =
    has(payload, 'turn_id') ||
    text(payload, 'type') === 'agent-turn-complete' ||
    /[\\/]rollout-[^\\/]*\.jsonl$/.test(transcript);
  if (isCodex) return 'codex';
  const session = environment['GEMINI_SESSION_ID'];
  const isGemini =
    geminiEvents.test(eventOf(payload)) ||
    /[\\/]\.gemini[\\/]/.test(transcript) ||
    (session !== undefined && session === text(payload, 'session_id'));
  if (isGemini) return 'gemini-cli';
  if (/[\\/]\.claude[\\/]projects[\\/]/.test(transcript) || has(payload, 'prompt_id')) return 'claude-code';
  if (environment['COPILOT_CLI'] === '1' || has(payload, 'tool_result') || has(payload, 'parent_agent_id'))
    return 'copilot-cli';
  if (/[\\/]workspaceStorage[\\/]/.test(transcript)) return 'vscode';
  if (has(payload, 'sessionId')) return has(payload, 'hookEventName') ? 'vscode' : 'copilot-cli';
  return 'claude-code';
}

/** The agent's name of the event; empty if neither a name nor the payload's shape tells it. */
export function eventOf(payload: JsonObject): string {
  const named = text(payload, 'hook_event_name') || text(payload, 'hookEventName');
  if (named) return named;
  if (text(payload, 'type') === 'agent-turn-complete') return 'agent-turn-complete';
  return has(payload, 'sessionId') ? text(payload, 'hookName') || namelessEvent(payload) : '';
}

/** Members by which a payload without a name is known, most telling first. */
const shapes: readonly [event: string, ...members: string[]][] = [
  ['userPromptTransformed', 'transformedPrompt'],
  ['userPromptSubmitted', 'prompt'],
  ['postToolUse', 'toolName', 'toolResult'],
  ['postToolUseFailure', 'toolName', 'error'],
  ['preToolUse', 'toolName'],
  ['subagentStop', 'agentName', 'stopReason'],
  ['subagentStart', 'agentName'],
  ['agentStop', 'stopReason'],
  ['sessionStart', 'source'],
  ['sessionEnd', 'reason'],
  ['errorOccurred', 'error'],
  ['preCompact', 'trigger'],
];

/** Copilot CLI's camelCase payloads don't name their event. */
function namelessEvent(payload: JsonObject): string {
  return shapes.find(([, ...members]) => members.every((name) => has(payload, name)))?.[0] ?? '';
}

/** The session that the event belongs to: of a sub-agent that has a session of its own, its parent's. */
export function sessionIdOf(payload: JsonObject): string {
  const names = ['parent_agent_id', 'parentAgentId', 'session_id', 'sessionId', 'thread-id'];
  return names.map((name) => text(payload, name)).find((id) => id !== '') ?? '';
}

/** The agent's id of the prompt in work; empty where it gives none. */
export function promptIdOf(payload: JsonObject): string {
  return text(payload, 'prompt_id') || text(payload, 'turn_id');
}

const promptEvents = new Set(['UserPromptSubmit', 'userPromptSubmitted', 'BeforeAgent']);

export function isPromptEvent(event: string): boolean {
  return promptEvents.has(event);
}

/**
 * The prompt as the person wrote it. Gemini CLI puts what a hook gave it in front, escaped, so that our own memory
 * would come back as a prompt, and a private prompt would not look like one.
 */
export function promptOf(payload: JsonObject): string {
  const prompt = text(payload, 'prompt');
  const isGemini = geminiEvents.test(eventOf(payload));
  return isGemini ? prompt.replace(/^(?:<hook_context>[^<]*<\/hook_context>\s*)+/, '') : prompt;
}

/** Whether the prompt was written by an agent: to its sub-agent, or to itself about work in the background. */
export function isMachinePrompt(payload: JsonObject): boolean {
  const subagent = ['agent_id', 'agentId', 'parent_agent_id', 'parentAgentId'];
  return (
    subagent.some((name) => text(payload, name) !== '') ||
    text(payload, 'prompt').trimStart().startsWith('<task-notification>')
  );
}

const eventsAfterPrompt = new Set([
  ...['PostToolUse', 'PostToolUseFailure', 'Stop', 'StopFailure', 'SubagentStop', 'PostCompact'],
  ...['postToolUse', 'postToolUseFailure', 'agentStop', 'subagentStop', 'errorOccurred'],
  ...['AfterTool', 'AfterAgent'],
]);

/** Whether a prompt leads to the event, which would tell what the prompt was about. */
export function isLedToByPrompt(event: string): boolean {
  return eventsAfterPrompt.has(event);
}

export function isSessionEnd(event: string): boolean {
  return event === 'SessionEnd' || event === 'sessionEnd';
}

export function isSessionStart(event: string): boolean {
  return event === 'SessionStart' || event === 'sessionStart';
}

function has(payload: JsonObject, name: string): boolean {
  return Object.hasOwn(payload, name);
}

/** A text member of the payload; empty if it is not there or no text. */
export function text(payload: JsonObject, name: string): string {
  const value = has(payload, name) ? payload[name] : undefined;
  return typeof value === 'string' ? value : '';
}
