import type { TestRun } from '../support/testRun';
import type { RealAgent } from './realAgent';

export interface AgentUnderTest {
  agent: RealAgent;
  program: string;
}

/** What came of a check: it held, it did not, or the reason for which it can't. */
export type CheckResult = true | false | string;

/** What the runner gives the suite, and gets back from it. */
export interface AgentsSetup {
  run: TestRun;
  agents: AgentUnderTest[];
  report: (agent: RealAgent, check: string, result: CheckResult) => void;
}

let setup: AgentsSetup | undefined;

export function provideAgentsSetup(provided: AgentsSetup): void {
  setup = provided;
}

export function agentsSetup(): AgentsSetup {
  if (!setup) throw new Error('These tests are started by test/agents/run.ts.');
  return setup;
}
