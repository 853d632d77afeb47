import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { outFolder } from '../support/project';

/**
 * Bundles test/host/*.test.ts with the harness into one CommonJS file that exports `run`, as both hosts load it.
 * Mocha stays outside: it loads its reporters by names that a bundler can't follow.
 */
export async function bundleHostSuite(): Promise<string> {
  const names = (await readdir(__dirname)).filter((name) => name.endsWith('.test.ts')).sort();
  const contents = [
    `import { runSuite } from './harness';`,
    // `require` inside the function: tests may be loaded only once Mocha's globals are there.
    `export const run = () => runSuite(() => {`,
    ...names.map((name) => `  require(${JSON.stringify(`./${name}`)});`),
    `});`,
  ].join('\n');
  return bundle('index', contents);
}

/** The other window's part of the suite, by itself. */
export function bundleSecondWindow(): Promise<string> {
  return bundle('secondWindow', `export { run } from './secondWindow';`);
}

async function bundle(name: string, contents: string): Promise<string> {
  const outfile = join(outFolder, 'host', `${name}.js`);
  await esbuild.build({
    stdin: { contents, resolveDir: __dirname, sourcefile: `${name}.entry.ts`, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return outfile;
}
