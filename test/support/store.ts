import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../src/base/clock';
import { silentLogger } from '../../src/base/logger';
import type { ProjectRef, ToolUse } from '../../src/capture/vocabulary';
import { Engine } from '../../src/storage/sqljs/engine';
import { EngineMemoryStore, EngineMessageStore, EngineSessionStore } from '../../src/storage/stores';
import { engineFiles } from '../../scripts/build';

export interface OpenStore {
  engine: Engine;
  sessions: EngineSessionStore;
  queue: EngineMessageStore;
  memory: EngineMemoryStore;
}

/** A folder of its own, removed by `removeFolders`. */
const folders: string[] = [];
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-test-'));
  folders.push(folder);
  return folder;
}

export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** The real engine on a real file. The caller closes `engine`. */
export async function openStore(
  folder: string,
  clock: Clock = systemClock,
  workerFile = engineFiles.workerFile,
): Promise<OpenStore> {
  const engine = await Engine.open({
    ...{ file: join(folder, 'tidemark.db'), workerFile, wasmFile: engineFiles.wasmFile },
    log: silentLogger,
  });
  return {
    engine,
    sessions: new EngineSessionStore(engine, silentLogger),
    queue: await EngineMessageStore.open(engine, clock, silentLogger),
    memory: new EngineMemoryStore(engine),
  };
}

export const project: ProjectRef = { key: '/home/dev/shop/.git', name: 'shop', root: '/home/dev/shop' };

export function toolUse(id: string, output = 'hi'): ToolUse {
  return { toolUseId: id, tool: 'Bash', action: { kind: 'command', command: `echo ${id}`, output } };
}
