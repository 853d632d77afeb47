import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import type { AgentSettings } from './agents/agentSettings';
import type { ConnectionTarget, HooksDisabled } from './target';

/** Where hooks are turned off for this agent, if they are; a policy before a person's own setting. Never throws. */
export async function findDisabled(
  agent: AgentSettings,
  target: ConnectionTarget,
): Promise<HooksDisabled | undefined> {
  for (const { by, file, isOff } of agent.disabling(target)) {
    for (const path of await filesAt(file)) {
      const text = await readIfPossible(path);
      if (text !== undefined && isOff(parse(text.replace(/^\uFEFF/, '')), text)) return { by, file: path };
    }
  }
  return undefined;
}

/**
 * Whether the person still has to trust the hooks in the agent. The agent keeps a hash of each hook that it alone
 * can compute: known here is only whether it holds one for our file at all. Never throws.
 */
export async function findUntrusted(
  agent: AgentSettings,
  target: ConnectionTarget,
  alreadyConnected: boolean,
): Promise<boolean> {
  if (!agent.trustFile) return false;
  if (!alreadyConnected) return true;
  const text = (await readIfPossible(agent.trustFile(target))) ?? '';
  const file = agent.file(target);
  return !text.split('\n').some((line) => /^\[hooks\.state\./.test(line) && line.includes(`${file}:`));
}

async function filesAt(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => undefined);
  if (!names) return [path];
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(path, name))
    .sort();
}

async function readIfPossible(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
