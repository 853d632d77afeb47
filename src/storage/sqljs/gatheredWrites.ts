import type { FileSystem } from './fileSystem';

/** More than one commit of a full batch seldom has; beyond it, what is gathered is written. */
const CAPACITY = 1 << 20;

interface Gathered {
  buffer: Uint8Array;
  start: number;
  length: number;
}

/**
 * Gathers writes that follow one another in a file into one: SQLite writes each page of its log as two small
 * pieces, and each costs a system call. What is gathered is written before anything else is done to the file.
 * When that fails it is dropped, and whoever asked hears it: SQLite then takes back the transaction, or repeats
 * the checkpoint, so that nothing relies on it. A process that is killed loses what it has gathered; nothing of
 * that was acknowledged, because an acknowledgement comes after a sync.
 */
export function gatherWrites(fs: FileSystem): FileSystem {
  const files = new Map<number, Gathered>();
  const flush = (fd: number): void => {
    const gathered = files.get(fd);
    if (!gathered || gathered.length === 0) return;
    const { length } = gathered;
    gathered.length = 0;
    fs.write(fd, gathered.buffer.subarray(0, length), gathered.start);
  };
  return {
    ...fs,
    write(fd, buffer, position) {
      let gathered = files.get(fd);
      if (!gathered) files.set(fd, (gathered = { buffer: new Uint8Array(CAPACITY), start: 0, length: 0 }));
      const follows = position === gathered.start + gathered.length;
      if (!follows || gathered.length + buffer.length > CAPACITY) flush(fd);
      if (buffer.length > CAPACITY) return fs.write(fd, buffer, position);
      if (gathered.length === 0) gathered.start = position;
      // A copy: the WASM memory that `buffer` shows may move before it is written.
      gathered.buffer.set(buffer, gathered.length);
      gathered.length += buffer.length;
    },
    read(fd, buffer, position) {
      flush(fd);
      return fs.read(fd, buffer, position);
    },
    truncate(fd, size) {
      flush(fd);
      fs.truncate(fd, size);
    },
    flush,
    sync(fd) {
      flush(fd);
      fs.sync(fd);
    },
    size(fd) {
      flush(fd);
      return fs.size(fd);
    },
    close(fd) {
      try {
        flush(fd);
      } finally {
        files.delete(fd);
        fs.close(fd);
      }
    },
  };
}
