import * as z from 'zod';
import { isIgnoredEvent } from '../events';
import type { SetAsideReason, SpooledEvent } from '../spoolRecord';
import type { AgentEvent, SessionStartSource, ToolUse } from '../vocabulary';
import { readToolAction, toolNameOf } from './claudeCodeTools';

/** Why an event of Claude Code that is understood gives nothing to remember. */
export const claudeCodeIgnoreRules = {
  'machine-prompt': 'A prompt that the program wrote to itself is not a prompt of a person.',
  'empty-prompt': 'A prompt without text says nothing.',
  'compaction-subagent': 'A sub-agent without a type is the one with which Claude Code compacts its context.',
  'uninteresting-event': 'This event repeats, announces or frames what other events tell.',
} as const;
export type ClaudeCodeIgnoreRule = keyof typeof claudeCodeIgnoreRules;

/** What one spooled event of Claude Code comes to. */
export type ClaudeCodeReading = AgentEvent | { setAside: SetAsideReason } | { ignored: ClaudeCodeIgnoreRule };

/** Elements with which the program's own texts start. Others (`<div>` …) are what a person pasted. */
const machineElements = [
  'task-notification',
  'system-reminder',
  'local-command-stdout',
  'local-command-stderr',
  'local-command-caveat',
  'command-name',
  'command-message',
  'bash-input',
  'bash-stdout',
  'bash-stderr',
  'user-prompt-submit-hook',
  'teammate-message',
];

/** Whether the program wrote the text to itself, where a person's prompt could stand. */
export function isMachineText(text: string): boolean {
  const words = text.trimStart();
  return machineElements.some((name) => words.startsWith(`<${name}>`) || words.startsWith(`<${name} `));
}

const startSources: readonly SessionStartSource[] = ['startup', 'resume', 'clear', 'compact', 'fork'];

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const commonSchema = z.looseObject({ session_id: z.string().min(1), cwd: text, prompt_id: text });
const promptSchema = z.looseObject({ prompt: z.string() });
const toolSchema = z.looseObject({
  tool_name: z.string().min(1),
  tool_input: z.unknown().optional(),
  tool_response: z.unknown().optional(),
  tool_use_id: text,
  duration_ms: z.number().optional().catch(undefined),
  is_interrupt: flag,
  agent_id: text,
  agent_type: text,
});
const failedToolSchema = toolSchema.extend({ error: z.unknown().optional() });
const turnSchema = z.looseObject({ last_assistant_message: text, error: text, error_details: text });
const subagentSchema = z.looseObject({
  agent_id: z.string().min(1),
  agent_type: text,
  last_assistant_message: text,
});
const compactSchema = z.looseObject({ compact_summary: text });
const sessionSchema = z.looseObject({ source: text, reason: text, imported_title: text });

/** The part of an event that depends on its kind. */
type Body = AgentEvent extends infer E ? (E extends AgentEvent ? Omit<E, keyof Common> : never) : never;
type Common = Pick<
  AgentEvent,
  'eventId' | 'at' | 'agent' | 'agentSessionId' | 'cwd' | 'project' | 'promptId'
>;
type Rejection = { setAside: SetAsideReason } | { ignored: ClaudeCodeIgnoreRule };

/** Present fields only: an absent text is left out, not stored as undefined. */
function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

function readPrompt(record: SpooledEvent): Body | Rejection {
  if (record.privatePrompt) return { type: 'privatePrompt' };
  const prompt = promptSchema.safeParse(record.payload);
  if (!prompt.success) return { setAside: 'bad-payload' };
  const words = prompt.data.prompt.trim();
  if (words === '') return { ignored: 'empty-prompt' };
  if (isMachineText(words)) return { ignored: 'machine-prompt' };
  return { type: 'prompt', text: words };
}

type ToolPayload = z.infer<typeof toolSchema>;

function readToolUse(payload: ToolPayload, cwd: string, interrupted: boolean): ToolUse {
  return {
    ...optional('toolUseId', payload.tool_use_id),
    tool: toolNameOf(payload.tool_name),
    action: readToolAction(payload.tool_name, payload.tool_input, payload.tool_response, cwd),
    ...(interrupted ? { interrupted } : {}),
    ...optional('durationMs', payload.duration_ms),
    ...(payload.agent_id === undefined
      ? {}
      : { subagent: { id: payload.agent_id, ...optional('type', payload.agent_type) } }),
  };
}

const interruptedSchema = z.looseObject({ interrupted: z.literal(true) });

function readToolUsed(record: SpooledEvent, cwd: string): Body | Rejection {
  const parsed = toolSchema.safeParse(record.payload);
  if (!parsed.success) return { setAside: 'bad-payload' };
  const interrupted = interruptedSchema.safeParse(parsed.data.tool_response).success;
  return { type: 'toolUsed', use: readToolUse(parsed.data, cwd, interrupted) };
}

function readToolFailed(record: SpooledEvent, cwd: string): Body | Rejection {
  const parsed = failedToolSchema.safeParse(record.payload);
  if (!parsed.success) return { setAside: 'bad-payload' };
  const error = parsed.data.error;
  const use = readToolUse(parsed.data, cwd, parsed.data.is_interrupt === true);
  return {
    type: 'toolFailed',
    use: { ...use, error: typeof error === 'string' ? error : (JSON.stringify(error) ?? '') },
  };
}

function readTurnEnd(record: SpooledEvent, failed: boolean): Body | Rejection {
  const parsed = turnSchema.safeParse(record.payload);
  if (!parsed.success) return { setAside: 'bad-payload' };
  const { last_assistant_message: said, error, error_details: details } = parsed.data;
  const failure = [error, details].filter(Boolean).join(': ') || 'unknown';
  return { type: 'turnEnded', ...optional('lastAssistantMessage', said), ...(failed ? { failure } : {}) };
}

function readSubagentEnd(record: SpooledEvent): Body | Rejection {
  const parsed = subagentSchema.safeParse(record.payload);
  if (!parsed.success) return { setAside: 'bad-payload' };
  const { agent_id: id, agent_type: type, last_assistant_message: said } = parsed.data;
  if (type === '') return { ignored: 'compaction-subagent' };
  return {
    type: 'subagentEnded',
    subagent: { id, ...optional('type', type) },
    ...optional('lastAssistantMessage', said),
  };
}

function readBody(record: SpooledEvent, cwd: string): Body | Rejection {
  const session = () => sessionSchema.parse(record.payload);
  switch (record.event) {
    case 'SessionStart': {
      const { source: told, imported_title: title } = session();
      const source = startSources.find((known) => known === told);
      return { type: 'sessionStarted', source: source ?? 'other', ...optional('title', title) };
    }
    case 'UserPromptSubmit':
      return readPrompt(record);
    case 'PostToolUse':
      return readToolUsed(record, cwd);
    case 'PostToolUseFailure':
      return readToolFailed(record, cwd);
    case 'Stop':
      return readTurnEnd(record, false);
    case 'StopFailure':
      return readTurnEnd(record, true);
    case 'SubagentStop':
      return readSubagentEnd(record);
    case 'PostCompact':
      return { type: 'compacted', summary: compactSchema.parse(record.payload).compact_summary ?? '' };
    case 'SessionEnd':
      return { type: 'sessionEnded', reason: session().reason ?? 'other' };
    default:
      return isIgnoredEvent(record.event)
        ? { ignored: 'uninteresting-event' }
        : { setAside: 'unknown-event' };
  }
}

/**
 * Maps one spooled event of Claude Code to the vocabulary. Never throws: what isn't understood comes back as a
 * reason to set it aside, what is understood but tells nothing as the rule by which it is ignored.
 */
export function readClaudeCode(record: SpooledEvent): ClaudeCodeReading {
  const parsed = commonSchema.safeParse(record.payload);
  if (!parsed.success) return { setAside: 'bad-payload' };
  const cwd = parsed.data.cwd ?? record.project.root;
  const body = readBody(record, cwd);
  if ('setAside' in body || 'ignored' in body) return body;
  return {
    eventId: record.id,
    at: record.at,
    agent: record.agent,
    agentSessionId: parsed.data.session_id,
    cwd,
    project: record.project,
    ...optional('promptId', parsed.data.prompt_id),
    ...body,
  };
}
