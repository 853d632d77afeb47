import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from '../../scripts/build';

/** Bundles a program or worker of the tests into out/, so that it starts as fast as what is shipped. Its path. */
export function bundle(entry: string, name: string): string {
  const outfile = join(root, 'out', name);
  buildSync({
    ...{ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs' },
    ...{ sourcemap: 'inline', logLevel: 'error' },
  });
  return outfile;
}
