import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { sessionIdOf } from '../../src/capture/agentPayload';
import type { JsonObject } from '../../src/capture/spoolRecord';
import { agentIds, type AgentId } from '../../src/capture/vocabulary';
import { fillPlaceholders } from './placeholders';

export interface RecordedEvent {
  payload: unknown;
  /** Whose recording it is, as far as the file's path tells. */
  agent: AgentId | undefined;
}

/** @throws when a line is none of a recording. */
export async function readRecording(file: string): Promise<RecordedEvent[]> {
  const agent = agentIds.find((id) =>
    resolve(file)
      .split(sep)
      .slice(-3)
      .some((part) => part.startsWith(id)),
  );
  const lines = fillPlaceholders(await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [{ payload: (JSON.parse(line) as { payload: unknown }).payload, agent }];
    } catch {
      throw new Error(`${file}:${i + 1} is no line of a recording ({event, payload} as JSON).`);
    }
  });
}

/** What the agent has in the environment of its hooks, and no other agent's. */
export function environmentOf(agent: AgentId | undefined, payload: unknown): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment['COPILOT_CLI'];
  delete environment['GEMINI_SESSION_ID'];
  if (agent === 'copilot-cli') environment['COPILOT_CLI'] = '1';
  if (agent === 'gemini-cli') environment['GEMINI_SESSION_ID'] = sessionIdOf(payload as JsonObject);
  return environment;
}
