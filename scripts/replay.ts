/**
 * npm run -s replay -- FILE.jsonl … [--store DIR] [--json]
 *
 * Sends recordings of agents (`{event, payload}` a line) through the real hook program, spool, capture, queue,
 * built-in provider and store, and prints what came out. Without `--store` it uses a folder of its own, which
 * it removes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build';
import { printReplay } from './replay/print';
import { replay } from './replay/run';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { store: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new Error('Which recording? npm run -s replay -- FILE.jsonl …');
  build();
  const store = values.store ?? (await mkdtemp(join(tmpdir(), 'tidemark-replay-')));
  try {
    const result = await replay(positionals, store);
    if (values.json) console.log(JSON.stringify(result));
    else printReplay(result);
    process.exitCode = result.queue.pending + result.queue.processing + result.queue.failed === 0 ? 0 : 1;
  } finally {
    if (values.store === undefined) await rm(store, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
