import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '..');
export const dist = join(root, 'dist');
export const engineFiles = {
  workerFile: join(dist, 'engineWorker.js'),
  wasmFile: join(dist, 'sql-wasm.wasm'),
  salvageFile: join(dist, 'salvageWorker.js'),
};
export const hookFile = join(dist, 'hook.js');

/** Builds every bundle, as it is shipped. Throws when that fails. */
export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'esbuild.mjs'), '--production'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The build failed:\n${stderr}`);
}
