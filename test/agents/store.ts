import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { contextFileName } from '../../src/capture/projectIdentity';
import { silentLogger } from '../../src/base/logger';
import { createBuiltinProvider } from '../../src/distill/providers/builtin/builtinProvider';
import { Keeper } from '../../src/keeper/keeper';
import { writePlugin } from '../../src/connect/plugin';
import { installLauncher } from '../../src/keeper/launcher';
import { installMcpLauncher, mcpFiles } from '../../src/keeper/mcpLauncher';
import { acquireOwnership, type Ownership } from '../../src/keeper/ownership';
import { Supervisor } from '../../src/keeper/supervisor';
import { storageLayout } from '../../src/keeper/storageFolder';
import type { Observation, Summary } from '../../src/memory/observation';
import type { QueuedMessage } from '../../src/queue/message';
import type { SetAside } from '../../src/capture/setAsideStore';
import type { StoredPrompt, StoredSession } from '../../src/session/sessionStore';
import { dist, engineFiles, hookFile } from '../../scripts/build';
import { eventually } from '../support/eventually';

/** What Tidemark knows of one session, before and after it is distilled. */
export interface Captured {
  session: StoredSession;
  prompts: StoredPrompt[];
  /** What waited to be distilled when the agent had ended. */
  messages: QueuedMessage[];
  observations: Observation[];
  summaries: Summary[];
}

/** Tidemark as a window runs it, on a storage folder of its own. */
export class Store {
  private constructor(
    readonly launcher: string,
    readonly plugin: string,
    readonly folder: string,
    private readonly ownership: Ownership,
    private readonly keeper: Keeper,
    private readonly failures: unknown[],
  ) {}

  /** Holds back distilling, so that what comes in can be seen. */
  static async open(folder: string): Promise<Store> {
    await mkdir(folder, { recursive: true });
    const ownership = await acquireOwnership(folder);
    const failures: unknown[] = [];
    const keeper = await Keeper.start({
      ...{ folder, engineFiles, clock: systemClock, log: silentLogger },
      provider: createBuiltinProvider(),
      lingerMs: 0,
      onFailure: (error) => failures.push(error),
    });
    await keeper.setPaused(true);
    const launcher = await installLauncher(folder, {
      ...{ nodePath: process.execPath, electron: false, hookFile },
    });
    const server = { nodePath: process.execPath, electron: false, files: mcpFiles(dist), version: '1.2.3' };
    await installMcpLauncher(folder, server);
    const plugin = await writePlugin(launcher, process.platform, '1.2.3');
    return new Store(launcher, plugin, folder, ownership, keeper, failures);
  }

  /** Takes in all that the hooks have written, then lets it be distilled and the next session's context be written. */
  async takeIn(): Promise<Captured[]> {
    await this.keeper.rescan();
    const sessions = (await this.keeper.sessions.listSessions({ limit: 100 })).reverse();
    const waiting = await Promise.all(sessions.map(({ id }) => this.keeper.queue.list(id, 1_000)));
    await this.keeper.setPaused(false);
    await eventually('the queue to be empty', () => this.keeper.manager.getTotalActiveWork() === 0);
    await this.keeper.setPaused(true);
    await this.keeper.contextFiles.flush();
    if (this.failures.length > 0) throw this.failures[0] as Error;
    return Promise.all(
      sessions.map(async (session, i) => ({
        session,
        prompts: await this.keeper.sessions.getPrompts(session.id),
        messages: waiting[i]!,
        observations: await this.keeper.memory.observations(session.id),
        summaries: await this.keeper.memory.summaries(session.id),
      })),
    );
  }

  /** What could not be understood. */
  setAside(): Promise<SetAside[]> {
    return this.keeper.memory.listSetAside(100);
  }

  /** What the next session in the project of `session` is given. */
  context({ project }: StoredSession): Promise<string> {
    return readFile(join(storageLayout(this.folder).context, contextFileName(project)), 'utf8');
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.keeper.stop();
    await this.ownership.release();
  }
}

/** Does something while a window keeps the store, and serves it to whoever asks. */
export async function withWindow<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const window = new Supervisor({
    ...{ folder, engineFiles, provider: createBuiltinProvider(), clock: systemClock, log: silentLogger },
    version: '1.2.3',
  });
  const keeping = new Promise<void>((resolve) => {
    window.onDidChangeState(({ kind }) => void (kind === 'keeping' && resolve()));
  });
  window.start();
  await keeping;
  try {
    return await use();
  } finally {
    await window.stop();
  }
}
