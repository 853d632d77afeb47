/**
 * npm run screenshots: takes the pictures of README.md anew, in the real workbench (test/ui/pictures.test.ts), and puts
 * them, made small, into media/screenshots/.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, root } from './build';
import { shrinkPng } from './screenshots/shrinkPng';

const PREFIX = 'readme-';

async function main(): Promise<void> {
  build();
  const [from, to] = [join(root, 'out', 'screenshots'), join(root, 'media', 'screenshots')];
  await rm(from, { recursive: true, force: true });
  const args = ['--import', 'tsx', join(root, 'test', 'ui', 'runUi.ts'), '--grep', 'the pictures of README'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The pictures could not be taken.');
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const name of (await readdir(from)).filter((file) => file.startsWith(PREFIX))) {
    const before = await readFile(join(from, name));
    const after = shrinkPng(before);
    await writeFile(join(to, name.slice(PREFIX.length)), after);
    console.log(`media/screenshots/${name.slice(PREFIX.length)}: ${before.length} → ${after.length} bytes`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
