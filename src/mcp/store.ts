import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../base/clock';
import { TidemarkError } from '../base/errors';
import { silentLogger } from '../base/logger';
import { acquireOwnership, OwnedElsewhereError } from '../keeper/ownership';
import { storageLayout } from '../keeper/storageFolder';
import type { RecallStore } from '../memory/recall';
import { EngineRecallStore } from '../storage/recallStore';
import { Engine } from '../storage/sqljs/engine';

/** The memory can't be asked now. The message is for the agent. */
export class MemoryUnavailableError extends TidemarkError {
  readonly code = 'memory-unavailable';
}

/** While another program asks, the folder is taken for a moment only. */
const PATIENCE_MS = 1_000;
const RETRY_MS = 25;

/**
 * Uses the memory for one request. Without a keeper this process owns the folder meanwhile, and only meanwhile, so
 * that it never stands in a window's way. @throws MemoryUnavailableError, or what `use` throws.
 */
export async function withStore<T>(folder: string, use: (store: RecallStore) => Promise<T>): Promise<T> {
  const { database } = storageLayout(folder);
  if (!existsSync(database)) {
    throw new MemoryUnavailableError('Nothing is remembered yet: Tidemark has no store in its folder.');
  }
  const ownership = await takeFolder(folder);
  try {
    const engine = await Engine.open({
      file: database,
      workerFile: join(__dirname, 'engineWorker.js'),
      wasmFile: join(__dirname, 'sql-wasm.wasm'),
      log: silentLogger,
    });
    try {
      return await use(new EngineRecallStore(engine, systemClock));
    } finally {
      await engine.close();
    }
  } finally {
    await ownership.release();
  }
}

async function takeFolder(folder: string): ReturnType<typeof acquireOwnership> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await acquireOwnership(folder);
    } catch (error) {
      if (!(error instanceof OwnedElsewhereError)) throw error;
      if (performance.now() >= until) {
        throw new MemoryUnavailableError(
          'The memory is in use by a VS Code window, and can’t be asked from outside of it at the same time yet. Inside VS Code, use Tidemark’s tools there.',
          { cause: error },
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
