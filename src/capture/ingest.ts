import type { DedupeKey } from '../queue/message';
import type { Origin, SessionManager } from '../session/sessionManager';
import type { SessionStore, StoredSession } from '../session/sessionStore';
import { createHash } from 'node:crypto';
import { asksTidemark } from './ownTools';
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

  /** False for an event that was accepted before, over this or another route. */
  async accept(event: AgentEvent): Promise<boolean> {
    const key = sessionKey(event);
    const known = this.#known.get(key);
    try {
      return await this.#accept(event);
    } catch (error) {
      // A person may just have deleted the session: what comes after that begins it anew.
      if (known === undefined || (await this.sessions.getSessionById(known))) throw error;
      this.#known.delete(key);
      return this.#accept(event);
    }
  }

  async #accept(event: AgentEvent): Promise<boolean> {
    const id = await this.#sessionOf(event);
    switch (event.type) {
      case 'sessionStarted':
        if (event.title) await this.sessions.setAgentTitle(id, event.title);
        return true;
      case 'prompt':
      case 'privatePrompt':
        return this.#prompt(id, event);
      case 'toolUsed':
      case 'toolFailed': {
        const { use } = event;
        if (asksTidemark(use.action)) return true;
        const origin = await this.#origin(id, event, use.toolUseId && `tool:${use.toolUseId}`, use);
        const { duplicate } = await this.manager.queueObservation(id, { use }, origin);
        return !duplicate;
      }
      case 'subagentEnded':
        if (!event.lastAssistantMessage) return true;
        return this.#report(id, event, event.lastAssistantMessage, event.subagent);
      case 'compacted':
        return this.#report(id, event, event.summary, { id: COMPACTION });
      case 'turnEnded':
        return this.#turnEnded(id, event);
      case 'sessionEnded':
        await this.#closeOpenPrompt(id, event);
        await this.sessions.endSession(id, event.reason, event.at);
        this.#known.delete(sessionKey(event));
        this.manager.markEnded(id);
        return true;
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

  async #prompt(id: number, event: AgentEvent & { type: 'prompt' | 'privatePrompt' }): Promise<boolean> {
    const text = event.type === 'prompt' ? event.text : '';
    const { number, duplicate } = await this.sessions.addPrompt(id, {
      text,
      isPrivate: event.type === 'privatePrompt',
      at: event.at,
      dedupeKeys: this.#keys(event, event.promptId && `prompt:${event.promptId}`, text),
      ...(event.promptId !== undefined && { agentPromptId: event.promptId }),
    });
    // Known already: the session may have gone on to another prompt since.
    if (duplicate) return false;
    await this.#closeOpenPrompt(id, event, number);
    await this.manager.initializeSession(id, text, number);
    return true;
  }

  /**
   * A turn whose end nobody told, though the session went on to prompt `next` or ended, was interrupted: its
   * summary says so. What is private has no summary.
   */
  async #closeOpenPrompt(id: number, event: AgentEvent, next = Infinity): Promise<void> {
    const prompts = await this.sessions.getPrompts(id);
    const open = prompts.filter(({ number }) => number < next).at(-1);
    if (!open || open.endedAt !== undefined || open.isPrivate) return;
    await this.manager.queueSummarize(id, open.text, '', {
      ...{ at: event.at, promptNumber: open.number, interrupted: true },
      dedupeKeys: [{ key: `${sessionKey(event)}:interrupted:${open.number}` }],
    });
  }

  async #report(
    id: number,
    event: AgentEvent,
    text: string,
    subagent: { id: string; type?: string },
  ): Promise<boolean> {
    const name =
      subagent.id === COMPACTION
        ? event.promptId && `${COMPACTION}:${event.promptId}:${hash(text)}`
        : `subagent:${subagent.id}:${hash(text)}`;
    const origin = await this.#origin(id, event, name, text);
    const { duplicate } = await this.manager.queueObservation(id, { report: { text, subagent } }, origin);
    return !duplicate;
  }

  async #turnEnded(id: number, event: AgentEvent & { type: 'turnEnded' }): Promise<boolean> {
    const said = event.lastAssistantMessage ?? '';
    // One prompt can end more than once, with other words each time: the words are part of the name.
    const name = event.promptId && `stop:${event.promptId}:${hash(said)}`;
    const origin = await this.#origin(id, event, name, said);
    const prompts = await this.sessions.getPrompts(id);
    const named = prompts.find(({ number }) => number === origin.promptNumber);
    const prompt = named ?? prompts.at(-1);
    // A prompt that the agent wrote to itself goes on with the last one's work, and is no end of it.
    const ended = event.promptId === undefined ? prompt : named;
    if (ended) await this.sessions.endPrompt(id, ended.number, event.at);
    const { duplicate } = await this.manager.queueSummarize(id, prompt?.text ?? '', said, {
      ...origin,
      ...(event.failure !== undefined && { failure: event.failure }),
    });
    return !duplicate;
  }

  async #origin(id: number, event: AgentEvent, name: string | undefined, content: unknown): Promise<Origin> {
    const number = event.promptId && (await this.sessions.findPrompt(id, event.promptId));
    return {
      at: event.at,
      dedupeKeys: this.#keys(event, name, content),
      // Work that a prompt started can end when the session is at another one. A prompt that the agent wrote to
      // itself is not known: its work belongs to the last.
      ...(number ? { promptNumber: number } : {}),
    };
  }

  /** The spool file's id; and the agent's own name of the event, or its content where it has no name. */
  #keys(event: AgentEvent, name: string | undefined, content: unknown): DedupeKey[] {
    const key = name ?? (event.eventKey && `${kindOf(event)}:at:${event.eventKey}`);
    return [
      { key: `event:${event.eventId}` },
      key ? { key: `${sessionKey(event)}:${key}` } : this.#contentKey(event, content),
    ];
  }

  #contentKey(event: AgentEvent, content: unknown): DedupeKey {
    return {
      key: `${sessionKey(event)}:${kindOf(event)}:hash:${hash(JSON.stringify(content))}`,
      withinMs: SAME_WITHIN_MS,
    };
  }
}

/** What an event is called in its names: two agents' hooks may tell one call as used and as failed. */
function kindOf({ type }: AgentEvent): string {
  return type === 'toolFailed' ? 'toolUsed' : type;
}

function sessionKey(event: AgentEvent): string {
  return `${event.agent}:${event.agentSessionId}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
