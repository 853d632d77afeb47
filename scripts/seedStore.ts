/**
 * npm run -s seed-store -- --observations 100000 --sessions 2000 --store DIR [--seed N] [--now MS]
 *
 * Makes a store with much in it, for looking at and for measuring. The same seed and `--now` (ms since the epoch, by
 * default the present) give the same memory. Tells how far it is on standard error; the last line is JSON.
 */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build';
import { seedStore } from './seed/seedStore';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      observations: { type: 'string', default: '100000' },
      sessions: { type: 'string', default: '2000' },
      store: { type: 'string' },
      seed: { type: 'string', default: '1' },
      now: { type: 'string', default: String(Date.now()) },
    },
  });
  if (values.store === undefined)
    throw new Error('Where to? npm run -s seed-store -- --observations 100000 --sessions 2000 --store DIR');
  const store = resolve(values.store);
  const [observations, sessions, seed, now] = [
    values.observations,
    values.sessions,
    values.seed,
    values.now,
  ].map(whole);
  build();
  const begin = performance.now();
  const options = { observations: observations!, sessions: sessions!, seed: seed!, now: now! };
  const counts = await seedStore(store, options, (line) => console.error(line));
  const bytes = statSync(join(store, 'tidemark.db')).size;
  console.log(JSON.stringify({ store, seed, ...counts, bytes, ms: Math.round(performance.now() - begin) }));
}

function whole(text: string | undefined): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is not a whole number.`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
