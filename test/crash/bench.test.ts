import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { root } from '../../scripts/build';

const names = ['accept', 'throughput', 'wake', 'idle', 'host', 'restart'];

const reportSchema = z.looseObject({
  promises: z.array(
    z.strictObject({
      name: z.enum(names),
      value: z.number().nullable(),
      limit: z.number().positive(),
      unit: z.string().min(1),
      met: z.boolean(),
      why: z.string().min(1).optional(),
    }),
  ),
  rows: z.array(
    z.looseObject({
      group: z.string(),
      what: z.string(),
      contender: z.string(),
      p50: z.number().optional(),
      note: z.string().optional(),
    }),
  ),
});

describe('the benchmark of the queue', function () {
  this.timeout(180_000);

  it('measures every promise, or says why it could not', async () => {
    const args = ['--require', 'tsx/cjs', join(root, 'bench/queue.ts'), '--brief', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1 << 24 });
    const { promises, rows } = reportSchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1)!));

    assert.deepEqual(
      promises.map(({ name }) => name),
      names,
    );
    const compared = rows.some(({ contender, p50 }) => contender === 'better-sqlite3' && p50 !== undefined);
    for (const { name, value, why } of promises) {
      const needsTheOther = name === 'accept' || name === 'throughput';
      if (value === null) assert.ok(needsTheOther && !compared && why, `${name} has no value: ${why}`);
      // Not asserted: a machine that is busy with the rest of the suite is no measure.
      console.log(`      ${name}: ${value ?? why}`);
    }
    for (const { group, what, contender, p50, note } of rows) {
      assert.ok(p50 !== undefined || note, `${group}, ${what}, ${contender}: neither a figure nor a reason`);
    }
    const rate = (producers: number) =>
      rows.find(({ what, contender }) => what === `${producers} producers` && contender === 'tidemark')!.p50!;
    assert.ok(rate(32) > rate(1), `32 producers share no syncs: ${rate(32)}/s, one alone ${rate(1)}/s`);
  });
});
