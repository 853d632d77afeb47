import type { Clock } from '../base/clock';
import type { FileHash, FileHashStore } from '../memory/fileHashes';
import { joinInsights } from '../memory/joinInsights';
import type { ExportedSession, ImportCounts, Insights, MemoryLibrary, MemoryRef } from '../memory/library';
import type { ObservationContent } from '../memory/observation';
import type { Engine } from './sqljs/engine';

/** Memories that one operation of an import adds: others have their turn in between. */
const IMPORT_SLICE = 50;
/** Days that one operation counts: others have their turn in between. */
const INSIGHTS_SLICE = 10;

/**
 * The library over the engine. What writes answers with the sessions that it changed, because somebody has to be
 * told of them; `changedFiles` is for whoever can read files (memory/fileHashes.ts).
 */
export class EngineLibrary implements FileHashStore {
  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
  ) {}

  groups: MemoryLibrary['groups'] = (args) => this.engine.call('groups', args);
  memories: MemoryLibrary['memories'] = (query) => this.engine.call('memories', query);
  sources: MemoryLibrary['sources'] = (args) => this.engine.call('sources', args);
  forgotten: MemoryLibrary['forgotten'] = (args) => this.engine.call('forgotten', args);
  exportMemory: MemoryLibrary['exportMemory'] = (args) => this.engine.call('exportSessions', args);

  /** A few days at a time, between which other work is done. */
  async insights({ days }: { days: number[] }): Promise<Insights> {
    const parts: Insights[] = [];
    for (let from = 0; from < days.length; from += INSIGHTS_SLICE) {
      const until = days[from + INSIGHTS_SLICE];
      const slice = { days: days.slice(from, from + INSIGHTS_SLICE), ...(until !== undefined && { until }) };
      parts.push(await this.engine.call('insights', slice));
    }
    return joinInsights(parts);
  }

  pin(ids: number[], pinned: boolean): Promise<number[]> {
    return this.engine.call('pin', { ids, pinned, at: this.clock.now() });
  }

  edit(id: number, content: ObservationContent): Promise<number | undefined> {
    return this.engine.call('editObservation', { id, content, at: this.clock.now() });
  }

  async forget(memories: MemoryRef[]): Promise<{ count: number; sessions: number[] }> {
    const sessions = await Promise.all(
      memories.map(async ({ kind, id }) => (await this.engine.call(kind, { id }))?.sessionId),
    );
    const count = await this.engine.call('forget', { memories, at: this.clock.now() });
    return { count, sessions: sessions.filter((id) => id !== undefined) };
  }

  restore(memories: MemoryRef[]): Promise<number[]> {
    return this.engine.call('restore', { memories });
  }

  /** Durable slice by slice: one that ends in between can be repeated. */
  async importMemory(sessions: readonly ExportedSession[]): Promise<ImportCounts> {
    let added = 0;
    let known = 0;
    for (const part of sessions.flatMap(slices)) {
      const counts = await this.engine.call('importSessions', { sessions: [part] });
      added += counts.added;
      known += counts.known;
    }
    return { added, known };
  }

  /** An agent was given context of this many characters, at this time in ms. */
  countContext(at: number, characters: number): Promise<void> {
    return this.engine.call('countContext', { at, characters });
  }

  filesToHash(sessionId: number, since: number, limit: number): Promise<Omit<FileHash, 'sha256'>[]> {
    return this.engine.call('filesToHash', { sessionId, since, limit });
  }

  setFileHashes(hashes: FileHash[]): Promise<void> {
    return this.engine.call('setFileHashes', { hashes });
  }

  fileHashes(ids: number[]): Promise<FileHash[]> {
    return this.engine.call('fileHashes', { ids });
  }
}

function slices(session: ExportedSession): ExportedSession[] {
  const { observations, summaries } = session;
  const parts = Math.max(1, Math.ceil(Math.max(observations.length, summaries.length) / IMPORT_SLICE));
  return Array.from({ length: parts }, (_, i) => ({
    ...session,
    ...(i > 0 && { prompts: [] }),
    observations: observations.slice(i * IMPORT_SLICE, (i + 1) * IMPORT_SLICE),
    summaries: summaries.slice(i * IMPORT_SLICE, (i + 1) * IMPORT_SLICE),
  }));
}
