import { sessionIdOf } from '../agentPayload';
import type { Reading } from '../reading';
import type { JsonObject, JsonValue, SpooledEvent } from '../spoolRecord';
import { callId, readTranslated, rename, timeOf } from './translation';

/** Why an event of Copilot CLI that is understood gives nothing to remember. */
export const copilotCliIgnoreRules = {
  'subagent-prompt': 'The agent’s own words to its sub-agent; the tool that started it tells them.',
  'subagent-turn': 'SubagentStop tells the same with what the sub-agent said.',
} as const;

/** Members of both styles of payload in Claude Code's words. */
const memberNames = {
  sessionId: 'session_id',
  toolName: 'tool_name',
  toolArgs: 'tool_input',
  toolResult: 'tool_result',
  agentId: 'agent_id',
  agentType: 'agent_type',
  response: 'last_assistant_message',
};

const eventNames: Readonly<Record<string, string>> = {
  sessionStart: 'SessionStart',
  userPromptSubmitted: 'UserPromptSubmit',
  postToolUse: 'PostToolUse',
  postToolUseFailure: 'PostToolUseFailure',
  agentStop: 'Stop',
  subagentStop: 'SubagentStop',
  sessionEnd: 'SessionEnd',
  errorOccurred: 'StopFailure',
};

const toolNames: Readonly<Record<string, string>> = {
  bash: 'Bash',
  powershell: 'PowerShell',
  view: 'Read',
  create: 'Write',
  edit: 'Edit',
  str_replace: 'Edit',
  grep: 'Grep',
  rg: 'Grep',
  glob: 'Glob',
  web_fetch: 'WebFetch',
  web_search: 'WebSearch',
  task: 'Agent',
};

const inputNames = { path: 'file_path', file_text: 'content', old_str: 'old_string', new_str: 'new_string' };
const fileTools = new Set(['Read', 'Write', 'Edit']);

/** The frame that Copilot CLI puts around a command's output, with the exit code in it. */
const exitFrame = /\n?<(?:shellId: \S+ completed with |exited with )?exit code (-?\d+)>\s*$/;

/**
 * Maps one spooled event of Copilot CLI, in either of its styles (PascalCase events with members like Claude
 * Code's, camelCase events without a name), to the vocabulary. It gives no ids of prompts and calls: its time
 * stands for them, which is the same in every copy of an event.
 */
export function readCopilotCli(record: SpooledEvent): Reading {
  const event = eventNames[record.event] ?? record.event;
  const payload = rename(record.payload, memberNames);
  const time = timeOf(payload['timestamp']);
  const inSubagent = 'parent_agent_id' in payload || 'parentAgentId' in payload;
  if (inSubagent && event === 'UserPromptSubmit') return { ignored: 'subagent-prompt' };
  if (inSubagent && (event === 'Stop' || event === 'StopFailure')) return { ignored: 'subagent-turn' };
  const translated: JsonObject = { ...payload, session_id: sessionIdOf(record.payload) };
  if (payload['source'] === 'new') translated['source'] = 'startup';
  if (event === 'StopFailure') translated['error'] = errorText(payload['error']);
  const eventKey = time === undefined ? {} : { eventKey: String(time) };
  if (event !== 'PostToolUse' && event !== 'PostToolUseFailure')
    return readTranslated(record, { event, payload: translated, ...eventKey });
  return readTranslated(record, { ...translateTool(event, translated, time), ...eventKey });
}

function translateTool(event: string, payload: JsonObject, time: number | undefined) {
  const given = typeof payload['tool_name'] === 'string' ? payload['tool_name'] : '';
  const tool = toolNames[given] ?? given;
  const input = fileTools.has(tool) ? rename(payload['tool_input'], inputNames) : payload['tool_input'];
  const id = callId(time, tool, input ?? null);
  const common: JsonObject = { ...payload, tool_name: tool, ...(id !== undefined && { tool_use_id: id }) };
  if (input !== undefined) common['tool_input'] = input;
  if (event === 'PostToolUseFailure') return { event, payload: common };
  const { text, succeeded } = resultOf(payload['tool_result']);
  const code = exitFrame.exec(text)?.[1];
  const output = text.replace(exitFrame, '');
  if (code !== undefined && code !== '0') return failure(common, `Exit code ${code}\n${output}`);
  if (!succeeded) return failure(common, output);
  return { event, payload: { ...common, tool_response: responseOf(tool, output) } };
}

const failure = (payload: JsonObject, error: string) => ({
  event: 'PostToolUseFailure',
  payload: { ...payload, error },
});

function resultOf(result: JsonValue | undefined): { text: string; succeeded: boolean } {
  const members = rename(result, { resultType: 'result_type', textResultForLlm: 'text_result_for_llm' });
  const text = members['text_result_for_llm'];
  const type = members['result_type'];
  return {
    text: typeof text === 'string' ? text : '',
    succeeded: typeof type !== 'string' || type === 'success',
  };
}

function responseOf(tool: string, output: string): JsonValue {
  if (tool === 'Read') return { file: { content: output } };
  if (tool === 'Write') return { type: output.startsWith('Created') ? 'create' : 'update' };
  return { content: output };
}

function errorText(error: JsonValue | undefined): string {
  if (typeof error === 'string') return error;
  const message = rename(error, {})['message'];
  return typeof message === 'string' ? message : 'unknown';
}
