import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { claudeCodeSteps } from './claudeCodeSteps';
import { ClaudeCodeTranscripts } from './claudeCodeTranscript';
import { CodexRollout, isRolloutLine } from './codexRollout';
import { readLines } from './lines';
import type { LineCounts, TranscriptSession } from './step';

export interface ReadTranscript {
  sessions: TranscriptSession[];
  counts: LineCounts;
  /** The file, and the files of its sub-agents. */
  files: string[];
}

/**
 * Reads a transcript of Claude Code, with those of its sub-agents, or a rollout of Codex. Nothing is written.
 * @throws what reading the file throws, and the signal's reason.
 */
export async function readTranscript(file: string, signal?: AbortSignal): Promise<ReadTranscript> {
  if (await isRollout(file)) {
    const rollout = new CodexRollout();
    await rollout.read(file, signal);
    const session = rollout.session();
    return { sessions: session.agentSessionId ? [session] : [], counts: rollout.counts, files: [file] };
  }
  const transcripts = new ClaudeCodeTranscripts();
  const files = [file];
  // A sub-agent's lines can name further ones, so the list grows while it is read.
  for (const next of files) {
    await transcripts.read(next, signal);
    files.push(...(await subagentFiles(file, transcripts, files)));
  }
  return {
    sessions: [...transcripts.sessions.values()].map(claudeCodeSteps),
    counts: transcripts.counts,
    files,
  };
}

async function isRollout(file: string): Promise<boolean> {
  for await (const value of readLines(file)) return isRolloutLine(value);
  return false;
}

/** Files of sub-agents that the lines so far name, in either of the places in which versions keep them. */
async function subagentFiles(
  file: string,
  { sessions }: ClaudeCodeTranscripts,
  known: readonly string[],
): Promise<string[]> {
  const folder = dirname(file);
  const ids = [...sessions.values()].flatMap(({ results }) =>
    [...results.values()].flatMap(({ agentId }) => agentId ?? []),
  );
  const found: string[] = [];
  for (const id of new Set(ids)) {
    // The id stands in a file that anybody may have written: it must not lead elsewhere.
    if (!/^[\w-]{1,100}$/.test(id)) continue;
    const own = join(folder, basename(file, '.jsonl'), 'subagents', `agent-${id}.jsonl`);
    for (const candidate of [own, join(folder, `agent-${id}.jsonl`)]) {
      if (known.includes(candidate) || found.includes(candidate)) break;
      if (!(await exists(candidate))) continue;
      found.push(candidate);
      break;
    }
  }
  return found;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
