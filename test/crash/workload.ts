import type { Distillation } from '../../src/distill/provider';
import type { PersistentMessage } from '../../src/queue/message';
import { StatementError } from '../../src/storage/errors';
import { project } from '../support/store';
import type { Random } from '../support/random';
import { tokenOf, type Call } from './queueModel';

const SESSIONS = 3;
const UNKNOWN_SESSION = 9_999;
const FAR = 10_000_000;

/**
 * What a keeper does to its store, at random: producers that enqueue at the same time, consumers that claim,
 * store, confirm, fail, release or forget, and a person who retries and discards. It ends by itself after
 * `steps`; until then every operation is asked as soon as the one before it, in the same strand, is answered.
 */
export class Workload {
  #steps = 0;
  #tokens = 0;
  #leases = 0;

  /**
   * @param name in every token and lease, so that they are unique in the life of the store: a number.
   * @param refusals also asks for what a constraint refuses, which takes a journal to roll back.
   */
  constructor(
    private readonly call: Call,
    private readonly random: Random,
    private readonly name: string,
    private readonly refusals = true,
  ) {}

  /** Rejects with what the engine rejects with when it ends. */
  async run(steps: number): Promise<void> {
    this.#steps = steps;
    const ids: number[] = [];
    for (let i = 1; i <= SESSIONS; i++) {
      const args = { agent: 'claude-code', agentSessionId: `session-${i}`, project, at: 1 } as const;
      ids.push((await this.call('ensureSession', args)).id);
    }
    await this.call('resetStuck', { liveLeases: [] });
    const strands = [this.#person(ids)];
    for (let i = this.random.int(1, 8); i > 0; i--) strands.push(this.#producer(ids));
    for (let i = this.random.int(1, 3); i > 0; i--) strands.push(this.#consumer(ids));
    await Promise.all(strands);
  }

  async #producer(ids: readonly number[]): Promise<void> {
    const { random } = this;
    while (this.#steps-- > 0) {
      const sessionId = random.pick(ids);
      if (random.chance(0.05)) await this.#prompt(sessionId);
      else if (this.refusals && random.chance(0.03)) await this.#enqueue(UNKNOWN_SESSION, this.#newToken());
      // A sender that got no answer sends the same event again.
      else if (random.chance(0.15)) await this.#enqueue(sessionId, this.#oldToken());
      else await this.#enqueue(sessionId, this.#newToken());
    }
  }

  #newToken(): string {
    return `${this.name}-${++this.#tokens}`;
  }

  #oldToken(): string {
    const before = Math.max(0, Number(this.name) - this.random.int(0, 2));
    return `${before}-${this.random.int(1, Math.max(1, this.#tokens))}`;
  }

  async #prompt(sessionId: number): Promise<void> {
    const text = `prompt ${this.#newToken()}`;
    await this.call('addPrompt', {
      sessionId,
      text,
      isPrivate: false,
      at: 1,
      dedupeKeys: [{ key: `event:${text}` }],
    });
  }

  async #enqueue(sessionId: number, token: string): Promise<void> {
    const filler = 'x'.repeat(this.random.chance(0.03) ? 50_000 : this.random.magnitude(50, 5_000));
    const action = { kind: 'command', command: 'true', output: filler } as const;
    const body = this.random.chance(0.1)
      ? ({ kind: 'summary', lastUserMessage: token, lastAssistantMessage: filler } as const)
      : ({ kind: 'observation', use: { toolUseId: token, tool: 'Bash', action } } as const);
    const message = { sessionId, promptNumber: 1, createdAt: 1_000, body };
    await refusable(this.call('enqueue', { ...message, dedupeKeys: [{ key: `event:${token}` }] }));
  }

  async #consumer(ids: readonly number[]): Promise<void> {
    const { random } = this;
    while (this.#steps-- > 0) {
      const sessionId = random.pick(ids);
      const lease = `lease-${this.name}-${++this.#leases}`;
      const claimed: PersistentMessage[] = [];
      for (let i = random.int(1, 5); i > 0; i--) {
        const message = await this.call('claimNext', { sessionId, lease, now: 1_000 });
        if (message) claimed.push(message);
      }
      if (claimed.length > 0) await this.#finish(sessionId, lease, claimed);
    }
  }

  async #finish(sessionId: number, lease: string, claimed: PersistentMessage[]): Promise<void> {
    const { random } = this;
    const messageIds = claimed.map(({ id }) => id);
    const roll = random.next();
    if (roll < 0.6) {
      const distillation = distil(claimed, random);
      await this.call('storeResults', {
        ...{ sessionId, promptNumber: 1, lease, messageIds, provider: 'test', distillation },
      });
    } else if (roll < 0.7) await this.call('confirmProcessed', { messageIds, lease });
    else if (roll < 0.88) {
      const retryAt = random.chance(0.2) ? FAR : 0;
      const failure = {
        reason: `failed under ${lease}`,
        retryAt,
        countAttempt: true,
        maxAttempts: 2,
        now: 5,
      };
      await this.call('markFailed', { messageIds, lease, ...failure });
    } else if (roll < 0.95) await this.call('release', { lease, messageIds });
    // The rest stays in work until the store's next owner puts it back.
  }

  async #person(ids: readonly number[]): Promise<void> {
    while (this.#steps-- > 0) {
      await this.#enqueue(this.random.pick(ids), this.#newToken());
      const roll = this.random.next();
      if (roll < 0.1) await this.call('retry', {});
      else if (roll < 0.2) await this.call('discard', {});
    }
  }
}

/** A constraint that refuses an operation is an answer as well. */
async function refusable(asked: Promise<unknown>): Promise<void> {
  try {
    await asked;
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
  }
}

function distil(claimed: readonly PersistentMessage[], random: Random): Distillation {
  const result: Distillation = { observations: [], skips: [] };
  for (const { id, body } of claimed) {
    const token = tokenOf(body);
    if (body.kind === 'summary') {
      result.summary ??= { request: token, filesRead: [], filesModified: [] };
    } else if (random.chance(0.2)) {
      result.skips.push({ messageId: id, rule: 'trivial' });
    } else if (random.chance(0.3) && result.observations.length > 0) {
      random.pick(result.observations).messageIds.push(id);
    } else {
      const lists = { facts: [], concepts: [], filesRead: [], filesModified: [] };
      result.observations.push({
        content: { type: 'note', title: token, narrative: 'y'.repeat(random.int(0, 2_000)), ...lists },
        messageIds: [id],
      });
    }
  }
  return result;
}
