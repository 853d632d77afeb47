/**
 * How well and how fast Tidemark's search finds: `--locomo FILE [--json] [--sizes 10000,100000]`. The file is
 * LoCoMo's `locomo10.json`, which is not part of this project; without it, only the sizes are measured. `--json`
 * puts the quality on the last line, and the sizes on the line before.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build';
import { baseline, fts4bm25, minisearch } from './search/baselines';
import { readLocomo } from './search/locomo';
import { measureQuality, type Quality } from './search/quality';
import { measureScale, type ScaleRow } from './search/scale';
import { tidemarkQuality } from './search/tidemarkLocomo';

type Scored = Quality & { questions: number };

async function locomo(file: string, folder: string): Promise<Record<string, Scored>> {
  const conversations = readLocomo(file);
  const by = (make: ReturnType<typeof baseline>) =>
    measureQuality(conversations, (index) => make(conversations[index]!));
  return {
    tidemark: await tidemarkQuality(conversations, folder),
    fts4bm25: await by(baseline(await fts4bm25())),
    minisearch: await by(baseline(minisearch)),
  };
}

function printQuality(scores: Record<string, Scored>): void {
  console.log(`LoCoMo, ${scores['tidemark']!.questions} questions that name evidence`);
  for (const [name, { turnRecall5, turnRecall10, sessionHit1, sessionHit5 }] of Object.entries(scores)) {
    const turns = `turns R@5 ${turnRecall5}  R@10 ${turnRecall10}`;
    console.log(`  ${name.padEnd(12)} ${turns}   sessions hit@1 ${sessionHit1}  hit@5 ${sessionHit5}`);
  }
}

function printScale(row: ScaleRow): void {
  const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  console.log(`${row.observations} observations`);
  console.log(
    `  tidemark     p50 ${row.p50Ms} ms  p95 ${row.p95Ms} ms  build ${row.buildMs} ms  index ${mb(row.indexBytes)}`,
  );
  console.log(
    typeof row.native === 'string'
      ? `  native FTS5  ${row.native}`
      : `  native FTS5  p50 ${row.native.p50Ms} ms  p95 ${row.native.p95Ms} ms  build ${row.native.buildMs} ms  index ${mb(row.native.indexBytes)}  (p95 ratio ${row.ratioP95}, at most 2.2)`,
  );
  console.log(
    `  memory ${row.memoryMb} MB; while searching: host held up p99 ${row.hostBlockedP99Ms} ms, at most ${row.hostBlockedMs} ms (idle ${row.hostBlockedIdleMs} ms), a small write p95 ${row.acceptP95SearchingMs} ms (alone ${row.acceptP95Ms} ms)`,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      locomo: { type: 'string' },
      json: { type: 'boolean', default: false },
      sizes: { type: 'string', default: '10000,100000' },
    },
  });
  build();
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  try {
    const sizes: ScaleRow[] = [];
    for (const size of values.sizes.split(',').filter(Boolean)) {
      sizes.push(await measureScale(Number(size), join(folder, size)));
      printScale(sizes.at(-1)!);
    }
    if (values.json) console.log(JSON.stringify({ sizes }));
    if (values.locomo === undefined) return;
    const scores = await locomo(values.locomo, join(folder, 'locomo'));
    printQuality(scores);
    const plain = Object.entries(scores).map(([name, { questions: _, ...quality }]) => [name, quality]);
    if (values.json) console.log(JSON.stringify(Object.fromEntries(plain)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
});
