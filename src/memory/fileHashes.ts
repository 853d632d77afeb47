import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import type { ChangedFiles } from './library';

/** One file as it was when an observation about it was made. */
export interface FileHash {
  observationId: number;
  /** Absolute. */
  path: string;
  sha256: string;
}

export interface FileHashStore {
  /** Files of the session's observations since a time (ms) that nobody has looked at yet. */
  filesToHash(sessionId: number, since: number, limit: number): Promise<Omit<FileHash, 'sha256'>[]>;
  setFileHashes(hashes: FileHash[]): Promise<void>;
  fileHashes(observationIds: number[]): Promise<FileHash[]>;
}

/** Larger files are not looked at, bytes. */
const LARGEST = 1_048_576;
/** What was done longer ago says nothing of how a file was then, ms. */
const FRESH_MS = 10 * 60 * 1_000;
const AT_ONCE = 100;

/** Knows by their hashes which files have changed since they were observed. A derived thing: never a reason to fail. */
export class FileHashes {
  readonly #running = new Set<number>();

  constructor(
    private readonly store: FileHashStore,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Looks at the files of the session's new observations, in the background. */
  note(sessionId: number): void {
    if (this.#running.has(sessionId)) return;
    this.#running.add(sessionId);
    this.#note(sessionId)
      .catch((error) => this.log.error('Files could not be looked at.', error))
      .finally(() => this.#running.delete(sessionId));
  }

  async #note(sessionId: number): Promise<void> {
    const files = await this.store.filesToHash(sessionId, this.clock.now() - FRESH_MS, AT_ONCE);
    const hashes: FileHash[] = [];
    for (const file of files) {
      const sha256 = await hashOf(file.path);
      if (sha256 !== undefined) hashes.push({ ...file, sha256 });
    }
    if (hashes.length > 0) await this.store.setFileHashes(hashes);
  }

  /** Those of the observations whose files are not as they were, with these files. */
  async changed(observationIds: number[]): Promise<ChangedFiles[]> {
    const now = new Map<string, string | undefined>();
    const changed = new Map<number, string[]>();
    for (const { observationId, path, sha256 } of await this.store.fileHashes(observationIds)) {
      if (!now.has(path)) now.set(path, await hashOf(path));
      if (now.get(path) === sha256) continue;
      changed.set(observationId, [...(changed.get(observationId) ?? []), path]);
    }
    return [...changed].map(([id, files]) => ({ id, files }));
  }
}

/** Undefined where there is no such file, or one that is not looked at. */
async function hashOf(path: string): Promise<string | undefined> {
  if (!isAbsolute(path)) return undefined;
  try {
    const { size } = await fs.stat(path);
    if (size > LARGEST) return undefined;
    return createHash('sha256')
      .update(await fs.readFile(path))
      .digest('hex');
  } catch {
    return undefined;
  }
}
