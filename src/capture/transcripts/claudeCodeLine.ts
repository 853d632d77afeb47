import * as z from 'zod';
import type { JsonObject, JsonValue } from '../spoolRecord';

/** Types of lines that tell nothing of the work, or repeat what others tell. */
const silentTypes = new Set([
  ...['summary', 'file-history-snapshot', 'file-history-delta', 'system', 'progress', 'pr-link'],
  ...['agent-name', 'last-prompt', 'permission-mode', 'mode', 'bridge-session'],
  ...['agent-color', 'agent-setting', 'tag'],
]);

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const common = z.looseObject({
  type: z.string(),
  uuid: text,
  parentUuid: text,
  sessionId: text,
  agentId: text,
  promptId: text,
  cwd: text,
  timestamp: text,
  isSidechain: flag,
});
const block = z.looseObject({
  type: z.string(),
  text,
  id: text,
  name: text,
  input: z.custom<JsonValue>().optional(),
  tool_use_id: text,
  content: z.custom<JsonValue>().optional(),
  is_error: flag,
});
const content = z
  .union([z.string(), z.array(block.optional().catch(undefined))])
  .transform((given) =>
    typeof given === 'string' ? [{ type: 'text', text: given }] : given.filter((part) => part !== undefined),
  );
const userLine = common.extend({
  message: z.looseObject({ content }),
  toolUseResult: z.custom<JsonValue>().optional(),
  isMeta: flag,
  isCompactSummary: flag,
  origin: z.looseObject({ kind: text }).optional().catch(undefined),
  forkedFrom: z.unknown().optional(),
});
const assistantLine = common.extend({
  message: z.looseObject({ id: text, model: text, content }),
  isApiErrorMessage: flag,
  forkedFrom: z.unknown().optional(),
});
const queueLine = common.extend({ operation: text, content: text });
/** A person's own name of the session, and the one that the agent made. Repeated each turn: the last one counts. */
const titleLine = common.extend({ customTitle: text, aiTitle: text });
const attachmentLine = common.extend({
  attachment: z.looseObject({ type: text, prompt: content.optional().catch(undefined), commandMode: text }),
});

export type Common = z.infer<typeof common>;
export type Block = z.infer<typeof block>;
export type UserLine = z.infer<typeof userLine>;
export type AssistantLine = z.infer<typeof assistantLine>;

/** A line of a transcript of Claude Code as far as an importer needs it. */
export type Line =
  | { kind: 'user'; line: UserLine }
  | { kind: 'assistant'; line: AssistantLine }
  | { kind: 'queue'; line: z.infer<typeof queueLine> }
  | { kind: 'queuedPrompt'; line: Common; text: string }
  | { kind: 'title'; line: z.infer<typeof titleLine> }
  | { kind: 'silent' | 'unknown' | 'undecodable' };

/** Reads one line of any version. Never throws: a known type in an unknown shape is `undecodable`. */
export function readClaudeCodeLine(value: JsonObject | undefined): Line {
  const type = value?.['type'];
  if (typeof type !== 'string') return { kind: 'undecodable' };
  if (silentTypes.has(type)) return { kind: 'silent' };
  switch (type) {
    case 'user': {
      const { data } = userLine.safeParse(value);
      return data ? (data.forkedFrom ? { kind: 'silent' } : { kind: 'user', line: data }) : undecodable;
    }
    case 'assistant': {
      const { data } = assistantLine.safeParse(value);
      return data ? (data.forkedFrom ? { kind: 'silent' } : { kind: 'assistant', line: data }) : undecodable;
    }
    case 'queue-operation': {
      const { data } = queueLine.safeParse(value);
      return data ? { kind: 'queue', line: data } : undecodable;
    }
    case 'custom-title':
    case 'ai-title': {
      const { data } = titleLine.safeParse(value);
      return data ? { kind: 'title', line: data } : undecodable;
    }
    case 'attachment': {
      const { data } = attachmentLine.safeParse(value);
      if (!data) return undecodable;
      const { type: kind, prompt, commandMode } = data.attachment;
      if (kind !== 'queued_command' || !prompt || commandMode === 'task-notification') return silent;
      return { kind: 'queuedPrompt', line: data, text: textOf(prompt) };
    }
    default:
      return { kind: 'unknown' };
  }
}

const undecodable: Line = { kind: 'undecodable' };
const silent: Line = { kind: 'silent' };

/** The texts of a message's blocks, in lines. */
export function textOf(blocks: readonly Block[]): string {
  return blocks.flatMap(({ type, text: words }) => (type === 'text' && words ? [words] : [])).join('\n');
}
