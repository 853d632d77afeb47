import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests as runInElectron, SilentReporter } from '@vscode/test-electron';
import { mkdir, readFile } from 'node:fs/promises';
import { hasDisplay, prepareUserData } from '../support/desktop';
import { MissingPrerequisite } from '../support/errors';
import { isolatedHome } from '../support/isolatedHome';
import { extensionId, projectRoot } from '../support/project';
import type { TestRun } from '../support/testRun';

const silenceMs = 10_000;

/**
 * A desktop VS Code that can run here: `VSCODE_EXECUTABLE`, else test-electron's, downloaded if need be.
 * @throws MissingPrerequisite when there is none: no display, or the download is refused.
 */
export async function findDesktop(): Promise<string> {
  if (!hasDisplay()) {
    throw new MissingPrerequisite('There is no display.', 'Run under xvfb-run, or with --host server.');
  }
  const given = process.env.VSCODE_EXECUTABLE;
  if (given) return given;
  try {
    return await downloadAndUnzipVSCode({
      cachePath: join(projectRoot, '.vscode-test'),
      timeout: silenceMs,
      reporter: new SilentReporter(),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MissingPrerequisite(
      `VS Code can't be downloaded (${reason}).`,
      'Set VSCODE_EXECUTABLE to an installed one, or run with --host server.',
      { cause: error },
    );
  }
}

/** Runs the bundled suite in desktop VS Code. */
export async function runInDesktop(
  run: TestRun,
  executable: string,
  suite: string,
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<void> {
  print(`VS Code host: desktop (${await describeDesktop(executable)})`);
  const home = run.makeFolder('desktop');
  const userData = await prepareUserData(home);
  const folder = join(home, 'project');
  await mkdir(folder);
  await runInElectron({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: suite,
    extensionTestsEnv: Object.fromEntries(
      Object.entries({
        ...(await isolatedHome(home)),
        ...env,
        TIDEMARK_TEST_STORAGE: join(userData, 'User', 'globalStorage', extensionId),
      }).map(([name, value]) => [name, value ?? '']),
    ),
    launchArgs: [
      folder,
      `--user-data-dir=${userData}`,
      `--extensions-dir=${join(home, 'extensions')}`,
      '--disable-workspace-trust',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    // A failed suite ends with a code other than 0. The report says so too, and is what counts.
  }).catch((error: unknown) =>
    print(`VS Code ended: ${error instanceof Error ? error.message : String(error)}`),
  );
}

async function describeDesktop(executable: string): Promise<string> {
  const folders = ['resources/app', '../Resources/app'].map((path) => join(executable, '..', path));
  for (const folder of folders) {
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    if (text !== undefined) return `VS Code ${(JSON.parse(text) as { version: string }).version}`;
  }
  return executable;
}
