import type { MessageState, NewMessage } from '../../src/queue/message';
import type { BatchResult } from '../../src/distill/resultStore';
import type { OperationArgs, OperationResult } from '../../src/storage/queries/operations';

export type UsedName =
  | 'ensureSession'
  | 'addPrompt'
  | 'enqueue'
  | 'claimNext'
  | 'storeResults'
  | 'confirmProcessed'
  | 'markFailed'
  | 'release'
  | 'retry'
  | 'discard'
  | 'resetStuck';
/** One operation as it was asked of the engine. */
export type Asked = { [K in UsedName]: { name: K; args: OperationArgs<K> } }[UsedName];
/** The engine as the workload drives it. */
export type Call = <K extends UsedName>(name: K, args: OperationArgs<K>) => Promise<OperationResult<K>>;

/** What an operation answers that is refused by a constraint. */
export const REFUSED = 'refused';

interface Message {
  session: number;
  token: string;
  size: number;
  toolUseId: string | null;
  state: MessageState;
  attempts: number;
  availableAt: number;
  lease: string | null;
  error: string | null;
}

/** The name by which a message is known from outside, whatever its id. */
export function tokenOf(body: NewMessage['body']): string {
  if (body.kind === 'summary') return body.lastUserMessage;
  return 'use' in body ? (body.use.toolUseId ?? '') : body.report.text;
}

/**
 * The contract of the store in memory: what its tables hold and what it answers after a list of operations. Rows
 * are plain text by a key that has the id in it, so that an id that is used again is a difference.
 */
export class QueueModel {
  #sessions: string[] = [];
  #messages = new Map<number, Message>();
  #lastMessage = 0;
  #lastObservation = 0;
  #lastSummary = 0;
  /** Prompts, events seen, outcomes, observations, summaries: written once and never changed. */
  #settled = new Map<string, string>();
  #prompts = new Map<number, number>();

  clone(): QueueModel {
    const copy = new QueueModel();
    copy.#sessions = [...this.#sessions];
    copy.#messages = new Map([...this.#messages].map(([id, message]) => [id, { ...message }]));
    copy.#lastMessage = this.#lastMessage;
    copy.#lastObservation = this.#lastObservation;
    copy.#lastSummary = this.#lastSummary;
    copy.#settled = new Map(this.#settled);
    copy.#prompts = new Map(this.#prompts);
    return copy;
  }

  /** Everything that the store must hold now. */
  rows(): Map<string, string> {
    const rows = new Map(this.#settled);
    this.#sessions.forEach((session, i) => rows.set(`session ${i + 1}`, session));
    for (const [id, m] of this.#messages) {
      const row = [
        ...[m.session, m.token, m.size, m.toolUseId, m.state],
        ...[m.attempts, m.availableAt, m.lease, m.error],
      ];
      rows.set(`message ${id}`, JSON.stringify(row));
    }
    const counters = {
      messages: this.#lastMessage,
      observations: this.#lastObservation,
      summaries: this.#lastSummary,
    };
    for (const [table, last] of Object.entries(counters)) {
      if (last > 0) rows.set(`last ${table}`, String(last));
    }
    return rows;
  }

  /** What is comparable of the operation's answer. */
  apply({ name, args }: Asked): unknown {
    switch (name) {
      case 'ensureSession':
        return this.#ensureSession(args.agentSessionId);
      case 'addPrompt':
        return this.#addPrompt(args);
      case 'enqueue':
        return this.#enqueue(args);
      case 'claimNext':
        return this.#claimNext(args);
      case 'storeResults':
        return this.#storeResults(args);
      case 'confirmProcessed':
        return this.#confirm(args);
      case 'markFailed':
        return this.#markFailed(args);
      case 'release':
        return this.#putBack(this.#held(args.lease, args.messageIds) ?? []) && undefined;
      case 'retry':
        return this.#retry();
      case 'discard':
        return this.#discard();
      case 'resetStuck':
        return this.#putBack(
          [...this.#messages].filter(([, m]) => m.lease && !args.liveLeases.includes(m.lease)),
        );
    }
  }

  #ensureSession(agentSessionId: string): unknown {
    if (!this.#sessions.includes(agentSessionId)) this.#sessions.push(agentSessionId);
    return this.#sessions.indexOf(agentSessionId) + 1;
  }

  #addPrompt({ sessionId, text, dedupeKeys }: OperationArgs<'addPrompt'>): unknown {
    const last = this.#prompts.get(sessionId) ?? 0;
    const key = `seen ${dedupeKeys[0]!.key}`;
    if (this.#settled.has(key)) return last;
    this.#settled.set(key, '');
    this.#prompts.set(sessionId, last + 1);
    this.#settled.set(`prompt ${sessionId} ${last + 1}`, text);
    return last + 1;
  }

  #enqueue({ sessionId, body, dedupeKeys }: NewMessage): unknown {
    const key = `seen ${dedupeKeys[0]!.key}`;
    if (this.#settled.has(key)) return null;
    if (sessionId > this.#sessions.length) return REFUSED;
    this.#settled.set(key, '');
    const id = ++this.#lastMessage;
    const token = tokenOf(body);
    const toolUseId = body.kind === 'observation' ? token : null;
    const size = JSON.stringify(body).length;
    this.#messages.set(id, {
      ...{ session: sessionId, token, size, toolUseId, state: 'pending' },
      ...{ attempts: 0, availableAt: 0, lease: null, error: null },
    });
    return id;
  }

  #claimNext({ sessionId, lease, now }: OperationArgs<'claimNext'>): unknown {
    for (const [id, message] of this.#messages) {
      if (message.session !== sessionId || message.state !== 'pending' || message.availableAt > now) continue;
      Object.assign(message, { state: 'processing', lease });
      return id;
    }
    return null;
  }

  /** Undefined where one of the ids is not held. */
  #held(lease: string, ids: readonly number[] | undefined): [number, Message][] | undefined {
    const held = [...this.#messages].filter(
      ([id, m]) => m.lease === lease && m.state === 'processing' && (ids?.includes(id) ?? true),
    );
    return ids && held.length !== ids.length ? undefined : held;
  }

  #finish(id: number, outcome: string, rule: string | null, observation: number | null): void {
    const { session, toolUseId } = this.#messages.get(id)!;
    this.#messages.delete(id);
    this.#settled.set(`outcome ${id}`, JSON.stringify([session, toolUseId, outcome, rule, observation]));
  }

  #storeResults({ sessionId, lease, messageIds, distillation }: BatchResult): unknown {
    if (!this.#held(lease, messageIds)) return false;
    for (const draft of distillation.observations) {
      const observation = ++this.#lastObservation;
      this.#settled.set(`observation ${observation}`, JSON.stringify([sessionId, draft.content.title]));
      draft.messageIds.forEach((id, i) =>
        this.#finish(id, i === 0 ? 'observed' : 'merged', null, observation),
      );
    }
    for (const { messageId, rule } of distillation.skips) this.#finish(messageId, 'skipped', rule, null);
    if (distillation.summary) {
      const summary = ++this.#lastSummary;
      this.#settled.set(`summary ${summary}`, JSON.stringify([sessionId, distillation.summary.request]));
    }
    for (const id of messageIds) if (this.#messages.has(id)) this.#finish(id, 'summarised', null, null);
    return true;
  }

  #confirm({ messageIds, lease }: OperationArgs<'confirmProcessed'>): unknown {
    if (!this.#held(lease, messageIds)) return false;
    for (const id of messageIds) this.#finish(id, 'skipped', 'confirmed', null);
    return true;
  }

  #markFailed(args: OperationArgs<'markFailed'>): unknown {
    for (const [, message] of this.#held(args.lease, args.messageIds) ?? []) {
      message.attempts += args.countAttempt ? 1 : 0;
      message.state = message.attempts >= args.maxAttempts ? 'failed' : 'pending';
      const availableAt = message.state === 'failed' ? args.now : args.retryAt;
      Object.assign(message, { availableAt, lease: null, error: args.reason });
    }
    return undefined;
  }

  #putBack(held: [number, Message][]): number {
    for (const [, message] of held) Object.assign(message, { state: 'pending', lease: null });
    return held.length;
  }

  #failed(): [number, Message][] {
    return [...this.#messages].filter(([, { state }]) => state === 'failed');
  }

  #retry(): unknown {
    const failed = this.#failed();
    for (const [, message] of failed) {
      Object.assign(message, { state: 'pending', attempts: 0, availableAt: 0, error: null });
    }
    return failed.length;
  }

  #discard(): unknown {
    const failed = this.#failed();
    for (const [id] of failed) this.#finish(id, 'discarded', null, null);
    return failed.length;
  }
}

/** What `QueueModel.apply` answers, from what the engine answered. */
export function comparable(name: UsedName, answer: unknown): unknown {
  const field = (key: string) => (answer as Record<string, unknown> | null | undefined)?.[key] ?? null;
  if (answer === REFUSED) return REFUSED;
  if (name === 'ensureSession' || name === 'enqueue' || name === 'claimNext') return field('id');
  if (name === 'addPrompt') return field('number');
  return answer;
}
