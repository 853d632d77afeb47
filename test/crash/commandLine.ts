import { parseArgs } from 'node:util';
import { build } from '../../scripts/build';
import { chosenSeed } from '../support/random';
import { isDamaged, type Totals } from './verdict';

interface Rounds {
  rounds: number;
  seed: number;
  unsafe: boolean;
  report: (text: string) => void;
}

/**
 * `--rounds N [--seed S] [--json] [--unsafe]`. With `--json` the last line of stdout is the totals. `--unsafe` is
 * the negative control: the same rounds over an engine whose protection is switched off, which must show damage.
 */
export async function runFromCommandLine(
  what: string,
  run: (options: Rounds) => Promise<Totals>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      unsafe: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? chosenSeed() : Number(values.seed);
  const { unsafe } = values;
  build();
  const start = Date.now();
  const totals = await run({
    ...{ rounds: Number(values.rounds), seed, unsafe },
    report: (text) => process.stderr.write(`${text}\n`),
  });
  const seconds = ((Date.now() - start) / 1_000).toFixed(1);
  const { rounds, accepted, lost, duplicated, unopenable } = totals;
  console.log(
    `${rounds} ${what} in ${seconds} s, seed ${seed}: ${accepted} messages accepted, ${lost} rows lost, ` +
      `${duplicated} too many, ${unopenable} stores unopenable.`,
  );
  if (values.json) console.log(JSON.stringify({ rounds, accepted, lost, duplicated, unopenable }));
  process.exitCode = isDamaged(totals) === unsafe ? 0 : 1;
}
