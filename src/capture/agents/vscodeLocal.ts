import type { Reading } from '../reading';
import type { JsonObject, JsonValue, SpooledEvent } from '../spoolRecord';
import { readTranslated, rename, timeOf } from './translation';

const memberNames = {
  sessionId: 'session_id',
  agentId: 'agent_id',
  agentType: 'agent_type',
};

const toolNames: Readonly<Record<string, string>> = {
  run_in_terminal: 'Bash',
  runInTerminal: 'Bash',
  read_file: 'Read',
  readFile: 'Read',
  create_file: 'Write',
  createFile: 'Write',
  replace_string_in_file: 'Edit',
  multi_replace_string_in_file: 'MultiEdit',
  insert_edit_into_file: 'Edit',
  editFiles: 'Edit',
  grep_search: 'Grep',
  file_search: 'Glob',
  semantic_search: 'Grep',
  list_dir: 'LS',
  fetch_webpage: 'WebFetch',
  runSubagent: 'Agent',
};

const inputNames = {
  filePath: 'file_path',
  oldString: 'old_string',
  newString: 'new_string',
  code: 'new_string',
  replacements: 'edits',
};

/** Maps one spooled event of VS Code's own agent to the vocabulary. */
export function readVscode(record: SpooledEvent): Reading {
  const payload = rename(record.payload, memberNames);
  if (payload['source'] === 'new') payload['source'] = 'startup';
  const time = timeOf(payload['timestamp']);
  return readTranslated(record, {
    event: record.event,
    payload: record.event === 'PostToolUse' ? translateTool(payload) : payload,
    ...(time !== undefined && { eventKey: String(time) }),
  });
}

function translateTool(payload: JsonObject): JsonObject {
  const given = typeof payload['tool_name'] === 'string' ? payload['tool_name'] : '';
  const tool = toolNames[given] ?? given;
  const input = rename(payload['tool_input'], inputNames);
  const files = input['files'];
  if (input['file_path'] === undefined && Array.isArray(files) && typeof files[0] === 'string')
    input['file_path'] = files[0];
  if (Array.isArray(input['edits'])) {
    input['edits'] = input['edits'].map((edit) => rename(edit, inputNames));
    const first = rename(input['edits'][0], {})['file_path'];
    if (input['file_path'] === undefined && first !== undefined) input['file_path'] = first;
  }
  return { ...payload, tool_name: tool, tool_input: input, tool_response: responseOf(tool, payload) };
}

function responseOf(tool: string, payload: JsonObject): JsonValue {
  const response = payload['tool_response'] ?? null;
  if (tool === 'Write') return { type: 'create' };
  if (tool === 'Read' && typeof response === 'string') return { file: { content: response } };
  return typeof response === 'string' ? { content: response } : response;
}
