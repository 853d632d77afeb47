import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { ensureChromium } from '../support/chromium';
import { installServerHost, serverHostName } from '../support/hostInstall';
import { packageExtension } from '../support/packageExtension';
import { outFolder, statusItem } from '../support/project';
import { withTestRun } from '../support/testRun';
import { provideUiSetup } from './setup';

/** Runs test/ui/*.test.ts against the packaged extension. `--grep`, `--vsix <file>` instead of packaging anew. */
void withTestRun(async (run) => {
  const { values } = parseArgs({ options: { grep: { type: 'string' }, vsix: { type: 'string' } } });
  const print = (line: string): void => console.log(line);
  const chromium = ensureChromium(print);
  const install = await installServerHost(run, print);
  const vsix = values.vsix === undefined ? await packageExtension() : resolve(values.vsix);
  if (!existsSync(vsix)) throw new Error(`There is no ${vsix}.`);
  print(`VS Code host: ${serverHostName}, ${chromium}`);
  provideUiSetup({ run, install, chromium, vsix, readyStatusItem: statusItem });

  await rm(join(outFolder, 'failures'), { recursive: true, force: true });
  const mocha = new Mocha({
    timeout: 120_000,
    forbidOnly: Boolean(process.env.CI),
    color: process.stdout.isTTY,
    reporter: join(__dirname, '../support/reporter.ts'),
  });
  if (values.grep !== undefined) mocha.grep(values.grep);
  const files = (await readdir(__dirname)).filter((name) => name.endsWith('.test.ts')).sort();
  for (const name of files) mocha.addFile(join(__dirname, name));
  return new Promise((resolveCode) => {
    const runner = mocha.run((failures) => {
      const passed = runner.stats?.passes ?? 0;
      if (passed === 0) console.error('No ui test passed.');
      resolveCode(failures === 0 && passed > 0 ? 0 : 1);
    });
  });
});
