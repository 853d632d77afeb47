import type { Clock } from '../base/clock';
import type { SearchHit, SearchQuery, SearchStore, SessionHit } from '../memory/search';
import { IndexDamagedError } from './errors';
import type { SearchAnswer } from './queries/search';
import type { Engine } from './sqljs/engine';

/** Searches over the engine, slice by slice, so that whatever else is asked of it comes in between. */
export class EngineSearchStore implements SearchStore {
  #catchingUp: Promise<void> | undefined;
  /** Damaged again when it was just made anew: not tried a third time before the next start. */
  #isGivenUp = false;

  constructor(
    protected readonly engine: Engine,
    private readonly clock: Clock,
  ) {}

  async search(query: SearchQuery): Promise<SearchHit[]> {
    return (await this.#answer(query)).hits;
  }

  async searchSessions(query: SearchQuery): Promise<SessionHit[]> {
    return (await this.#answer(query)).sessions;
  }

  /**
   * Resolves when the index has all that is remembered. Callers at the same time share it.
   * @throws IndexDamagedError where it is damaged again and again. Memory can be stored and read all the same.
   */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#catchUp().finally(() => (this.#catchingUp = undefined));
    return this.#catchingUp;
  }

  /** Makes the index anew. Resolves when that is done. Throws like `catchUp`. */
  async rebuild(): Promise<void> {
    this.#isGivenUp = false;
    await this.engine.call('rebuildIndex', undefined);
    await this.catchUp();
  }

  async #catchUp(): Promise<void> {
    for (let damages = 0; ;) {
      if (this.#isGivenUp) throw new IndexDamagedError();
      const outcome = await this.engine.call('maintainIndex', undefined);
      if (outcome === 'done') return;
      if (outcome === 'damaged' && ++damages > 1) this.#isGivenUp = true;
    }
  }

  /** An index of which a search finds that it is damaged is made anew, once. */
  async #answer(query: SearchQuery): Promise<SearchAnswer> {
    try {
      return await this.#attempt(query);
    } catch (error) {
      if (!(error instanceof IndexDamagedError) || this.#isGivenUp) throw error;
      await this.rebuild();
      return this.#attempt(query);
    }
  }

  async #attempt(query: SearchQuery): Promise<SearchAnswer> {
    for (;;) {
      let reply = await this.engine.call('beginSearch', { query, now: this.clock.now() });
      while (reply.kind === 'more')
        reply = await this.engine.call('continueSearch', { search: reply.search });
      if (reply.kind === 'found') return reply.answer;
      await this.catchUp();
    }
  }
}
