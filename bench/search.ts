import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../scripts/build';
import { readLocomo } from './search/locomo';
import { tidemarkQuality } from './search/tidemarkLocomo';
import { baseline, fts4bm25, minisearch } from './search/baselines';
import { measureQuality } from './search/quality';
async function main() {
  build();
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const data = readLocomo(process.argv[2]!);
  console.log(await tidemarkQuality(data, join(folder, 'a')));
  const f = baseline(await fts4bm25());
  console.log(await measureQuality(data, (i) => f(data[i]!)));
  console.log(await measureQuality(data, (i) => baseline(minisearch)(data[i]!)));
  rmSync(folder, { recursive: true });
}
void main().catch((e) => {
  console.error(e);
  process.exit(1);
});
