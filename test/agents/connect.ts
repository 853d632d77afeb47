import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connectAgent, disconnectAgent } from '../../src/connect/connection';
import type { ConnectionPlan, ConnectionTarget } from '../../src/connect/target';
import type { RealAgent } from './realAgent';

/** What connecting an agent for the person whose home is `home` did to its settings, and what disconnecting left. */
export interface Connected {
  plan: ConnectionPlan;
  /** The settings, as they are when this resolves. Undefined: there is no file. */
  disconnect: () => Promise<string | undefined>;
}

/** Connects an agent as Tidemark's command does. */
export async function connect({ id }: RealAgent, home: string, launcher: string): Promise<Connected> {
  const target: ConnectionTarget = {
    ...{ agent: id, home, launcher },
    ...{ scope: 'user', platform: process.platform },
  };
  return {
    plan: await connectAgent(target),
    disconnect: async () => {
      const { file } = await disconnectAgent(target);
      return existsSync(file) ? readFile(file, 'utf8') : undefined;
    },
  };
}
