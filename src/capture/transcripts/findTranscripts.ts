import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AgentId } from '../vocabulary';
import { claudeCodeSteps } from './claudeCodeSteps';
import { ClaudeCodeTranscripts } from './claudeCodeTranscript';
import { readTranscript } from './readSession';

/** So much of a file is read to know what it is about, bytes. */
const HEAD_BYTES = 65_536;

/** A transcript that can be imported. */
export interface FoundTranscript {
  file: string;
  agent: AgentId;
  /** The folder in which the agent worked, as far as the beginning of the file tells. */
  folder: string;
  /** The first prompt that the beginning of the file holds; empty where it holds none. */
  title: string;
  /** Bytes. */
  size: number;
  /** When it was written last, ms since the epoch. */
  modifiedAt: number;
}

/** Where agents keep their transcripts. */
export interface TranscriptFolders {
  /** `~/.claude/projects` */
  claudeCode: string;
  /** `~/.codex/sessions` */
  codex: string;
}

/** All transcripts of past sessions, newest first. A folder that can't be read counts as empty. */
export async function findTranscripts(
  folders: TranscriptFolders,
  signal?: AbortSignal,
): Promise<FoundTranscript[]> {
  const isSession = (file: string) =>
    !basename(file).startsWith('agent-') && basename(dirname(file)) !== 'subagents';
  const candidates: [AgentId, string][] = [
    ...(await jsonlFiles(folders.claudeCode))
      .filter(isSession)
      .map((f) => ['claude-code', f] as [AgentId, string]),
    ...(await jsonlFiles(folders.codex)).map((f) => ['codex', f] as [AgentId, string]),
  ];
  const found: FoundTranscript[] = [];
  for (const [agent, file] of candidates) {
    signal?.throwIfAborted();
    const transcript = await look(agent, file);
    if (transcript) found.push(transcript);
  }
  return found.sort((a, b) => b.modifiedAt - a.modifiedAt);
}

async function jsonlFiles(folder: string): Promise<string[]> {
  try {
    const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // The agent was never used here, or its folder may not be read.
  }
}

/** Undefined for a file that is empty or can't be read. */
async function look(agent: AgentId, file: string): Promise<FoundTranscript | undefined> {
  try {
    const { size, mtimeMs } = await fs.stat(file);
    const { folder, title } = about(agent, await head(file));
    return size === 0 ? undefined : { file, agent, folder, title, size, modifiedAt: mtimeMs };
  } catch {
    return undefined;
  }
}

async function head(file: string): Promise<string[]> {
  const handle = await fs.open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } finally {
    await handle.close();
  }
}

function about(agent: AgentId, lines: string[]): { folder: string; title: string } {
  if (agent === 'codex') {
    const folder = /"cwd":"((?:[^"\\]|\\.)*)"/.exec(lines.join('\n'))?.[1] ?? '';
    const title =
      /"type":"user_message","message":"((?:[^"\\]|\\.){0,200})/.exec(lines.join('\n'))?.[1] ?? '';
    return { folder: unescaped(folder), title: unescaped(title) };
  }
  const transcripts = new ClaudeCodeTranscripts();
  for (const line of lines) transcripts.takeText(line);
  const [session] = [...transcripts.sessions.values()].map(claudeCodeSteps);
  const prompt = session?.steps.find((step) => step.kind === 'prompt' && !step.isPrivate);
  return { folder: session?.cwd ?? '', title: prompt?.kind === 'prompt' ? prompt.text : '' };
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

/** How much work an import is. */
export interface ImportEstimate {
  sessions: number;
  turns: number;
  toolUses: number;
}

/** Reads the files whole and counts, writing nothing. @throws what reading throws, and the signal's reason. */
export async function estimateImport(
  files: readonly string[],
  signal?: AbortSignal,
  onProgress?: (done: number) => void,
): Promise<ImportEstimate> {
  const estimate: ImportEstimate = { sessions: 0, turns: 0, toolUses: 0 };
  for (const [index, file] of files.entries()) {
    const { sessions } = await readTranscript(file, signal);
    estimate.sessions += sessions.length;
    for (const { kind } of sessions.flatMap(({ steps }) => steps)) {
      if (kind === 'prompt') estimate.turns++;
      if (kind === 'tool') estimate.toolUses++;
    }
    onProgress?.(index + 1);
  }
  return estimate;
}
