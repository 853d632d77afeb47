import { createHash } from 'node:crypto';
import { watch, type FSWatcher } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Disposable } from '../base/disposable';
import { errnoOf } from '../base/errors';
import type { Logger } from '../base/logger';
import type { SpoolRecord } from './spoolRecord';
import { parseSpoolRecord } from './spoolSchema';

/** A temporary file of a hook program that never finished. */
const ABANDONED_MS = 60 * 60 * 1_000;

export interface UnreadableFile {
  size: number;
  sha256: string;
}

export interface SpoolOptions {
  folder: string;
  log: Logger;
  /** Must be durable when it resolves: the file is deleted then. Must bear being called again for one record. */
  accept(record: SpoolRecord): Promise<void>;
  /** For a file that is no spool record; like `accept`. */
  acceptUnreadable(id: string, file: UnreadableFile): Promise<void>;
  /** Called when accepting failed: the file stays, and nothing more is read until `rescan`. */
  onFailure(error: unknown): void;
}

/**
 * Reads the spool in order: one file at a time, deleted once it is accepted. The folder's watcher only wakes
 * it, because it drops events: whoever has reason to suspect so calls `rescan`.
 */
export class Spool implements Disposable {
  #watcher: FSWatcher | undefined;
  #scanning: Promise<void> | undefined;
  #again = false;
  #disposed = false;

  constructor(private readonly options: SpoolOptions) {}

  /** Watches the folder, which it makes, and reads what is there. Resolves when that is accepted. */
  async start(): Promise<void> {
    await fs.mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    await this.#removeAbandoned();
    this.#watch();
    await this.rescan();
  }

  #watch(): void {
    if (this.#disposed) return;
    this.#watcher = watch(this.options.folder, { persistent: false }, () => void this.rescan());
    this.#watcher.on('error', (error) => {
      this.options.log.warn(
        `Watching the spool failed (${errnoOf(error) ?? 'unknown'}); it is read at every event.`,
      );
      this.#watcher?.close();
    });
  }

  /** Reads until the folder is empty. Resolves when everything that was there at the call is accepted. Never rejects. */
  rescan(): Promise<void> {
    this.#again = true;
    this.#scanning ??= this.#scan().finally(() => (this.#scanning = undefined));
    return this.#scanning;
  }

  async #scan(): Promise<void> {
    try {
      while (this.#again && !this.#disposed) {
        this.#again = false;
        const names = (await fs.readdir(this.options.folder)).filter((name) => name.endsWith('.json')).sort();
        for (const name of names) {
          if (this.#disposed) return;
          await this.#accept(name);
        }
      }
    } catch (error) {
      if (!this.#disposed) this.options.onFailure(error);
    }
  }

  async #accept(name: string): Promise<void> {
    const path = join(this.options.folder, name);
    const bytes = await readIfThere(path);
    if (!bytes) return;
    const record = parseRecord(bytes);
    if (record) {
      await this.options.accept(record);
    } else {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await this.options.acceptUnreadable(name.slice(0, -'.json'.length), { size: bytes.length, sha256 });
    }
    await fs.rm(path, { force: true });
  }

  async #removeAbandoned(): Promise<void> {
    const { folder, log } = this.options;
    const before = Date.now() - ABANDONED_MS;
    for (const name of await fs.readdir(folder)) {
      if (!name.endsWith('.tmp')) continue;
      try {
        const path = join(folder, name);
        if ((await fs.stat(path)).mtimeMs < before) await fs.rm(path, { force: true });
      } catch (error) {
        log.warn(`An abandoned spool file could not be removed (${errnoOf(error) ?? 'unknown'}).`);
      }
    }
  }

  /** Resolves when the file that is being read, if any, is accepted. */
  async stop(): Promise<void> {
    this.dispose();
    await this.#scanning;
  }

  dispose(): void {
    this.#disposed = true;
    this.#watcher?.close();
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await fs.readFile(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseRecord(bytes: Buffer): SpoolRecord | undefined {
  try {
    return parseSpoolRecord(JSON.parse(bytes.toString('utf8')));
  } catch {
    // Not JSON, or nested too deeply to parse: the file is set aside by its size and hash.
    return undefined;
  }
}
