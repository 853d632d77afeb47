import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { engineFiles } from '../../../scripts/build';
import { bundle } from '../../support/bundle';
import { Random } from '../../support/random';
import { openHere } from '../../support/sqlite';
import { QueueModel } from '../queueModel';
import { defects, storeRows } from '../storeRows';
import { judge, noTotals, type Totals, type Verdict } from '../verdict';
import { runChild, type ChildLife } from './killedChild';
import type { ChildPlan } from './plan';

export interface KillOptions {
  rounds: number;
  seed: number;
  /** The negative control: no journal, no syncs, and kills inside of file operations only. */
  unsafe: boolean;
  /** Hears of each damaged round. */
  report: (text: string) => void;
}

/** Children at the same time, each on a store of its own. */
const LANES = 2;

/** Kills a child per round and looks at what it leaves. Rounds of a lane go on with the same store. */
export async function killRounds(options: KillOptions): Promise<Totals> {
  const programs = {
    child: bundle(join(__dirname, 'child.ts'), 'crash/kill/child.js'),
    worker: bundle(join(__dirname, 'killWorker.ts'), 'crash/kill/killWorker.js'),
  };
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-kill-'));
  const totals = noTotals();
  const random = new Random(options.seed);
  try {
    const lanes = Array.from(
      { length: LANES },
      (_, i) => new Lane(join(folder, `lane-${i}`), random.fork(), programs, options, totals),
    );
    const share = Math.floor(options.rounds / LANES);
    await Promise.all(lanes.map((lane, i) => lane.run(share + (i < options.rounds - share * LANES ? 1 : 0))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return totals;
}

class Lane {
  #model = new QueueModel();
  #stores = 0;
  #roundsLeft = 0;
  #name = 0;
  #folder = '';

  constructor(
    private readonly parent: string,
    private readonly random: Random,
    private readonly programs: { child: string; worker: string },
    private readonly options: KillOptions,
    private readonly totals: Totals,
  ) {}

  async run(rounds: number): Promise<void> {
    for (let i = 0; i < rounds; i++) {
      if (this.#roundsLeft-- <= 0) await this.#freshStore();
      await this.#round(i);
    }
  }

  async #freshStore(): Promise<void> {
    if (this.#folder) await rm(this.#folder, { recursive: true });
    this.#folder = join(this.parent, `store-${++this.#stores}`);
    await mkdir(this.#folder, { recursive: true });
    this.#model = new QueueModel();
    this.#roundsLeft = this.random.int(0, 9);
    this.#name = 0;
  }

  async #round(round: number): Promise<void> {
    const { plan, killAfterMs } = this.#plan(round);
    const life = await runChild(this.programs.child, plan, killAfterMs);
    this.totals.rounds++;
    this.totals.accepted += life.operations.filter(
      ({ name }, i) => name === 'enqueue' && typeof life.answers[i] === 'number',
    ).length;
    const complaints = await this.#verify(plan, life);
    if (life.failure !== undefined) {
      this.totals.unopenable++;
      complaints.push(`the child failed: ${life.failure}`);
    }
    if (complaints.length === 0) return;
    const where = `round ${round} of ${this.parent}, seed ${this.options.seed}, ${JSON.stringify(plan)}`;
    this.options.report(`${where}\n  ${complaints.slice(0, 6).join('\n  ')}`);
    this.#roundsLeft = 0;
  }

  #plan(round: number): { plan: ChildPlan; killAfterMs?: number } {
    const { random } = this;
    const { unsafe } = this.options;
    const inside = unsafe || round % 2 === 1;
    const plan: ChildPlan = {
      ...{ file: join(this.#folder, 'tidemark.db'), wasmFile: engineFiles.wasmFile, unsafe },
      // Killed from outside, the worker is the one that is shipped.
      workerFile: inside ? this.programs.worker : engineFiles.workerFile,
      ...{ seed: random.int(0, 0x7fffffff), name: String(++this.#name) },
      checkpointPages: random.pick([8, 60, 1_000]),
    };
    const call = random.magnitude(1, 3_000);
    const where = random.pick(['before', 'inside', 'inside', 'after'] as const);
    const killAfterMs = 50 + random.next() * 400;
    return inside ? { plan: { ...plan, kill: { call, where } } } : { plan, killAfterMs };
  }

  /** What is wrong; counted in the totals. */
  async #verify({ file }: ChildPlan, { operations, answers }: ChildLife): Promise<string[]> {
    const wrong = wrongAnswers(this.#model, { operations, answers });
    this.totals.lost += wrong.length;
    let verdict: Verdict;
    try {
      // Where a copy is looked at, the next child recovers the store by itself, and may be killed doing that.
      const connection = await openHere(this.random.chance(0.5) ? file : await copyStore(file));
      try {
        const found = defects(connection);
        if (found.length > 0) throw new Error(found.join('; '));
        verdict = judge(this.#model, operations, answers.length, storeRows(connection));
      } finally {
        connection.close();
      }
    } catch (error) {
      this.totals.unopenable++;
      return [...wrong, `can't be opened: ${String(error)}`];
    }
    this.totals.lost += verdict.lost;
    this.totals.duplicated += verdict.duplicated;
    this.#model = verdict.model;
    return [...wrong, ...verdict.differences];
  }
}

/** Answers that the contract doesn't give. */
function wrongAnswers(before: QueueModel, { operations, answers }: ChildLife): string[] {
  const model = before.clone();
  return answers.flatMap((answer, i) => {
    const expected = model.apply(operations[i]!) ?? null;
    if (isDeepStrictEqual(expected, answer)) return [];
    return [`${operations[i]!.name} answered ${JSON.stringify(answer)}, not ${JSON.stringify(expected)}`];
  });
}

/** The files as they lie there, with the journals that a killed process left. */
async function copyStore(file: string): Promise<string> {
  const folder = `${file}-copy`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const suffix of ['', '-wal', '-journal']) {
    if (existsSync(file + suffix)) await copyFile(file + suffix, join(folder, `tidemark.db${suffix}`));
  }
  return join(folder, 'tidemark.db');
}
