/**
 * npm run -s test:agents [-- --agent NAME] [--json]: runs real agent programs against stand-ins of their models,
 * with Tidemark connected. The last line is `N passed, N failed`; with --json one more follows, the report.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Mocha from 'mocha';
import { build } from '../../scripts/build';
import { type TestRun, withTestRun } from '../support/testRun';
import { claudeCode } from './claudeCode';
import { codex } from './codex';
import { copilotCli } from './copilotCli';
import { geminiCli } from './geminiCli';
import { installAgent } from './install';
import type { RealAgent } from './realAgent';
import { type AgentUnderTest, type CheckResult, provideAgentsSetup } from './setup';

interface AgentReport {
  version: string;
  ran: boolean;
  /** Why it did not run. */
  reason?: string;
  checks: Record<string, CheckResult>;
}
type Reports = Record<string, AgentReport>;

const all = [claudeCode, copilotCli, codex, geminiCli];
const print = (line: string): void => console.log(line);

void withTestRun(async (run) => {
  const { values } = parseArgs({
    options: { agent: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const wanted = all.filter(({ id }) => values.agent === undefined || id === values.agent);
  if (wanted.length === 0)
    throw new Error(`There is no agent ${values.agent}: ${all.map(({ id }) => id).join(', ')}.`);
  build();
  const reports: Reports = {};
  const agents = await install(run, wanted, reports);
  provideAgentsSetup({
    ...{ run, agents },
    report: ({ id }, check, result) => (reports[id]!.checks[check] = result),
  });
  const suite = await runSuite();
  for (const [id, { ran, reason }] of Object.entries(reports))
    if (!ran) print(`Skipped: ${id} could not be installed. ${reason}`);
  const passed = suite.passed;
  // Claude Code always has to run; the others may be skipped.
  const failed = suite.failed + (reports[claudeCode.id]?.ran === false ? 1 : 0);
  print(`\n${passed} passed, ${failed} failed`);
  if (values.json) print(JSON.stringify({ agents: reports }));
  return failed === 0 && passed > 0 ? 0 : 1;
});

/** An agent that can't be installed, because npm does not answer for example, is left out, with the reason. */
async function install(run: TestRun, wanted: RealAgent[], reports: Reports): Promise<AgentUnderTest[]> {
  const agents: AgentUnderTest[] = [];
  for (const agent of wanted) {
    const report: AgentReport = { version: agent.package.version, ran: true, checks: {} };
    reports[agent.id] = report;
    try {
      agents.push({ agent, program: await installAgent(run, agent.id, agent.package, print) });
    } catch (error) {
      Object.assign(report, { ran: false, reason: firstLines(error) });
    }
  }
  return agents;
}

/** Enough of npm's words to see what was wrong. */
function firstLines(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').slice(0, 5).join(' ');
}

function runSuite(): Promise<{ passed: number; failed: number }> {
  const mocha = new Mocha({
    // Two sessions of a program, each bounded by itself.
    timeout: 240_000,
    forbidOnly: Boolean(process.env['CI']),
    color: process.stdout.isTTY,
    reporter: join(__dirname, '../support/reporter.ts'),
  });
  mocha.addFile(join(__dirname, 'agents.test.ts'));
  return new Promise((resolve) => {
    const runner = mocha.run((failed) => resolve({ passed: runner.stats?.passes ?? 0, failed }));
  });
}
