import type { Emitter } from '../base/event';
import type { ContextFiles } from '../memory/contextFiles';
import type { FileHashes } from '../memory/fileHashes';
import type { MemoryLibrary } from '../memory/library';
import type { SessionStore } from '../session/sessionStore';
import type { EngineLibrary } from '../storage/library';

/** The library where the store is kept: what is changed shows in every window, and in the next context. */
export class KeeperLibrary implements MemoryLibrary {
  constructor(
    private readonly library: EngineLibrary,
    private readonly hashes: FileHashes,
    private readonly sessions: SessionStore,
    private readonly contextFiles: ContextFiles,
    private readonly changed: Emitter<ReadonlySet<number>>,
  ) {}

  groups: MemoryLibrary['groups'] = (args) => this.library.groups(args);
  memories: MemoryLibrary['memories'] = (query) => this.library.memories(query);
  sources: MemoryLibrary['sources'] = (args) => this.library.sources(args);
  forgotten: MemoryLibrary['forgotten'] = (args) => this.library.forgotten(args);
  exportMemory: MemoryLibrary['exportMemory'] = (args) => this.library.exportMemory(args);
  insights: MemoryLibrary['insights'] = (args) => this.library.insights(args);
  changedFiles: MemoryLibrary['changedFiles'] = ({ ids }) => this.hashes.changed(ids);

  pin: MemoryLibrary['pin'] = async ({ ids, pinned }) => {
    const sessions = await this.library.pin(ids, pinned);
    await this.#changedIn(sessions);
    return sessions.length;
  };

  edit: MemoryLibrary['edit'] = async ({ id, content }) => {
    const session = await this.library.edit(id, content);
    if (session !== undefined) await this.#changedIn([session]);
    return session !== undefined;
  };

  forget: MemoryLibrary['forget'] = async ({ memories }) => {
    const { count, sessions } = await this.library.forget(memories);
    await this.#changedIn(sessions);
    return count;
  };

  restore: MemoryLibrary['restore'] = async ({ memories }) => {
    const sessions = await this.library.restore(memories);
    await this.#changedIn(sessions);
    return sessions.length;
  };

  importMemory: MemoryLibrary['importMemory'] = async ({ sessions }) => {
    const counts = await this.library.importMemory(sessions);
    const stored = await Promise.all(
      sessions.map(({ agent, agentSessionId }) => this.sessions.findSession(agent, agentSessionId)),
    );
    await this.#changedIn(stored.flatMap((session) => session?.id ?? []));
    return counts;
  };

  async #changedIn(sessionIds: readonly number[]): Promise<void> {
    const ids = new Set(sessionIds);
    for (const id of ids) {
      const session = await this.sessions.getSessionById(id);
      if (session) this.contextFiles.refresh(session.project);
    }
    if (ids.size > 0) this.changed.fire(ids);
  }
}
