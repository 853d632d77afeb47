import * as fs from 'node:fs';
import type { SystemCalls } from '../../src/storage/sqljs/fileSystem';
import type { FaultCode, Faults } from './faults';

function check(code: FaultCode): void {
  if (code !== '') throw Object.assign(new Error(`${code}: injected`), { code });
}

/** The real disk with faults. */
export function faultyCalls(faults: Faults): SystemCalls {
  const paths = new Map<number, string>();
  const failedSyncs = new Set<number>();
  const hit = (fd: number) => faults.hits(paths.get(fd) ?? '');
  const sync = (fd: number, call: (fd: number) => void) => {
    if (failedSyncs.has(fd)) faults.count('syncsAfterFailure');
    if (!hit(fd)) return call(fd);
    if (faults.get('syncDelay') > 0) pause(faults.get('syncDelay'));
    if (faults.code('sync') !== '') {
      failedSyncs.add(fd);
      faults.count('failedSyncs');
    }
    check(faults.code('sync'));
    call(fd);
  };
  return {
    ...fs,
    openSync(path, flags, mode) {
      if (faults.hits(path) && flags !== 'r') check(faults.code('open'));
      const fd = fs.openSync(path, flags, mode);
      paths.set(fd, path);
      return fd;
    },
    closeSync(fd) {
      failedSyncs.delete(fd);
      fs.closeSync(fd);
    },
    writeSync(fd, buffer, offset, length, position) {
      if (!hit(fd)) return fs.writeSync(fd, buffer, offset, length, position);
      if (faults.get('halfWritten') === 1 && length > 1) {
        return fs.writeSync(fd, buffer, offset, length >> 1, position);
      }
      check(faults.code('write'));
      return fs.writeSync(fd, buffer, offset, length, position);
    },
    fdatasyncSync: (fd) => sync(fd, (file) => fs.fdatasyncSync(file)),
    fsyncSync: (fd) => sync(fd, (file) => fs.fsyncSync(file)),
  };
}

/** Blocks this thread only. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
