import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MissingPrerequisite } from '../support/errors';
import { withTestRun } from '../support/testRun';
import { bundleHostSuite } from './bundle';
import { findDesktop, runInDesktop } from './desktopRunner';
import { type HostReport, hostReportVariable } from './report';
import { runInServer } from './serverRunner';

const print = (line: string): void => console.log(line);

/**
 * Runs test/host/*.test.ts inside a real extension host. `--host desktop|server|auto`: auto takes the desktop where
 * there is one and says why it does not. `--grep` picks tests by their title. dist/ must be built.
 */
void withTestRun(async (run) => {
  const { values } = parseArgs({
    options: { host: { type: 'string', default: 'auto' }, grep: { type: 'string', default: '' } },
  });
  const suite = await bundleHostSuite();
  const reportPath = process.env['TIDEMARK_REPORT'] ?? join(run.folder, 'host-report.json');
  const env = { [hostReportVariable]: reportPath, TIDEMARK_HOST_GREP: values.grep };
  const desktop = await chooseDesktop(values.host);
  if (desktop === undefined) await runInServer(run, suite, env, print);
  else await runInDesktop(run, desktop, suite, env, print);
  return judge(reportPath);
});

async function chooseDesktop(wanted: string): Promise<string | undefined> {
  if (wanted === 'server') return undefined;
  try {
    return await findDesktop();
  } catch (error) {
    if (wanted === 'desktop' || !(error instanceof MissingPrerequisite)) throw error;
    print(`No desktop VS Code: ${error.message}`);
    return undefined;
  }
}

async function judge(reportPath: string): Promise<number> {
  const text = await readFile(reportPath, 'utf8').catch(() => undefined);
  const report = text === undefined ? undefined : (JSON.parse(text) as HostReport);
  if (!report?.complete) {
    print('FAILED: the suite wrote no report: the extension host died, was left early, or did not start.');
    return 1;
  }
  for (const failure of report.failures)
    print(`\nFAILED ${failure.title}\n${failure.stack || failure.message}`);
  print(`\nHost tests: ${report.passed} passed, ${report.failed} failed, ${report.pending} pending.`);
  if (report.passed === 0) print('FAILED: no test passed.');
  return report.failed === 0 && report.passed > 0 ? 0 : 1;
}
