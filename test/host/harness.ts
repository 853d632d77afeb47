import { renameSync, writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { type HostReport, hostReportVariable, suitePrefix } from './report';

/** Prints a line in the terminal of whoever runs the tests: for figures that a test measures, too. */
export function tell(line: string): void {
  if (line !== '') console.log(`${suitePrefix}${line}`);
}

/**
 * Runs the suite inside the extension host and writes its report. Nothing else may be trusted: a host that is
 * killed and a test that calls `process.exit(0)` both look like success from outside.
 */
export async function runSuite(loadTests: () => void): Promise<void> {
  const reportPath = process.env[hostReportVariable];
  if (reportPath === undefined) throw new Error(`${hostReportVariable} names no report file.`);
  // Traces then name the lines of the sources, not of the bundle.
  process.setSourceMapsEnabled(true);
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 30_000,
    forbidOnly: Boolean(process.env.CI),
    reporter: class {} as never,
  });
  const grep = process.env.TIDEMARK_HOST_GREP;
  if (grep) mocha.grep(grep);
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  loadTests();

  const report: HostReport = { passed: 0, failed: 0, pending: 0, failures: [], complete: false };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('suite', (suite) => tell(suite.title));
    runner.on('pass', (test) => {
      report.passed += 1;
      tell(`  ✔ ${test.title} (${test.duration ?? 0} ms)`);
    });
    runner.on('pending', (test) => {
      report.pending += 1;
      tell(`  - ${test.title}`);
    });
    runner.on('fail', (test, error: Error) => {
      report.failed += 1;
      tell(`  ✘ ${test.title}`);
      report.failures.push({ title: test.fullTitle(), message: error.message, stack: error.stack ?? '' });
    });
  });
  report.complete = true;
  // Renamed into place: a half-written report is none.
  writeFileSync(`${reportPath}.partial`, JSON.stringify(report));
  renameSync(`${reportPath}.partial`, reportPath);
  if (report.failed > 0) throw new Error(`${report.failed} host tests failed.`);
}
