import { isMachineText } from '../agents/claudeCode';
import { removePrivate } from '../privacy';
import type { JsonObject, JsonValue } from '../spoolRecord';
import { readClaudeCodeLine, textOf, type AssistantLine, type Common, type UserLine } from './claudeCodeLine';
import { clean, cleanText, decode, readLines } from './lines';
import type { LineCounts } from './step';

export interface ToolCall {
  id: string;
  name: string;
  input: JsonValue;
}

export interface ToolResult {
  at: number;
  response: JsonValue;
  /** What a call that failed said; empty for others. */
  text: string;
  failed: boolean;
  /** The sub-agent that this call started. */
  agentId?: string;
}

/** `waiting`: typed while the agent worked; another line of the same text tells when it was taken up. */
export type PromptSource = 'typed' | 'waiting';

interface EntryCommon {
  uuid: string;
  parentUuid?: string;
  agentId?: string;
  isSidechain: boolean;
  agentPromptId?: string;
  at: number;
  cwd: string;
}

/** What is kept of a line, everything in it clean. */
export type Entry = EntryCommon &
  (
    | { kind: 'prompt'; text: string; isPrivate: boolean; source: PromptSource }
    | { kind: 'said'; messageId: string; text: string; isError: boolean }
    | { kind: 'call'; call: ToolCall }
    | { kind: 'interrupted' }
    | { kind: 'compacted'; text: string }
    | { kind: 'notified'; agentId: string; text: string }
  );

/** One session as its files tell it, before anything is linked: parents and results may stand anywhere. */
export class SessionLines {
  entries: Entry[] = [];
  readonly results = new Map<string, ToolResult>();
  /** The parent of each line that has one, kept or not: chains run over all lines. */
  readonly parents = new Map<string, string>();
  /** What the person named it in the agent, or else what the agent did. */
  customTitle: string | undefined;
  aiTitle: string | undefined;
  #lastAt = 0;
  #cwd = '';

  constructor(readonly agentSessionId: string) {}

  common(line: Common): EntryCommon {
    const time = Date.parse(line.timestamp ?? '');
    if (Number.isFinite(time)) this.#lastAt = time;
    if (line.cwd) this.#cwd = line.cwd;
    if (line.uuid && line.parentUuid) this.parents.set(line.uuid, line.parentUuid);
    return {
      uuid: line.uuid ?? `${line.type}-${line.timestamp ?? 'undated'}`,
      ...(line.parentUuid !== undefined && { parentUuid: line.parentUuid }),
      ...(line.agentId !== undefined && { agentId: line.agentId }),
      isSidechain: line.isSidechain === true || line.agentId !== undefined,
      ...(line.promptId !== undefined && { agentPromptId: line.promptId }),
      at: this.#lastAt,
      cwd: this.#cwd,
    };
  }
}

/** Reads files of Claude Code whole, without linking; lines of one session may stand in several files. */
export class ClaudeCodeTranscripts {
  readonly sessions = new Map<string, SessionLines>();
  readonly counts: LineCounts = { lines: 0, skipped: 0, unknown: 0 };

  /** @throws what reading the file throws. */
  async read(file: string, signal?: AbortSignal): Promise<void> {
    for await (const value of readLines(file, signal)) this.#take(value);
  }

  /** One line as it stands in a file. */
  takeText(line: string): void {
    if (line.trim() !== '') this.#take(decode(line));
  }

  #take(value: JsonObject | undefined): void {
    this.counts.lines++;
    const read = readClaudeCodeLine(value);
    if (read.kind === 'undecodable') this.counts.skipped++;
    else if (read.kind === 'unknown') this.counts.unknown++;
    if (!('line' in read)) return;
    const session = this.#sessionOf(read.line.sessionId);
    if (!session) return;
    if (read.kind === 'title') return readTitle(session, read.line.customTitle, read.line.aiTitle);
    const common = session.common(read.line);
    if (read.kind === 'user') readUser(session, common, read.line);
    else if (read.kind === 'assistant') readAssistant(session, common, read.line);
    else if (read.kind === 'queue') readQueue(session, common, read.line.operation, read.line.content);
    else session.entries.push({ ...common, ...promptOf(read.text), source: 'typed' });
  }

  #sessionOf(id: string | undefined): SessionLines | undefined {
    if (!id) return undefined;
    let session = this.sessions.get(id);
    if (!session) this.sessions.set(id, (session = new SessionLines(id)));
    return session;
  }
}

function readTitle(session: SessionLines, customTitle?: string, aiTitle?: string): void {
  if (customTitle !== undefined) session.customTitle = cleanText(customTitle).trim();
  if (aiTitle !== undefined) session.aiTitle = cleanText(aiTitle).trim();
}

function promptOf(text: string) {
  const open = removePrivate(text);
  const isPrivate = open.removed > 0 && open.text.trim() === '';
  return { kind: 'prompt' as const, text: cleanText(text).trim(), isPrivate };
}

function readQueue(session: SessionLines, common: EntryCommon, operation?: string, content?: string): void {
  const isWaiting = (entry: Entry) => entry.kind === 'prompt' && entry.source === 'waiting';
  // The person has taken everything back that was still waiting.
  if (operation === 'popAll') session.entries = session.entries.filter((entry) => !isWaiting(entry));
  if (operation !== 'enqueue' || !content || isMachineText(content)) return;
  session.entries.push({ ...common, ...promptOf(content), source: 'waiting' });
}

function readUser(session: SessionLines, common: EntryCommon, line: UserLine): void {
  const results = line.message.content.filter(({ type }) => type === 'tool_result');
  for (const { tool_use_id: id, content, is_error: failed } of results) {
    if (id === undefined) continue;
    // The structured answer belongs to the line: with several results nothing tells whose it is.
    const structured = results.length === 1 ? line.toolUseResult : undefined;
    session.results.set(id, resultOf(common.at, content, structured, failed === true));
  }
  const text = textOf(line.message.content);
  if (results.length > 0 || text.trim() === '') return;
  if (line.isCompactSummary) session.entries.push({ ...common, kind: 'compacted', text: cleanText(text) });
  else if (text.startsWith('[Request interrupted by user'))
    session.entries.push({ ...common, kind: 'interrupted' });
  else if (/^\s*<task-notification>/.test(text)) readNotification(session, common, text);
  else if (!line.isMeta && !isMachineText(text) && (line.origin?.kind ?? 'human') === 'human')
    session.entries.push({ ...common, ...promptOf(text), source: 'typed' });
}

/** The late answer of a sub-agent that worked in the background. */
function readNotification(session: SessionLines, common: EntryCommon, text: string): void {
  const agentId = /<task-id>([^<]{1,100})<\/task-id>/.exec(text)?.[1];
  const result = /<result>([\s\S]*?)<\/result>/.exec(text)?.[1];
  if (agentId === undefined || result === undefined) return;
  session.entries.push({ ...common, kind: 'notified', agentId, text: cleanText(result) });
}

function resultOf(
  at: number,
  content: JsonValue | undefined,
  structured: JsonValue | undefined,
  isError: boolean,
): ToolResult {
  const failed = isError || (typeof structured === 'string' && /^(?:\w+)?Error: /.test(structured));
  const isObject = typeof structured === 'object' && structured !== null;
  const agentId = isObject && !Array.isArray(structured) ? structured['agentId'] : undefined;
  return {
    ...{ at, failed },
    text: failed ? cleanText(contentText(content).replace(/<\/?tool_use_error>/g, '')) : '',
    response: failed ? null : clean(withoutOriginal(isObject ? structured : (content ?? null))),
    ...(typeof agentId === 'string' && { agentId }),
  };
}

/** Edits repeat the whole former file, which nothing reads. */
function withoutOriginal(response: JsonValue): JsonValue {
  if (typeof response !== 'object' || response === null || Array.isArray(response)) return response;
  const rest = { ...response };
  delete rest['originalFile'];
  delete rest['originalFileContents'];
  return rest;
}

function contentText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (typeof part === 'object' && part !== null && !Array.isArray(part) ? part['text'] : part))
    .filter((part) => typeof part === 'string')
    .join('\n');
}

function readAssistant(session: SessionLines, common: EntryCommon, line: AssistantLine): void {
  const { id, model, content } = line.message;
  for (const { type, id: callId, name, input } of content) {
    if (type !== 'tool_use' || !callId || !name) continue;
    session.entries.push({
      ...common,
      kind: 'call',
      call: { id: callId, name, input: clean(input) },
    });
  }
  const isError = line.isApiErrorMessage === true;
  const text = textOf(content);
  if (text.trim() === '' || (model === '<synthetic>' && !isError)) return;
  session.entries.push({
    ...common,
    kind: 'said',
    messageId: id ?? common.uuid,
    text: cleanText(text),
    isError,
  });
}
