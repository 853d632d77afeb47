import { checksOf } from './checks';
import { runSessions, type Sessions } from './session';
import { agentsSetup } from './setup';

const { run, agents, report } = agentsSetup();

for (const { agent, program } of agents) {
  describe(`${agent.id} ${agent.package.version}`, () => {
    let sessions: Sessions;

    before(async () => {
      sessions = await runSessions(run, agent, program);
    });

    for (const [name, check] of checksOf(agent)) {
      const reason = agent.doesNotHold[name];
      it(reason === undefined ? name : `${name}: ${reason}`, function () {
        const failure = failureOf(() => check(sessions));
        report(agent, name, failure === undefined || (reason ?? false));
        if (reason === undefined && failure !== undefined) throw failure;
        if (reason !== undefined && failure === undefined)
          throw new Error(`It holds: take "${name}" out of doesNotHold of ${agent.id}.`);
        if (reason !== undefined) this.skip();
      });
    }

    it('has no reason for a check that there is not', () => {
      const unknown = Object.keys(agent.doesNotHold).filter((name) => !checksOf(agent).has(name));
      if (unknown.length > 0) throw new Error(`There is no check ${unknown.join(', ')}.`);
    });
  });
}

function failureOf(check: () => void): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
