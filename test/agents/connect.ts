import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { agentSettings } from '../../src/connect/agents/all';
import { connectAgent, disconnectAgent } from '../../src/connect/connection';
import type { ConnectionPart, ConnectionPlan, ConnectionTarget } from '../../src/connect/target';
import type { RealAgent } from './realAgent';

/** What connecting an agent for the person whose home is `home` did to its settings, and what disconnecting left. */
export interface Connected {
  disconnect: () => Promise<Settings[]>;
}

/** One file of the agent's settings. Undefined: there is no file. */
export interface Settings {
  connected: string | undefined;
  disconnected: string | undefined;
  /** What it has to be then: what it was, and for a file that the agent changes itself, the same without our server. */
  expected: string | undefined;
}

/** Connects an agent as Tidemark's command does: its hooks, and the MCP server where it takes one. */
export async function connect({ id }: RealAgent, home: string, launcher: string): Promise<Connected> {
  const parts: ConnectionPart[] = agentSettings[id].mcp ? ['hooks', 'mcp'] : ['hooks'];
  const targets = parts.map((part): ConnectionTarget => {
    return { ...{ agent: id, part, home, launcher }, ...{ scope: 'user', platform: process.platform } };
  });
  const plans: ConnectionPlan[] = [];
  for (const target of targets) plans.push(await connectAgent(target));
  return {
    disconnect: async () => {
      const last = await Promise.all(plans.map(({ file }) => textOf(file)));
      for (const target of targets.toReversed()) await disconnectAgent(target);
      return Promise.all(
        plans.map(async ({ file, after }, i) => {
          const { before } = plans.find((plan) => plan.file === file)!;
          const isRewritten = before === undefined && last[i] !== after;
          const expected = isRewritten ? withoutServers(last[i]) : before;
          return { connected: after, disconnected: await textOf(file), expected };
        }),
      );
    },
  };
}

async function textOf(file: string): Promise<string | undefined> {
  return existsSync(file) ? readFile(file, 'utf8') : undefined;
}

/** As agents write it. */
function withoutServers(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const value = JSON.parse(text) as { mcpServers?: object };
  delete value.mcpServers;
  return JSON.stringify(value, undefined, 2);
}
