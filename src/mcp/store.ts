import { existsSync } from 'node:fs';
import type * as net from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../base/clock';
import { asError, TidemarkError } from '../base/errors';
import { silentLogger } from '../base/logger';
import { beginTerm, endTerm, newOwnerRecord, ownerRecordFile, readOwnerRecord } from '../keeper/ownerRecord';
import { acquireOwnership, OwnedElsewhereError, ownerSecret, type Ownership } from '../keeper/ownership';
import { ConnectionLostError, RemoteClient } from '../keeper/remoteClient';
import { storageLayout } from '../keeper/storageFolder';
import type { RecallStore } from '../memory/recall';
import { EngineRecallStore } from '../storage/recallStore';
import { Engine } from '../storage/sqljs/engine';
import { remoteRecall } from './remoteRecall';

/** The memory can't be asked now. The message is for the agent. */
export class MemoryUnavailableError extends TidemarkError {
  readonly code = 'memory-unavailable';
}

type Use<T> = (store: RecallStore) => Promise<T>;

/** An owner that says nothing for this long: a window that hangs, or another program's long request, ms. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 25;

/**
 * Uses the memory for one request: asks the window that keeps it. Without one this process owns the folder
 * meanwhile, and only meanwhile, so that it never stands in a window's way.
 * @throws MemoryUnavailableError, or what `use` throws.
 */
export async function withStore<T>(folder: string, version: string, use: Use<T>): Promise<T> {
  if (!existsSync(storageLayout(folder).database)) {
    throw new MemoryUnavailableError('Nothing is remembered yet: Tidemark has no store in its folder.');
  }
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    let ownership: Ownership;
    try {
      ownership = await acquireOwnership(folder);
    } catch (error) {
      if (!(error instanceof OwnedElsewhereError)) throw error;
      const remote = await greeted(folder, version, error.connect, until - performance.now());
      if (remote) return use(remoteRecall(remote)).finally(() => remote.dispose());
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    return useOwned(folder, version, ownership, use);
  }
}

/** Undefined when the owner went before it answered: another program that used the memory for one request. */
async function greeted(
  folder: string,
  version: string,
  connect: () => net.Socket,
  patienceMs: number,
): Promise<RemoteClient | undefined> {
  const options = { secret: await ownerSecret(folder), version, clock: systemClock, log: silentLogger };
  const remote = new RemoteClient(connect(), options);
  let isLate = patienceMs <= 0;
  const late = setTimeout(() => {
    isLate = true;
    remote.dispose();
  }, patienceMs);
  try {
    await remote.greet();
    return remote;
  } catch (error) {
    remote.dispose();
    if (error instanceof ConnectionLostError && !isLate) return undefined;
    const why = isLate ? 'it does not answer.' : asError(error).message;
    throw new MemoryUnavailableError(`The memory is in use by a VS Code window, and can’t be asked: ${why}`, {
      cause: error,
    });
  } finally {
    clearTimeout(late);
  }
}

async function useOwned<T>(folder: string, version: string, ownership: Ownership, use: Use<T>): Promise<T> {
  try {
    const former = await readOwnerRecord(folder);
    const record = { ...newOwnerRecord(version), generation: former?.generation ?? 0 };
    await beginTerm(folder, record);
    const engine = await Engine.open({
      file: storageLayout(folder).database,
      workerFile: join(__dirname, 'engineWorker.js'),
      wasmFile: join(__dirname, 'sql-wasm.wasm'),
      fence: { file: ownerRecordFile(folder), term: record.term },
      log: silentLogger,
    });
    try {
      return await use(new EngineRecallStore(engine, systemClock));
    } finally {
      await engine.close();
      await endTerm(folder, record);
    }
  } finally {
    await ownership.release();
  }
}
