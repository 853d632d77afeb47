/**
 * npm run -s import -- FILE.jsonl … --store DIR [--json]
 *
 * Imports transcripts of Claude Code, or rollouts of Codex, into a store, and prints what came out, like `replay`.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultExclusions } from '../src/capture/exclusions';
import { importTranscripts } from '../src/capture/transcripts/importTranscripts';
import { importTarget } from '../src/keeper/importTarget';
import { build } from './build';
import { printReplay } from './replay/print';
import { collect, drained, withKeeper } from './replay/run';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { store: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const { store } = values;
  if (positionals.length === 0 || store === undefined)
    throw new Error('Which transcripts, and where to? npm run -s import -- FILE.jsonl … --store DIR');
  build();
  const files = positionals.map((file) => resolve(file));
  await withKeeper(resolve(store), async (keeper) => {
    const imported = await importTranscripts(files, importTarget(keeper), {
      ...{ now: Date.now(), exclusions: defaultExclusions },
    });
    await drained(keeper);
    const { lines, skipped, unknown, events } = imported;
    const result = { ...(await collect(keeper, resolve(store), undefined)), events, lines, skipped, unknown };
    if (values.json) console.log(JSON.stringify(result));
    else {
      printReplay(result);
      console.log(
        `\nRead         ${lines} lines: ${skipped} could not be decoded, ${unknown} of unknown types`,
      );
    }
    process.exitCode = result.queue.failed === 0 ? 0 : 1;
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
