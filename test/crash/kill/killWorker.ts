import * as fs from 'node:fs';
import { getEnvironmentData } from 'node:worker_threads';
import { openConnection, runEngineThread } from '../../../src/storage/sqljs/engineThread';
import { makeFileSystem, type SystemCalls } from '../../../src/storage/sqljs/fileSystem';
import { PLAN, type KillPoint, type WorkerPlan } from './plan';

/** The engine's worker on a disk at whose n-th call the process dies. */

/** No destructor, no handler: as with `kill -9` from outside, but inside one operation. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function killingCalls(kill: KillPoint | undefined, counter: Int32Array): SystemCalls {
  const counted = <T>(call: () => T, half?: () => void): T => {
    const isLast = ++counter[0]! === kill?.call;
    if (isLast && kill?.where !== 'after') {
      if (kill?.where === 'inside') half?.();
      die();
    }
    const result = call();
    if (isLast) die();
    return result;
  };
  return {
    ...fs,
    openSync: (path, flags, mode) => counted(() => fs.openSync(path, flags, mode)),
    writeSync: (fd, buffer, offset, length, position) =>
      counted(
        () => fs.writeSync(fd, buffer, offset, length, position),
        () => fs.writeSync(fd, buffer, offset, length >> 1, position),
      ),
    ftruncateSync: (fd, size) => counted(() => fs.ftruncateSync(fd, size)),
    fdatasyncSync: (fd) => counted(() => fs.fdatasyncSync(fd)),
    fsyncSync: (fd) => counted(() => fs.fsyncSync(fd)),
    unlinkSync: (path) => counted(() => fs.unlinkSync(path)),
  };
}

void runEngineThread(async (data) => {
  const plan = getEnvironmentData(PLAN) as unknown as WorkerPlan;
  const calls = killingCalls(plan.kill, new Int32Array(plan.counter));
  const connection = await openConnection(data, makeFileSystem(calls));
  connection.exec(`PRAGMA wal_autocheckpoint=${plan.checkpointPages}`);
  if (plan.unsafe) connection.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF');
  return connection;
});
