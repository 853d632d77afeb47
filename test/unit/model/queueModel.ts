import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { MessageState } from '../../../src/queue/message';
import { DEFAULT_MAX_ATTEMPTS } from '../../../src/queue/pendingMessageStore';
import { openStore, toolUse, type OpenStore } from '../../support/store';

/** What the queue of one history must hold, by the names of its messages, in order. */
export interface Model {
  messages: Map<string, { state: MessageState; attempts: number; lease?: string }>;
  /** Names that were accepted, whatever has become of them. */
  seen: Set<string>;
  done: Set<string>;
}

export const emptyModel = (): Model => ({ messages: new Map(), seen: new Set(), done: new Set() });

/** The real queue: one session in a store that other histories use, too. */
export class Real {
  readonly ids = new Map<string, number>();
  constructor(
    readonly folder: string,
    public store: OpenStore,
    readonly sessionId: number,
    readonly history: number,
  ) {}

  message(name: string) {
    return {
      ...{ sessionId: this.sessionId, promptNumber: 0, createdAt: 1 },
      dedupeKeys: [{ key: `${this.history}:${name}` }],
      body: { kind: 'observation' as const, use: toolUse(name) },
    };
  }

  lease(name: string): string {
    return `${this.history}:${name}`;
  }

  /** SIGKILL of the engine's thread, and what a new keeper does first. */
  async crash(): Promise<void> {
    const worker = (this.store.engine as unknown as { worker: { terminate(): Promise<number> } }).worker;
    await worker.terminate();
    this.store = await openStore(this.folder);
    await this.store.queue.resetStuck([]);
  }
}

type Command = fc.AsyncCommand<Model, Real>;

/** After each command: every message is where the model says, once, and the counts are those of the rows. */
async function check(model: Model, real: Real): Promise<void> {
  const rows = await real.store.queue.list(real.sessionId, 1_000);
  const found = rows.map(({ body, state, attempts }) => {
    const name = body.kind === 'observation' && 'use' in body ? body.use.toolUseId : undefined;
    return `${name} ${state} ${attempts}`;
  });
  assert.deepEqual(
    found,
    [...model.messages].map(([name, { state, attempts }]) => `${name} ${state} ${attempts}`),
  );
  const count = (state: MessageState) => rows.filter((row) => row.state === state).length;
  assert.deepEqual(real.store.queue.counts(real.sessionId), {
    ...{ pending: count('pending'), processing: count('processing'), failed: count('failed') },
  });
  const outcomes = await real.store.memory.toolOutcomes(real.sessionId);
  assert.deepEqual(new Set(outcomes.map(({ toolUseId }) => toolUseId)), model.done);
  assert.equal(outcomes.length, model.done.size, 'a message was finished twice');
}

function command(
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  isPossible: (model: Model) => boolean = () => true,
): Command {
  return {
    check: isPossible,
    run: async (model, real) => {
      await run(model, real);
      await check(model, real);
    },
    toString: () => name,
  };
}

const held = (model: Model, lease: string) =>
  [...model.messages].filter(([, message]) => message.state === 'processing' && message.lease === lease);

const accept = (model: Model, name: string) => {
  model.seen.add(name);
  model.messages.set(name, { state: 'pending', attempts: 0 });
};

function giveBack(model: Model, lease?: string): void {
  for (const message of model.messages.values()) {
    if (message.state === 'processing' && (lease === undefined || message.lease === lease)) {
      message.state = 'pending';
      delete message.lease;
    }
  }
}

export const enqueue = (name: string) =>
  command(`enqueue ${name}`, async (model, real) => {
    const { id, duplicate } = await real.store.queue.enqueue(real.message(name));
    assert.equal(duplicate, model.seen.has(name));
    if (duplicate) return;
    assert.ok(![...real.ids.values()].includes(id!), 'an id was used again');
    real.ids.set(name, id!);
    accept(model, name);
  });

export const claim = (lease: string) =>
  command(`claim by ${lease}`, async (model, real) => {
    const claimed = await real.store.queue.claimNext(real.sessionId, real.lease(lease));
    const first = [...model.messages].find(([, { state }]) => state === 'pending');
    assert.equal(claimed?.id, first && real.ids.get(first[0]));
    if (first) Object.assign(first[1], { state: 'processing', lease });
  });

/** Confirms what is said to be held: refused as a whole unless the lease holds all of it. */
export const confirm = (lease: string, ofLease: string) =>
  command(
    `${lease} confirms what ${ofLease} holds`,
    async (model, real) => {
      const names = held(model, ofLease).map(([name]) => name);
      const ids = names.map((name) => real.ids.get(name)!);
      const confirmed = await real.store.queue.confirmProcessed(ids, real.lease(lease));
      assert.equal(confirmed, lease === ofLease);
      if (!confirmed) return;
      for (const name of names) {
        model.messages.delete(name);
        model.done.add(name);
      }
    },
    (model) => held(model, ofLease).length > 0,
  );

export const fail = (lease: string, countAttempt: boolean) =>
  command(`${lease} fails${countAttempt ? '' : ' without fault'}`, async (model, real) => {
    const messages = held(model, lease);
    const ids = messages.map(([name]) => real.ids.get(name)!);
    await real.store.queue.markFailed(ids, real.lease(lease), 'why', { retryAt: 0, countAttempt });
    for (const [, message] of messages) {
      if (countAttempt) message.attempts++;
      message.state = message.attempts >= DEFAULT_MAX_ATTEMPTS ? 'failed' : 'pending';
      delete message.lease;
    }
  });

export const release = (lease: string) =>
  command(`${lease} gives back`, async (model, real) => {
    await real.store.queue.release(real.lease(lease));
    giveBack(model, lease);
  });

const failedOf = (model: Model) => [...model.messages].filter(([, { state }]) => state === 'failed');

export const retry = () =>
  command('retry', async (model, real) => {
    const failed = failedOf(model);
    assert.equal(await real.store.queue.retry(failed.map(([name]) => real.ids.get(name)!)), failed.length);
    for (const [, message] of failed) Object.assign(message, { state: 'pending', attempts: 0 });
  });

export const discard = () =>
  command('discard', async (model, real) => {
    const failed = failedOf(model);
    assert.equal(await real.store.queue.discard(failed.map(([name]) => real.ids.get(name)!)), failed.length);
    for (const [name] of failed) {
      model.messages.delete(name);
      model.done.add(name);
    }
  });

export const reset = (live: string) =>
  command(`reset but ${live}`, async (model, real) => {
    await real.store.queue.resetStuck([real.lease(live)], real.sessionId);
    for (const message of model.messages.values()) {
      if (message.lease !== undefined && message.lease !== live) giveBack(model, message.lease);
    }
  });

export const crash = () =>
  command('crash', async (model, real) => {
    await real.crash();
    giveBack(model);
  });

/** What was not acknowledged may be there or not; asked again, it is there once. */
export const crashInEnqueue = (name: string) =>
  command(`crash while ${name} is enqueued`, async (model, real) => {
    const asked = real.store.queue.enqueue(real.message(name)).catch(() => undefined);
    await real.crash();
    await asked;
    giveBack(model);
    await real.store.queue.enqueue(real.message(name));
    if (model.seen.has(name)) return;
    const rows = await real.store.queue.list(real.sessionId, 1_000);
    real.ids.set(name, rows.at(-1)!.id);
    accept(model, name);
  });
