// Builds every bundle of Tidemark into dist/. `--production` minifies, `--watch` rebuilds on change.
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import esbuild from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outdir: 'dist',
  sourcemap: true,
  sourcesContent: false,
  minify: production,
  logLevel: 'warning',
  // Its main file can't be bundled: it asks for its parts at run time.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

/** The keeper is a bundle of its own: the extension loads it only after it has been activated. */
const keeperApart = {
  name: 'keeper-apart',
  setup: (build) =>
    build.onResolve({ filter: /\/keeper\/entry$/ }, () => ({ path: './keeper.js', external: true })),
};

/** So is the Anthropic SDK: loaded only where there is a key. */
const anthropicApart = {
  name: 'anthropic-apart',
  setup: (build) =>
    build.onResolve({ filter: /\/anthropic\/entry$/ }, () => ({ path: './anthropic.js', external: true })),
};

const bundles = [
  {
    ...common,
    entryPoints: { extension: 'src/extension.ts' },
    external: ['vscode'],
    plugins: [keeperApart, anthropicApart],
  },
  { ...common, entryPoints: { keeper: 'src/keeper/entry.ts' } },
  { ...common, entryPoints: { anthropic: 'src/distill/providers/anthropic/entry.ts' } },
  // The hook program stands alone: it starts for every event of every agent.
  { ...common, entryPoints: { hook: 'src/hook/main.ts' } },
  // Run by VS Code when the extension has been uninstalled.
  { ...common, entryPoints: { uninstall: 'src/connect/uninstall.ts' } },
  // Agents start it; so it stands alone, too.
  {
    ...common,
    entryPoints: { mcp: 'src/mcp/main.ts' },
    define: { TIDEMARK_VERSION: JSON.stringify(version) },
  },
  { ...common, entryPoints: { engineWorker: 'src/storage/sqljs/engineWorker.ts' } },
  { ...common, entryPoints: { salvageWorker: 'src/storage/sqljs/salvageWorker.ts' } },
  // The Insights page, which runs in a webview; makes insights.css, too.
  {
    ...common,
    ...{ platform: 'browser', format: 'iife', target: 'chrome128', sourcemap: false },
    entryPoints: { insights: 'src/webview/insights.ts' },
  },
];

await mkdir('dist', { recursive: true });
const require = createRequire(import.meta.url);
await copyFile(join(dirname(require.resolve('sql.js')), 'sql-wasm.wasm'), 'dist/sql-wasm.wasm');

if (watch) {
  const contexts = await Promise.all(bundles.map((options) => esbuild.context(options)));
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await Promise.all(bundles.map((options) => esbuild.build(options)));
}
