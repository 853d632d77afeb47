import assert from 'node:assert/strict';
import { chosenSeed } from '../support/random';
import { killRounds, type KillOptions } from './kill/rounds';
import { powerCutRounds } from './power/rounds';
import { isDamaged, type Totals } from './verdict';

const ROUNDS = 50;
/** Enough for the damage to show with any seed: a kill costs more time than an image. */
const proofs = [
  { what: 'kills', proof: killRounds, controlRounds: 24 },
  { what: 'power cuts', proof: powerCutRounds, controlRounds: ROUNDS },
];

describe('the store', function () {
  this.timeout(60_000);

  /** Runs with a seed that a failure tells: TIDEMARK_SEED replays it (but for the moments of kills from outside). */
  async function run(
    rounds: number,
    unsafe: boolean,
    proof: (options: KillOptions) => Promise<Totals>,
  ): Promise<{ totals: Totals; about: string }> {
    const seed = chosenSeed();
    const reports: string[] = [];
    const totals = await proof({ rounds, seed, unsafe, report: (text) => void reports.push(text) });
    assert.equal(totals.rounds, rounds);
    return { totals, about: [`TIDEMARK_SEED=${seed}`, ...reports.slice(0, 3)].join('\n') };
  }

  for (const { what, proof, controlRounds } of proofs) {
    it(`loses nothing and doubles nothing in ${ROUNDS} ${what}`, async () => {
      const { totals, about } = await run(ROUNDS, false, proof);
      const { lost, duplicated, unopenable } = totals;
      assert.deepEqual({ lost, duplicated, unopenable }, { lost: 0, duplicated: 0, unopenable: 0 }, about);
      assert.ok(totals.accepted > 0, about);
    });

    it(`is damaged by ${what} once its protection is off, so that the proof above proves something`, async () => {
      const { totals, about } = await run(controlRounds, true, proof);
      assert.ok(isDamaged(totals), about);
    });
  }
});
