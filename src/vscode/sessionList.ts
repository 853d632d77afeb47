import type { SessionItem, TidemarkClient } from '../keeper/client';
import type { SessionsQuery } from '../session/sessionStore';

/** Sessions that are read at once. */
export const PAGE = 100;
/** Sessions with work that are shown beyond the pages read. */
const MOST_QUEUED = 100;

type Source = Pick<TidemarkClient, 'sessions' | 'queuedSessions'>;
type Place = NonNullable<SessionsQuery['after']>;

/** Which sessions are listed. */
export interface SessionFilter {
  readonly text?: string;
  readonly archived: boolean;
}

/**
 * The sessions that have been read so far: the newest pages, and beyond them those with work. It is kept true by
 * reading only what has changed. Calls are done in their order; each rejects with what the source throws.
 */
export class SessionList {
  readonly #items = new Map<number, SessionItem>();
  /** The last session of the pages read; undefined when there are no more. */
  #end: Place | undefined;
  #wanted = PAGE;
  #loaded = false;
  /** Sessions that somebody asked to see, wherever they stand in the list. */
  readonly #kept = new Set<number>();
  #filter: SessionFilter = { archived: false };
  /** Changes with each reset: what was read before it says nothing any more. */
  #version = 0;
  #last: Promise<unknown> = Promise.resolve();

  get filter(): SessionFilter {
    return this.#filter;
  }

  get isLoaded(): boolean {
    return this.#loaded;
  }

  get hasMore(): boolean {
    return this.#end !== undefined;
  }

  get(id: number): SessionItem | undefined {
    return this.#items.get(id);
  }

  /** Newest activity first. */
  sessions(): SessionItem[] {
    return [...this.#items.values()].sort((a, b) => b.lastActivityAt - a.lastActivityAt || b.id - a.id);
  }

  /** Forgets what was read; the next `load` reads as many again, or of another filter the first page. */
  reset(filter?: SessionFilter): void {
    this.#version++;
    this.#loaded = false;
    if (!filter) return;
    this.#filter = filter;
    this.#wanted = PAGE;
    this.#kept.clear();
  }

  /** Reads the first pages where nothing has been read. */
  load(source: Source): Promise<void> {
    return this.#inOrder(async () => {
      if (this.#loaded) return;
      const version = this.#version;
      const query = this.#query();
      const found = await source.sessions({ ...query, limit: this.#wanted + 1 });
      const queued = this.#filter.archived ? [] : await source.queuedSessions(MOST_QUEUED);
      if (version !== this.#version) return;
      this.#items.clear();
      this.#addPage(found, this.#wanted);
      await this.#mergeNow(source, [...queued.map(({ session }) => session.id), ...this.#kept]);
      if (version === this.#version) this.#loaded = true;
    });
  }

  /** Reads the next page. */
  more(source: Source): Promise<void> {
    return this.#inOrder(async () => {
      if (!this.#loaded || !this.#end) return;
      const version = this.#version;
      const found = await source.sessions({ ...this.#query(), limit: PAGE + 1, after: this.#end });
      if (version !== this.#version) return;
      this.#wanted += PAGE;
      this.#addPage(found, PAGE);
    });
  }

  /** Reads these sessions anew. */
  merge(source: Source, ids: readonly number[]): Promise<void> {
    return this.#inOrder(async () => {
      if (this.#loaded) await this.#mergeNow(source, ids);
    });
  }

  /** From here on this session is listed, however far down it stands. */
  keep(source: Source, id: number): Promise<void> {
    this.#kept.add(id);
    return this.merge(source, [id]);
  }

  async #mergeNow(source: Source, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const version = this.#version;
    const found = await source.sessions({ ...this.#query(), ids, limit: ids.length });
    if (version !== this.#version) return;
    const byId = new Map(found.map((session) => [session.id, session]));
    for (const id of ids) {
      const session = byId.get(id);
      if (session && this.#belongs(session)) this.#items.set(id, session);
      else this.#items.delete(id);
    }
  }

  #belongs(session: SessionItem): boolean {
    if ((session.isArchived ?? false) !== this.#filter.archived) return false;
    const { lastActivityAt: at, id } = session;
    if (!this.#end || at > this.#end.at || (at === this.#end.at && id >= this.#end.id)) return true;
    const { pending, processing, failed } = session.queue;
    return pending + processing + failed > 0 || this.#kept.has(id);
  }

  #addPage(found: readonly SessionItem[], size: number): void {
    const page = found.slice(0, size);
    for (const session of page) this.#items.set(session.id, session);
    const last = page.at(-1);
    this.#end = found.length > size && last ? { at: last.lastActivityAt, id: last.id } : undefined;
  }

  #query(): Pick<SessionsQuery, 'text' | 'archived'> {
    const { text, archived } = this.#filter;
    return { ...(text !== undefined && { text }), archived };
  }

  #inOrder(run: () => Promise<void>): Promise<void> {
    const result = this.#last.then(run);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
