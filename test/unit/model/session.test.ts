import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Generator } from '../../../src/session/generatorRunner';
import type { SessionManager } from '../../../src/session/sessionManager';
import { nameOf, SessionHarness, work } from '../../support/sessionHarness';

const HISTORIES = 150;
const BOUND_MS = 3_000;

type Step =
  | { do: 'queue'; session: number }
  | { do: 'summarize'; session: number }
  | { do: 'initialize'; session: number }
  | { do: 'delete'; session: number }
  | { do: 'suspend' | 'resume' | 'restart' | 'pass' | 'settle' };

const session = fc.constantFrom(0, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: session.map((s): Step => ({ do: 'queue', session: s })) },
  { weight: 2, arbitrary: session.map((s): Step => ({ do: 'summarize', session: s })) },
  { weight: 1, arbitrary: session.map((s): Step => ({ do: 'initialize', session: s })) },
  { weight: 1, arbitrary: session.map((s): Step => ({ do: 'delete', session: s })) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Step[]>(
      ...(['suspend', 'resume', 'restart', 'pass', 'settle'] as const).map((d) => ({ do: d })),
    ),
  },
);

/** One history: what was accepted, what was finished, and how many worked on a session at once. */
class History {
  readonly accepted = new Map<number, string[]>();
  readonly finished = new Map<number, string[]>();
  readonly #working = new Map<number, number>();
  #names = 0;
  #turn = 0;
  manager: SessionManager;

  constructor(
    private readonly harness: SessionHarness,
    private readonly sessions: number[],
    /** What the generator does with each message in turn. */
    private readonly behaviour: readonly ('confirm' | 'fail' | 'throw' | 'leave')[],
  ) {
    this.manager = this.#makeManager();
  }

  #makeManager(): SessionManager {
    return this.harness.makeManager({ generator: this.#generator, stopBoundMs: BOUND_MS });
  }

  #generator: Generator = async ({ id }, messages) => {
    const working = (this.#working.get(id) ?? 0) + 1;
    this.#working.set(id, working);
    assert.equal(working, 1, 'two generators on one session');
    try {
      for await (const message of messages) {
        const { queue } = this.harness;
        switch (this.behaviour[this.#turn++ % this.behaviour.length]) {
          case 'fail':
            await queue.markFailed([message.id], messages.lease, 'no', {
              retryAt: this.harness.clock.now() + 500,
              countAttempt: false,
            });
            break;
          case 'throw':
            throw new Error('The provider broke.');
          case 'leave':
            return;
          default:
            if (await queue.confirmProcessed([message.id], messages.lease)) {
              this.finished.set(id, [...(this.finished.get(id) ?? []), nameOf(message) + message.id]);
            }
        }
      }
    } finally {
      this.#working.set(id, this.#working.get(id)! - 1);
    }
  };

  async run(step: Step): Promise<void> {
    const { manager, harness } = this;
    switch (step.do) {
      case 'queue':
      case 'summarize': {
        const id = this.sessions[step.session]!;
        const name = `m${++this.#names}`;
        const asked =
          step.do === 'queue' ? manager.queueObservation(id, work(name)) : manager.queueSummarize(id, name);
        const accepted = asked.then((result) =>
          this.#accept(id, step.do === 'queue' ? name : 'summary', result.id!),
        );
        // Not always awaited before the next step: calls overlap as they do in life.
        if (this.#names % 3 === 0) await accepted;
        this.#open.push(accepted);
        return;
      }
      case 'initialize':
        await manager.initializeSession(this.sessions[step.session]!);
        return;
      case 'delete':
        return this.#passing(manager.deleteSession(this.sessions[step.session]!));
      case 'suspend':
        return this.#passing(manager.suspend());
      case 'resume':
        return manager.resume();
      case 'restart':
        // The window dies: nothing is ended in order, and a new one begins with what is stored.
        await Promise.all(this.#open.splice(0));
        manager.dispose();
        await harness.settled();
        await harness.queue.resetStuck([]);
        this.manager = this.#makeManager();
        return;
      case 'pass':
        harness.clock.advance(10_000);
        return harness.settled();
      case 'settle':
        return harness.settled();
    }
  }

  readonly #open: Promise<void>[] = [];

  acceptedOf(id: number): string[] {
    return [...(this.accepted.get(id) ?? [])].sort();
  }

  finishedOf(id: number): string[] {
    return [...(this.finished.get(id) ?? [])].sort();
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#open);
    this.manager.dispose();
    await this.harness.settled();
  }

  #accept(id: number, name: string, messageId: number): void {
    this.accepted.set(id, [...(this.accepted.get(id) ?? []), name + messageId]);
  }

  /** Waits, moving the clock while the bound of a stop may be running. */
  async #passing(stopped: Promise<void>): Promise<void> {
    let ended = false;
    const done = stopped.finally(() => (ended = true));
    while (!ended) {
      await this.harness.settled();
      if (!ended) this.harness.clock.advance(BOUND_MS);
    }
    await done;
  }

  /** Lets everything that was accepted come to its end. */
  async drain(): Promise<void> {
    await Promise.all(this.#open.splice(0));
    this.manager.resume();
    for (let round = 0; this.manager.isAnySessionProcessing(); round++) {
      assert.ok(round < 500, `stuck: ${JSON.stringify(this.harness.queue.counts())}`);
      await this.harness.settled();
      this.harness.clock.advance(60_000);
    }
    await this.harness.settled();
  }
}

describe('sessions, held against a model', function () {
  this.timeout(180_000);
  let harness: SessionHarness;
  before(async () => (harness = await SessionHarness.open()));
  after(() => harness.close());

  it(`finish what they accepted, once and in the end, over ${HISTORIES} histories`, async () => {
    const behaviours = fc.array(fc.constantFrom('confirm', 'confirm', 'fail', 'throw', 'leave'), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), behaviours, async (steps, behaviour) => {
        const sessions = [await harness.newSession('one'), await harness.newSession('two')];
        // Something must get through in the end.
        const history = new History(harness, sessions, [...(behaviour as 'confirm'[]), 'confirm']);
        try {
          for (const each of steps) await history.run(each);
          await history.drain();
          for (const id of sessions) {
            assert.deepEqual(history.finishedOf(id), history.acceptedOf(id));
          }
          assert.deepEqual(harness.queue.counts(), { pending: 0, processing: 0, failed: 0 });
        } finally {
          // A manager that lives on would take the next history's work.
          await history.end();
          await harness.clean();
        }
      }),
      {
        numRuns: HISTORIES,
        ...(process.env['TIDEMARK_SEED'] && { seed: Number(process.env['TIDEMARK_SEED']) }),
        ...(process.env['TIDEMARK_PATH'] && { path: process.env['TIDEMARK_PATH'] }),
      },
    );
  });
});
