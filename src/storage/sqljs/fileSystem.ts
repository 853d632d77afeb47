import * as fs from 'node:fs';
import { dirname } from 'node:path';

/**
 * The engine's view of the disk: synchronous, because SQLite is. Each method throws a Node.js error with a
 * `code`.
 */
export interface FileSystem {
  /**
   * Opens for reading and writing. With `create` the file is durable in its folder when this returns, whoever
   * created it: a process may have been killed before it came to that.
   */
  open(path: string, options: { create: boolean; readOnly: boolean }): number;
  close(fd: number): void;
  /** Bytes read; fewer than asked for at the end of the file. */
  read(fd: number, buffer: Uint8Array, position: number): number;
  /** Writes all of `buffer`. */
  write(fd: number, buffer: Uint8Array, position: number): void;
  truncate(fd: number, size: number): void;
  /** Hands to the operating system what is still held back (gatheredWrites.ts). */
  flush(fd: number): void;
  /** Returns when what was written is on stable storage. */
  sync(fd: number): void;
  size(fd: number): number;
  exists(path: string): boolean;
  /** Removes a file durably when `syncFolder`. A file that is not there is an ENOENT. */
  remove(path: string, syncFolder: boolean): void;
}

/**
 * What of `node:fs` the engine uses. This is the seam at which tests inject faults, kill the process and record
 * what reaches the disk.
 */
export interface SystemCalls {
  openSync(path: string, flags: string, mode?: number): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(fd: number, size: number): void;
  fdatasyncSync(fd: number): void;
  fsyncSync(fd: number): void;
  fstatSync(fd: number): { size: number };
  existsSync(path: string): boolean;
  unlinkSync(path: string): void;
}

export function makeFileSystem(calls: SystemCalls): FileSystem {
  return {
    open(path, { create, readOnly }) {
      if (readOnly) return calls.openSync(path, 'r');
      if (!create) return calls.openSync(path, 'r+');
      const fd = openOrCreate(calls, path);
      try {
        syncFolder(calls, dirname(path));
        return fd;
      } catch (error) {
        calls.closeSync(fd);
        throw error;
      }
    },
    close: (fd) => calls.closeSync(fd),
    read(fd, buffer, position) {
      let done = 0;
      while (done < buffer.length) {
        const count = calls.readSync(fd, buffer, done, buffer.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    },
    write(fd, buffer, position) {
      for (let done = 0; done < buffer.length;) {
        const count = calls.writeSync(fd, buffer, done, buffer.length - done, position + done);
        if (count === 0) throw Object.assign(new Error('EIO: nothing was written'), { code: 'EIO' });
        done += count;
      }
    },
    truncate: (fd, size) => calls.ftruncateSync(fd, size),
    flush: () => undefined,
    sync: (fd) => calls.fdatasyncSync(fd),
    size: (fd) => calls.fstatSync(fd).size,
    exists: (path) => calls.existsSync(path),
    remove(path, sync) {
      calls.unlinkSync(path);
      if (sync) syncFolder(calls, dirname(path));
    },
  };
}

export const nodeFileSystem = makeFileSystem(fs);

function openOrCreate(calls: SystemCalls, path: string): number {
  try {
    return calls.openSync(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return calls.openSync(path, 'wx+', 0o600);
  }
}

/** Windows has no way to sync a folder, and NTFS journals the names by itself. */
function syncFolder(calls: SystemCalls, path: string): void {
  if (process.platform === 'win32') return;
  const fd = calls.openSync(path, 'r');
  try {
    calls.fsyncSync(fd);
  } finally {
    calls.closeSync(fd);
  }
}
