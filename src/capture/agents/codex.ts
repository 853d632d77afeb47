import { text } from '../agentPayload';
import type { Reading } from '../reading';
import type { JsonObject, JsonValue, SpooledEvent } from '../spoolRecord';
import type { AgentEvent, CommandAction, ToolUse } from '../vocabulary';
import { readPatch } from './codexPatch';
import { readTranslated, rename } from './translation';

const memberNames = { turn_id: 'prompt_id' };

/** Why an event of Codex that is understood gives nothing to remember. */
export const codexIgnoreRules = {
  'subagent-prompt': 'The agent’s own words to its sub-agent; the tool that started it tells them.',
} as const;

/**
 * Maps one spooled event of Codex to the vocabulary. It is nearest to Claude Code: a turn's id stands for the
 * prompt's, and a tool's answer is a text.
 */
export function readCodex(record: SpooledEvent): Reading {
  const payload = rename(record.payload, memberNames);
  if (record.event === 'UserPromptSubmit' && text(payload, 'agent_id') !== '')
    return { ignored: 'subagent-prompt' };
  const translated = record.event.startsWith('PostToolUse') ? withCommand(payload) : payload;
  const reading = readTranslated(record, { event: record.event, payload: translated });
  return 'type' in reading && reading.type === 'toolUsed' ? withPatch(reading) : reading;
}

/** `shell` and `apply_patch` are commands under names of their own. */
function withCommand(payload: JsonObject): JsonObject {
  const input = rename(payload['tool_input'], { cmd: 'command', input: 'command', patch: 'command' });
  const command = commandText(input['command']);
  const isCommand = /^(?:Bash|shell|local_shell|exec_command|apply_patch)$/.test(text(payload, 'tool_name'));
  if (!isCommand || command === undefined) return payload;
  return { ...payload, tool_name: 'Bash', tool_input: { ...input, command } };
}

function commandText(command: JsonValue | undefined): string | undefined {
  if (Array.isArray(command)) return command.map(String).join(' ');
  return typeof command === 'string' ? command : undefined;
}

/** A patch tells which files it changed, and how. */
function withPatch(event: AgentEvent & { type: 'toolUsed' }): AgentEvent {
  const { action } = event.use;
  if (action.kind !== 'command') return event;
  const changes = readPatch(action.command, event.cwd);
  if (changes.length === 0) return event;
  const changed: CommandAction = {
    ...action,
    command: 'apply_patch',
    files: changes.map(({ path }) => path),
    changes,
  };
  const [only] = changes;
  const use: ToolUse =
    changes.length === 1 && only !== undefined && only.deleted !== true
      ? { ...event.use, tool: 'apply_patch', action: { kind: 'edit', ...only } }
      : { ...event.use, tool: 'apply_patch', action: changed };
  return { ...event, use };
}
