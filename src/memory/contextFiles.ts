import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promptIndexName, readContextSettings } from '../capture/contextSettings';
import { contextFileName } from '../capture/projectIdentity';
import type { ProjectRef } from '../capture/vocabulary';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Logger } from '../base/logger';
import { contextIndex, promptIndex } from './contextIndex';
import type { FileHashes } from './fileHashes';
import type { MemoryStore } from './memoryStore';

/** More than fit into a context, whatever their length. */
const NEWEST = 200;

/** Enough for the index that prompts are held against. */
const INDEXED = 1_000;

type StoredProject = ProjectRef & { readonly id: number };

/** A busy session stores something many times a second; its file is made this often at most, ms. */
const INTERVAL_MS = 250;

/**
 * Keeps each project's ready-made context in a file, so that the hook program only reads it. A file is
 * derived from the store: one that is lost or old is made anew.
 */
export class ContextFiles {
  /** Projects whose file is to be made again, by id. */
  readonly #stale = new Map<number, StoredProject>();
  #timer: Disposable | undefined;
  #writing: Promise<void> | undefined;

  constructor(
    private readonly folder: string,
    private readonly memory: MemoryStore,
    private readonly hashes: Pick<FileHashes, 'changed'>,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Makes the project's file again, soon. Many calls at once make it once. */
  refresh(project: StoredProject): void {
    this.#stale.set(project.id, project);
    this.#timer ??= this.clock.schedule(INTERVAL_MS, () => void this.flush());
  }

  /** Writes at once what was asked for; resolves when it is written. Never rejects. */
  async flush(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#writing = (this.#writing ?? Promise.resolve()).then(() => this.#writeAll());
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    const projects = [...this.#stale.values()];
    this.#stale.clear();
    for (const project of projects) {
      try {
        await this.#write(project);
      } catch (error) {
        this.log.error('The context of a project could not be written.', error);
      }
    }
  }

  async #write(project: StoredProject): Promise<void> {
    const memory = await this.memory.recent(project.id, NEWEST);
    const ids = [...memory.pinned, ...memory.observations].map(({ id }) => id);
    const stale = new Set((await this.hashes.changed(ids)).map(({ id }) => id));
    const text = contextIndex(project.name, memory, project.root, stale);
    const name = contextFileName(project);
    await this.#replace(join(this.folder, name), text);
    const { onPrompt } = readContextSettings(dirname(this.folder));
    const index = onPrompt
      ? promptIndex(await this.memory.recent(project.id, INDEXED), project.root)
      : undefined;
    await this.#replace(join(this.folder, promptIndexName(name)), index);
  }

  async #replace(file: string, text: string | undefined): Promise<void> {
    if (text === undefined) return fs.rm(file, { force: true });
    await fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await fs.writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      // Another program may hold the file open for a moment on Windows; the next refresh makes it again.
      await fs.rename(temporary, file);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw error;
    }
  }
}
