import type { FileSystem } from './fileSystem';

/** Some dozens of commits, written in a millisecond. */
const ROOM = 1 << 20;
const zeros = new Uint8Array(ROOM);

/**
 * Makes the write-ahead log grow in large steps: a sync of pages over room that is there costs the disk about half
 * of one that has to note a new length, too. SQLite reads the log up to the first frame that is not of its run, so
 * what lies behind means nothing, be it zeros or, after a power cut, anything else.
 */
export function withLogRoom(fs: FileSystem): FileSystem {
  const sizes = new Map<number, number>();
  return {
    ...fs,
    open(path, options) {
      const fd = fs.open(path, options);
      if (path.endsWith('-wal') && !options.readOnly) sizes.set(fd, fs.size(fd));
      return fd;
    },
    write(fd, buffer, position) {
      fs.write(fd, buffer, position);
      const size = sizes.get(fd);
      const end = position + buffer.length;
      if (size === undefined || end <= size) return;
      sizes.set(fd, end);
      try {
        fs.write(fd, zeros, end);
        sizes.set(fd, end + ROOM);
      } catch {
        // It was only for speed: on a disk that is full, what was asked for is written all the same.
      }
    },
    truncate(fd, size) {
      fs.truncate(fd, size);
      if (sizes.has(fd)) sizes.set(fd, size);
    },
    close(fd) {
      sizes.delete(fd);
      fs.close(fd);
    },
  };
}
