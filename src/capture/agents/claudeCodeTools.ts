import { posix, win32 } from 'node:path';
import * as z from 'zod';
import type { CommandAction, FileChange, ToolAction } from '../vocabulary';
import { claudeCodeOutput, readJson } from './claudeCodeOutput';
import { changeOf, linesOf, patchSchema } from './claudeCodeChanges';

/** Most characters kept of one text of a tool call: its start and its end. */
const TEXT_LIMIT = 16_000;

const text = z.string().catch('');
const optionalText = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const commandInput = z.looseObject({ command: text, description: optionalText, run_in_background: flag });
const pathInput = z.looseObject({ file_path: optionalText, notebook_path: optionalText, path: optionalText });
const editInput = pathInput.extend({
  content: optionalText,
  old_string: optionalText,
  new_string: optionalText,
  new_source: optionalText,
  edits: z
    .array(z.looseObject({ old_string: text, new_string: text }))
    .optional()
    .catch(undefined),
});
const searchInput = z.looseObject({ pattern: optionalText, query: optionalText, path: optionalText });
const webInput = z.looseObject({ url: optionalText, query: optionalText });
const delegateInput = z.looseObject({ description: text, prompt: text });

const bashResponse = z.looseObject({
  isImage: flag,
  backgroundTaskId: optionalText,
  bashEditDiff: z
    .looseObject({
      files: z
        .array(z.looseObject({ filePath: z.string(), hunks: patchSchema, created: flag, deleted: flag }))
        .catch([]),
      changedFiles: z.array(z.string()).catch([]),
    })
    .optional()
    .catch(undefined),
});
const readResponse = z.looseObject({
  type: optionalText,
  file: z.looseObject({ content: optionalText, type: optionalText }).optional().catch(undefined),
});
const editResponse = z.looseObject({ type: optionalText, structuredPatch: patchSchema });
const delegateResponse = z.looseObject({ agentId: optionalText, status: optionalText });

/** An empty object stands for what has another shape: every field of these schemas may be missing. */
function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : schema.parse({});
}

/** `path` as it is if absolute (on any system), else resolved against the folder in which the agent works. */
export function absolute(path: string, cwd: string): string {
  if (path === '' || posix.isAbsolute(path) || win32.isAbsolute(path)) return path;
  return (win32.isAbsolute(cwd) && !posix.isAbsolute(cwd) ? win32 : posix).join(cwd, path);
}

function bounded(value: string): string {
  if (value.length <= TEXT_LIMIT) return value;
  const half = TEXT_LIMIT / 2;
  return `${value.slice(0, half)}\n[…]\n${value.slice(-half)}`;
}

function commandAction(input: unknown, response: unknown, cwd: string): CommandAction {
  const { command, description, run_in_background: asked } = read(commandInput, input);
  const answer = read(bashResponse, response);
  const background = asked === true || answer.backgroundTaskId !== undefined;
  const changes = (answer.bashEditDiff?.files ?? []).map((file): FileChange => {
    const path = absolute(file.filePath, cwd);
    const change = changeOf(path, file.created === true, file.hunks);
    return file.deleted === true ? { ...change, deleted: true } : change;
  });
  const named = (answer.bashEditDiff?.changedFiles ?? []).map((path) => absolute(path, cwd));
  const files = [...new Set([...changes.map((change) => change.path), ...named])];
  return {
    kind: 'command',
    command: bounded(command),
    ...(description ? { description: bounded(description) } : {}),
    output: answer.isImage === true ? '' : bounded(claudeCodeOutput(response)),
    ...(background ? { background } : {}),
    ...(files.length > 0 ? { files } : {}),
    ...(changes.length > 0 ? { changes } : {}),
  };
}

function pathOf(input: unknown, cwd: string): string {
  const given = read(pathInput, input);
  return absolute(given.file_path ?? given.notebook_path ?? given.path ?? '', cwd);
}

function readAction(input: unknown, response: unknown, cwd: string): ToolAction {
  const path = pathOf(input, cwd);
  const { type, file } = read(readResponse, response);
  if (type === 'image' || file?.type?.startsWith('image/')) return { kind: 'read', path, image: true };
  const content = typeof response === 'string' ? response : file?.content;
  return { kind: 'read', path, ...(content === undefined ? {} : { content: bounded(content) }) };
}

function editAction(input: unknown, response: unknown, cwd: string): ToolAction {
  const path = pathOf(input, cwd);
  const given = read(editInput, input);
  const answer = read(editResponse, response);
  const created = answer.type === 'create';
  if (answer.structuredPatch.length > 0)
    return { kind: 'edit', ...changeOf(path, created, answer.structuredPatch) };
  const edits = given.edits ?? [{ old_string: given.old_string ?? '', new_string: given.new_string ?? '' }];
  const fresh = given.content ?? given.new_source;
  const after = fresh === undefined ? edits.map((edit) => edit.new_string).join('\n') : fresh;
  const before = fresh === undefined ? edits.map((edit) => edit.old_string).join('\n') : '';
  return { kind: 'edit', path, created, added: linesOf(after, before), removed: linesOf(before, after) };
}

function searchAction(input: unknown, response: unknown, cwd: string): ToolAction {
  const { pattern, query, path } = read(searchInput, input);
  return {
    kind: 'search',
    query: bounded(pattern ?? query ?? path ?? ''),
    ...(path === undefined ? {} : { path: absolute(path, cwd) }),
    output: bounded(claudeCodeOutput(response)),
  };
}

function delegateAction(input: unknown, response: unknown): ToolAction {
  const { description, prompt } = read(delegateInput, input);
  const { agentId, status } = read(delegateResponse, response);
  const finished = status === undefined || status === 'completed';
  return {
    kind: 'delegate',
    description: bounded(description),
    prompt: bounded(prompt),
    result: finished ? bounded(claudeCodeOutput(response)) : '',
    ...(agentId === undefined ? {} : { subagentId: agentId }),
  };
}

/** The tool's name for people: `server: tool` for a tool of an MCP server, else as Claude Code calls it. */
export function toolNameOf(name: string): string {
  const [prefix, server, ...rest] = name.split('__');
  return prefix === 'mcp' && server && rest.length > 0 ? `${server}: ${rest.join('__')}` : name;
}

/**
 * What a tool of Claude Code did. `response` may be absent (the call failed), an object, an array of blocks, a
 * string, or JSON in a string. Texts are bounded and pictures left out.
 */
export function readToolAction(name: string, input: unknown, response: unknown, cwd: string): ToolAction {
  const answer = readJson(response);
  switch (name) {
    case 'Bash':
    case 'PowerShell':
      return commandAction(input, answer, cwd);
    case 'Read':
    case 'NotebookRead':
      return readAction(input, answer, cwd);
    case 'Edit':
    case 'Write':
    case 'MultiEdit':
    case 'NotebookEdit':
      return editAction(input, answer, cwd);
    case 'Grep':
    case 'Glob':
    case 'LS':
      return searchAction(input, answer, cwd);
    case 'WebFetch':
    case 'WebSearch': {
      const { url, query } = read(webInput, input);
      return { kind: 'web', target: bounded(url ?? query ?? ''), output: bounded(claudeCodeOutput(answer)) };
    }
    case 'Agent':
    case 'Task':
      return delegateAction(input, answer);
    default:
      return {
        kind: 'other',
        tool: toolNameOf(name),
        input: bounded(JSON.stringify(input) ?? ''),
        output: bounded(claudeCodeOutput(answer)),
      };
  }
}
