import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * The spec reporter, which also writes what came of the run to the file named by TIDEMARK_REPORT. Only a report
 * that is complete is believed: a host that is killed ends with exit code 0 too.
 */
module.exports = class extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures } = runner.stats!;
      const file = process.env['TIDEMARK_REPORT'];
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, complete: true }));
    });
  }
};
