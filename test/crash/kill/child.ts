import { writeSync } from 'node:fs';
import { setEnvironmentData } from 'node:worker_threads';
import { silentLogger } from '../../../src/base/logger';
import { StatementError } from '../../../src/storage/errors';
import { Engine } from '../../../src/storage/sqljs/engine';
import { Random } from '../../support/random';
import { comparable, REFUSED, type Call } from '../queueModel';
import { Workload } from '../workload';
import { PLAN, type ChildPlan, type Said, type WorkerPlan } from './plan';

/**
 * `child PLAN`: works on the store, opening and closing it, until it is killed. It says everything on descriptor
 * 3, each line in one write, so that what was said is with the parent whatever happens next.
 */
function say(line: Said): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let done = 0; done < bytes.length;) done += writeSync(3, bytes, done);
}

async function main(plan: ChildPlan): Promise<never> {
  const random = new Random(plan.seed);
  const workerPlan: WorkerPlan = { ...plan, counter: new SharedArrayBuffer(4) };
  setEnvironmentData(PLAN, workerPlan);
  let engine: Engine;
  let asked = 0;
  const call: Call = (name, args) => {
    const index = asked++;
    say(['ask', name, args]);
    const answer = engine.call(name, args);
    answer.then(
      (value) => say(['ack', index, comparable(name, value) ?? null]),
      (error) => error instanceof StatementError && say(['ack', index, REFUSED]),
    );
    return answer;
  };
  const workload = new Workload(call, random, plan.name, !plan.unsafe);
  for (;;) {
    const { file, workerFile, wasmFile } = plan;
    engine = await Engine.open({ file, workerFile, wasmFile, log: silentLogger });
    await workload.run(random.magnitude(20, 1_000));
    await engine.close();
  }
}

main(JSON.parse(process.argv[2]!) as ChildPlan).catch((error: unknown) => {
  say(['failed', String(error)]);
  process.exit(1);
});
