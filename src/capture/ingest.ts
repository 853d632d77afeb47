import type { DedupeKey } from '../queue/message';
import type { SessionManager } from '../session/sessionManager';
import type { SessionStore, StoredSession } from '../session/sessionStore';
import { createHash } from 'node:crypto';
import type { AgentEvent } from './vocabulary';

/** Two events without ids of their own are the same one, over two routes, only when they come this close. */
const SAME_WITHIN_MS = 3_000;

/** Under this name the agent's own account of what it compacted comes as a report. */
const COMPACTION = 'compaction';

/**
 * Hands an agent's events to sessions and queue. Each event is durable when `accept` resolves, and accepting
 * it again, after a crash or over another route, changes nothing.
 */
export class Ingest {
  /** Ids of sessions that are in the store and have not ended: saves a write for each of their events. */
  readonly #known = new Map<string, number>();

  constructor(
    private readonly sessions: SessionStore,
    private readonly manager: SessionManager,
  ) {}

  async accept(event: AgentEvent): Promise<void> {
    const id = await this.#sessionOf(event);
    switch (event.type) {
      case 'sessionStarted':
        return;
      case 'prompt':
      case 'privatePrompt':
        return this.#prompt(id, event);
      case 'toolUsed':
      case 'toolFailed': {
        await this.manager.queueObservation(
          id,
          { use: event.use },
          this.#origin(event, event.use.toolUseId, event.use),
        );
        return;
      }
      case 'subagentEnded':
        if (event.lastAssistantMessage)
          await this.#report(id, event, event.lastAssistantMessage, event.subagent);
        return;
      case 'compacted':
        return this.#report(id, event, event.summary, { id: COMPACTION });
      case 'turnEnded':
        return this.#turnEnded(id, event);
      case 'sessionEnded':
        await this.sessions.endSession(id, event.reason, event.at);
        this.#known.delete(sessionKey(event));
        this.manager.markEnded(id);
    }
  }

  async #sessionOf(event: AgentEvent): Promise<number> {
    const key = sessionKey(event);
    const known = this.#known.get(key);
    if (known !== undefined && event.type !== 'sessionStarted') return known;
    const session: StoredSession = await this.sessions.ensureSession(
      event.agent,
      event.agentSessionId,
      event.project,
      event.at,
    );
    this.#known.set(key, session.id);
    return session.id;
  }

  async #prompt(id: number, event: AgentEvent & { type: 'prompt' | 'privatePrompt' }): Promise<void> {
    const text = event.type === 'prompt' ? event.text : '';
    const { number, duplicate } = await this.sessions.addPrompt(id, {
      text,
      isPrivate: event.type === 'privatePrompt',
      at: event.at,
      dedupeKeys: this.#keys(event, event.promptId && `prompt:${event.promptId}`, text),
    });
    // Known already: the session may have gone on to another prompt since.
    if (!duplicate) await this.manager.initializeSession(id, text, number);
  }

  async #report(
    id: number,
    event: AgentEvent,
    text: string,
    subagent: { id: string; type?: string },
  ): Promise<void> {
    const name =
      subagent.id === COMPACTION
        ? event.promptId && `${COMPACTION}:${event.promptId}:${hash(text)}`
        : subagent.id;
    await this.manager.queueObservation(id, { report: { text, subagent } }, this.#origin(event, name, text));
  }

  async #turnEnded(id: number, event: AgentEvent & { type: 'turnEnded' }): Promise<void> {
    const prompts = await this.sessions.getPrompts(id);
    const said = event.lastAssistantMessage ?? '';
    // One prompt can end more than once, with other words each time: the words are part of the name.
    const name = event.promptId && `stop:${event.promptId}:${hash(said)}`;
    await this.manager.queueSummarize(id, prompts.at(-1)?.text ?? '', said, {
      ...this.#origin(event, name, said),
      ...(event.failure !== undefined && { failure: event.failure }),
    });
  }

  #origin(event: AgentEvent, name: string | undefined, content: unknown) {
    return { at: event.at, dedupeKeys: this.#keys(event, name, content) };
  }

  /** The spool file's id; and the agent's own name of the event, or its content where it has no name. */
  #keys(event: AgentEvent, name: string | undefined, content: unknown): DedupeKey[] {
    const route: DedupeKey = name
      ? { key: `${sessionKey(event)}:${event.type}:${name}` }
      : {
          key: `${sessionKey(event)}:${event.type}:hash:${hash(JSON.stringify(content))}`,
          withinMs: SAME_WITHIN_MS,
        };
    return [{ key: `event:${event.eventId}` }, route];
  }
}

function sessionKey(event: AgentEvent): string {
  return `${event.agent}:${event.agentSessionId}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
