import type { SystemCalls } from '../../../src/storage/sqljs/fileSystem';
import type { Random } from '../../support/random';

/** A file, whatever its name: `id` stays when the name goes. */
interface Inode {
  id: number;
  data: Buffer;
}

/** What was done to the disk, in order. Names are absolute paths in the one folder. */
export type Entry =
  | { kind: 'create'; path: string; inode: number }
  | { kind: 'remove'; path: string }
  | { kind: 'write'; inode: number; position: number; data: Buffer }
  | { kind: 'truncate'; inode: number; size: number }
  | { kind: 'sync'; inode: number }
  | { kind: 'syncFolder' };

export type Image = ReadonlyMap<string, Buffer>;

const FOLDER = -1;

function failure(code: string): Error {
  return Object.assign(new Error(`${code} on the made disk`), { code });
}

/**
 * A disk in memory with the system calls that the engine uses. It shows what a running system sees (the page
 * cache) and keeps a log from which `imageAt` makes what a power cut leaves. Reads and writes may be short.
 */
export class Disk implements SystemCalls {
  /** What was durable at the beginning of the log. */
  readonly start: Image;
  log: Entry[] = [];
  #names = new Map<string, Inode>();
  readonly #open = new Map<number, Inode | typeof FOLDER>();
  #nextInode = 1;
  #nextFd = 3;
  #leaveAfter = Infinity;
  #successor: Disk | undefined;

  constructor(
    image: Image,
    private readonly random: Random,
  ) {
    this.start = image;
    // In this order `imageAt` numbers them as well.
    for (const [path, data] of image) {
      this.#names.set(path, { id: this.#nextInode++, data: Buffer.from(data) });
    }
  }

  /**
   * The process on this disk is killed at its n-th call from now that changes something: the disk as it is then
   * goes to `successor`, log included, and what the process still does reaches nobody.
   */
  killAfter(calls: number): void {
    this.#leaveAfter = calls;
  }

  /** The disk for the next process, once the one on this disk is dead. */
  get successor(): Disk | undefined {
    return this.#successor;
  }

  kill(): Disk {
    const next = new Disk(this.start, this.random);
    next.log = this.log;
    next.#names = new Map(
      [...this.#names].map(([path, { id, data }]) => [path, { id, data: Buffer.from(data) }]),
    );
    next.#nextInode = this.#nextInode;
    this.log = [];
    return (this.#successor = next);
  }

  /** The files as a running system sees them. */
  contents(): Image {
    return new Map([...this.#names].map(([path, { data }]) => [path, Buffer.from(data)]));
  }

  #did(entry: Entry): void {
    if (!this.#successor && this.#leaveAfter-- <= 0) this.kill();
    this.log.push(entry);
  }

  openSync(path: string, flags: string): number {
    const fd = this.#nextFd++;
    let inode = this.#names.get(path);
    if (!inode && flags === 'wx+') {
      inode = { id: this.#nextInode++, data: Buffer.alloc(0) };
      this.#did({ kind: 'create', path, inode: inode.id });
      this.#names.set(path, inode);
    }
    if (!inode && flags !== 'r') throw failure('ENOENT');
    this.#open.set(fd, inode ?? FOLDER);
    return fd;
  }

  closeSync(fd: number): void {
    this.#open.delete(fd);
  }

  #inode(fd: number): Inode {
    const inode = this.#open.get(fd);
    if (inode === undefined || inode === FOLDER) throw failure('EBADF');
    return inode;
  }

  /** All of it, or at times less, as the system may. */
  #amount(length: number): number {
    return length > 1 && this.random.chance(0.02) ? this.random.int(1, length - 1) : length;
  }

  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const { data } = this.#inode(fd);
    const count = this.#amount(Math.max(0, Math.min(length, data.length - position)));
    buffer.set(data.subarray(position, position + count), offset);
    return count;
  }

  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    const inode = this.#inode(fd);
    const data = Buffer.from(buffer.subarray(offset, offset + this.#amount(length)));
    this.#did({ kind: 'write', inode: inode.id, position, data });
    inode.data = written(inode.data, position, data);
    return data.length;
  }

  ftruncateSync(fd: number, size: number): void {
    const inode = this.#inode(fd);
    this.#did({ kind: 'truncate', inode: inode.id, size });
    inode.data = resized(inode.data, size);
  }

  fdatasyncSync(fd: number): void {
    this.#did({ kind: 'sync', inode: this.#inode(fd).id });
  }

  fsyncSync(fd: number): void {
    if (this.#open.get(fd) === FOLDER) this.#did({ kind: 'syncFolder' });
    else this.fdatasyncSync(fd);
  }

  fstatSync(fd: number): { size: number } {
    return { size: this.#inode(fd).data.length };
  }

  existsSync(path: string): boolean {
    return this.#names.has(path);
  }

  unlinkSync(path: string): void {
    if (!this.#names.has(path)) throw failure('ENOENT');
    this.#did({ kind: 'remove', path });
    this.#names.delete(path);
  }
}

/** The content with its size changed; what is added is zeros. */
export function resized(data: Buffer, size: number): Buffer {
  if (size <= data.length) return data.subarray(0, size);
  return Buffer.concat([data, Buffer.alloc(size - data.length)]);
}

/** The content with `piece` at `position`, in place where it fits. */
export function written(data: Buffer, position: number, piece: Uint8Array): Buffer {
  const result = position + piece.length > data.length ? resized(data, position + piece.length) : data;
  result.set(piece, position);
  return result;
}
