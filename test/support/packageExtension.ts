import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { projectRoot, outFolder } from './project';

/** Packages the extension as it would be published. `dist/` must be built. Answers the .vsix file's path. */
export async function packageExtension(): Promise<string> {
  await mkdir(outFolder, { recursive: true });
  const packagePath = join(outFolder, 'extension.vsix');
  // Without dependencies: what is used of them is in the bundles.
  await createVSIX({
    cwd: projectRoot,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return packagePath;
}
