import type { Reading } from '../reading';
import type { JsonObject, JsonValue, SpooledEvent } from '../spoolRecord';
import { callId, readTranslated, rename, timeOf } from './translation';

const eventNames: Readonly<Record<string, string>> = {
  BeforeAgent: 'UserPromptSubmit',
  AfterTool: 'PostToolUse',
  AfterAgent: 'Stop',
};

const toolNames: Readonly<Record<string, string>> = {
  run_shell_command: 'Bash',
  read_file: 'Read',
  write_file: 'Write',
  replace: 'Edit',
  search_file_content: 'Grep',
  grep_search: 'Grep',
  glob: 'Glob',
  list_directory: 'LS',
  web_fetch: 'WebFetch',
  google_web_search: 'WebSearch',
  invoke_agent: 'Agent',
};

/** Why an event of Gemini CLI that is understood gives nothing to remember. */
export const geminiCliIgnoreRules = {
  'subagent-end': 'The tool that started the sub-agent tells what it said at its end.',
} as const;

const inputNames = { agent_name: 'description', absolute_path: 'file_path', dir_path: 'path' };

/**
 * Maps one spooled event of Gemini CLI to the vocabulary. It gives no ids of prompts and calls: its time stands
 * for them.
 */
export function readGeminiCli(record: SpooledEvent): Reading {
  const event = eventNames[record.event] ?? record.event;
  const payload = rename(record.payload, { prompt_response: 'last_assistant_message' });
  const time = timeOf(payload['timestamp']);
  const eventKey = time === undefined ? {} : { eventKey: String(time) };
  if (payload['tool_name'] === 'complete_task') return { ignored: 'subagent-end' };
  if (event !== 'PostToolUse') return readTranslated(record, { event, payload, ...eventKey });
  return readTranslated(record, { ...translateTool(payload, time), ...eventKey });
}

function translateTool(payload: JsonObject, time: number | undefined) {
  const given = typeof payload['tool_name'] === 'string' ? payload['tool_name'] : '';
  const tool = toolNames[given] ?? mcpName(given);
  const input = rename(payload['tool_input'], tool === 'WebFetch' ? { prompt: 'url' } : inputNames);
  const response = rename(payload['tool_response'], {});
  const id = callId(time, tool, input);
  const common: JsonObject = {
    ...payload,
    tool_name: tool,
    tool_input: input,
    ...(id !== undefined && { tool_use_id: id }),
  };
  const output = textOf(response['llmContent'] ?? response['returnDisplay']);
  const error = errorOf(tool, response['error'], output);
  if (error !== undefined) return { event: 'PostToolUseFailure', payload: { ...common, error } };
  return { event: 'PostToolUse', payload: { ...common, tool_response: responseOf(tool, output) } };
}

/** `mcp_server_tool` as Claude Code names the tools of MCP servers, where the parts can be told apart. */
function mcpName(name: string): string {
  const [, server, tool] = /^mcp_([^_]+)_(.+)$/.exec(name) ?? [];
  return server !== undefined && tool !== undefined ? `mcp__${server}__${tool}` : name;
}

/** The model's part of an answer: a text, a part with a text, or a list of either. */
function textOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(textOf).filter(Boolean).join('\n');
  const text = rename(content, {})['text'];
  return typeof text === 'string' ? text : '';
}

function errorOf(tool: string, error: JsonValue | undefined, output: string): string | undefined {
  const message = typeof error === 'string' ? error : rename(error, {})['message'];
  if (typeof message === 'string') return message;
  const code = tool === 'Bash' ? /^Exit Code: (-?[1-9]\d*)$/m.exec(output)?.[1] : undefined;
  return code === undefined ? undefined : `Exit code ${code}\n${commandOutput(output)}`;
}

/** What a command printed, without the frame that Gemini CLI puts around it. */
function commandOutput(output: string): string {
  const printed =
    /^Output: ([\s\S]*?)(?=^(?:Error|Exit Code|Signal|Background PIDs|Process Group PGID): |$(?![\s\S]))/m;
  const text = printed.exec(output)?.[1];
  return text === undefined ? output : text.trimEnd();
}

function responseOf(tool: string, output: string): JsonValue {
  if (tool === 'Read') return { file: { content: output } };
  if (tool === 'Write') return { type: /\bcreated\b/i.test(output) ? 'create' : 'update' };
  if (tool === 'Bash') return { stdout: commandOutput(output) };
  return { content: output };
}
