import { join } from 'node:path';
import { build } from 'esbuild';
import { dist } from '../../scripts/build';

/** Bundles the keeper of keeperChild.ts into a file that runs by plain Node.js; its path. */
export async function buildKeeperChild(): Promise<string> {
  // In a folder two levels below out/, where its paths to dist/ hold as in the sources.
  const outfile = join(dist, '..', 'out', 'crash', 'scripts', 'keeperChild.js');
  await build({
    ...{ entryPoints: [join(__dirname, 'keeperChild.ts')], outfile, bundle: true, platform: 'node' },
    ...{
      target: 'node20',
      format: 'cjs',
      define: { __dirname: JSON.stringify(join(dist, '..', 'scripts')) },
    },
  });
  return outfile;
}
