import { errnoOf, asError } from '../../base/errors';
import { StorageLayoutError } from '../errors';
import type { FileSystem } from './fileSystem';

/**
 * SQLite's own pager on the real file, inside the stock sql.js.
 *
 * sql.js opens its databases through the default `sqlite3_vfs` of the build. Four of its slots are replaced by
 * functions that serve names beginning with `namePrefix` from `FileSystem`, through a version 1
 * `sqlite3_io_methods`; every other name goes to the original slots. Nothing is touched unless the struct
 * looks as it must: a build with another layout is refused, never guessed at.
 *
 * Dangers that this file keeps in mind:
 * - memory growth replaces the ArrayBuffer: no view outlives a call (`heap()` makes each one anew);
 * - a JavaScript exception must not cross a WASM frame: every callback catches, remembers, returns a code;
 * - the locks do nothing: whoever opens a file must own it among processes (see keeper/ownership.ts);
 * - `xCheckReservedLock` answers 0, otherwise a hot journal would never be rolled back.
 */

/** What the stock sql.js exposes beside its documented API, as far as it is used here. */
export interface SqliteModule {
  addFunction(fn: (...args: never[]) => number, signature: string): number;
  _malloc(size: number): number;
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
}

const slots = { open: 24, delete: 28, access: 32, fullPathname: 36 } as const;
const namePrefix = 'tidemark:';
/** Longest absolute path in bytes, with SQLite's suffixes. */
const maxPathname = 4096;

const SQLITE_OK = 0;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTFOUND = 12;
const IOERR = {
  read: 266,
  shortRead: 522,
  write: 778,
  fsync: 1034,
  truncate: 1546,
  fstat: 1802,
  delete: 2570,
  access: 3338,
};
const IOERR_DELETE_NOENT = 5898;
const OPEN_READONLY = 0x1;
const OPEN_CREATE = 0x4;
const OPEN_DELETEONCLOSE = 0x8;
/** A write does not damage bytes beside it (SQLite's own default); on Windows an open file can't be deleted. */
const CHARACTERISTICS = 0x1000 | (process.platform === 'win32' ? 0x800 : 0);

interface OpenFile {
  fd: number;
  path: string;
  deleteOnClose: boolean;
}

export class Vfs {
  readonly #files = new Map<number, OpenFile>();
  #nextFile = 1;
  #pendingPath: string | undefined;
  #lastError: Error | undefined;
  #syncFailure: Error | undefined;
  #methods = 0;

  constructor(
    private readonly module: SqliteModule,
    private readonly fs: FileSystem,
    private readonly address: number,
  ) {
    this.#checkLayout();
    this.#install();
  }

  /** Runs `open`, in which the next database that sql.js opens is the file at `path`. */
  withPath<T>(path: string, open: () => T): T {
    this.#pendingPath = path;
    try {
      return open();
    } finally {
      this.#pendingPath = undefined;
    }
  }

  /** The error behind SQLite's last I/O result code: SQLite itself says only "disk I/O error". */
  takeLastError(): Error | undefined {
    const error = this.#lastError;
    this.#lastError = undefined;
    return error;
  }

  /**
   * Set once a sync has failed. What the kernel did with the unsynced pages is unknown from then on, and
   * syncing again would report success: the connection must be closed, the file reopened and verified.
   */
  get syncFailure(): Error | undefined {
    return this.#syncFailure;
  }

  /** Closes what SQLite left open (after a failed open). */
  closeAll(): void {
    for (const file of this.#files.values()) this.#guard(0, () => this.fs.close(file.fd));
    this.#files.clear();
  }

  #heap(): Uint8Array {
    return new Uint8Array(this.module.memory.buffer);
  }

  #word(address: number): number {
    return new DataView(this.module.memory.buffer).getInt32(address, true);
  }

  #setWord(address: number, value: number): void {
    new DataView(this.module.memory.buffer).setInt32(address, value, true);
  }

  #text(address: number): string {
    const heap = this.#heap();
    const end = heap.indexOf(0, address);
    return Buffer.from(heap.buffer, address, end - address).toString('utf8');
  }

  #checkLayout(): void {
    const size = this.module.memory.buffer.byteLength;
    const expect = (ok: boolean, what: string) => {
      if (!ok) throw new StorageLayoutError(what);
    };
    const inRange = (address: number, from = 1024) => address >= from && address < size - 64;
    const vfs = this.address;
    expect(Number.isInteger(vfs) && vfs % 4 === 0 && inRange(vfs), `vfs address ${vfs}`);
    const version = this.#word(vfs);
    expect(version >= 1 && version <= 3, `vfs version ${version}`);
    const fileSize = this.#word(vfs + 4);
    expect(fileSize >= 16 && fileSize <= 1024, `size of a file ${fileSize}`);
    const longest = this.#word(vfs + 8);
    expect(longest >= 128 && longest <= 65536, `longest path ${longest}`);
    const name = this.#word(vfs + 16);
    expect(inRange(name) && this.#text(name) === 'unix', 'vfs name');
    for (const [slot, offset] of Object.entries(slots)) {
      const index = this.#word(vfs + offset);
      const ok =
        index > 0 && index < this.module.table.length && typeof this.module.table.get(index) === 'function';
      expect(ok, `vfs slot ${slot}`);
    }
  }

  #install(): void {
    const vfs = this.address;
    this.#methods = this.#makeMethods();
    const original = Object.fromEntries(
      Object.entries(slots).map(([slot, offset]) => [
        slot,
        this.module.table.get(this.#word(vfs + offset)) as (...args: number[]) => number,
      ]),
    ) as Record<keyof typeof slots, (...args: number[]) => number>;
    const replace = (slot: keyof typeof slots, signature: string, fn: (...args: number[]) => number) =>
      this.#setWord(vfs + slots[slot], this.module.addFunction(fn, signature));

    this.#setWord(vfs + 8, maxPathname);
    replace('open', 'iiiiii', (self, name, file, flags, outFlags) => {
      const path = name === 0 ? undefined : this.#ownPath(name);
      return path === undefined
        ? original.open(self, name, file, flags, outFlags)
        : this.#open(path, file, flags, outFlags);
    });
    replace('delete', 'iiii', (self, name, sync) => {
      const path = this.#ownPath(name);
      return path === undefined ? original.delete(self, name, sync) : this.#delete(path, sync !== 0);
    });
    replace('access', 'iiiii', (self, name, flags, out) => {
      const path = this.#ownPath(name);
      if (path === undefined) return original.access(self, name, flags, out);
      return this.#guard(IOERR.access, () => this.#setWord(out, this.fs.exists(path) ? 1 : 0));
    });
    replace('fullPathname', 'iiiii', (self, name, size, out) => {
      if (this.#pendingPath === undefined) return original.fullPathname(self, name, size, out);
      return this.#fullPathname(size, out);
    });
  }

  #ownPath(name: number | undefined): string | undefined {
    const text = name ? this.#text(name) : '';
    return text.startsWith(namePrefix) ? text.slice(namePrefix.length) : undefined;
  }

  #fullPathname(size: number, out: number): number {
    const bytes = Buffer.from(`${namePrefix}${this.#pendingPath}\0`, 'utf8');
    if (bytes.length > size) {
      this.#lastError = new Error(`The path is too long for the database: ${bytes.length} bytes.`);
      return SQLITE_CANTOPEN;
    }
    this.#heap().set(bytes, out);
    return SQLITE_OK;
  }

  #open(path: string, file: number, flags: number, outFlags: number): number {
    // SQLite calls xClose only where pMethods is set, so it stays 0 until the file is open.
    this.#setWord(file, 0);
    return this.#guard(SQLITE_CANTOPEN, () => {
      const fd = this.fs.open(path, {
        create: (flags & OPEN_CREATE) !== 0,
        readOnly: (flags & OPEN_READONLY) !== 0,
      });
      const id = this.#nextFile++;
      this.#files.set(id, { fd, path, deleteOnClose: (flags & OPEN_DELETEONCLOSE) !== 0 });
      this.#setWord(file + 4, id);
      this.#setWord(file, this.#methods);
      if (outFlags !== 0) this.#setWord(outFlags, flags);
    });
  }

  #delete(path: string, sync: boolean): number {
    try {
      this.fs.remove(path, sync);
      return SQLITE_OK;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return IOERR_DELETE_NOENT;
      this.#lastError = asError(error);
      return IOERR.delete;
    }
  }

  #makeMethods(): number {
    const file = (address: number) => {
      const open = this.#files.get(this.#word(address + 4));
      if (!open) throw new Error('The database file is not open.');
      return open;
    };
    const methods: [string, (...args: never[]) => number][] = [
      ['ii', (f: number) => this.#close(f)],
      [
        'iiiij',
        (f: number, buffer: number, amount: number, at: bigint) => this.#read(file, f, buffer, amount, at),
      ],
      [
        'iiiij',
        (f: number, buffer: number, amount: number, at: bigint) =>
          this.#guard(IOERR.write, () =>
            this.fs.write(file(f).fd, this.#heap().subarray(buffer, buffer + amount), Number(at)),
          ),
      ],
      [
        'iij',
        (f: number, size: bigint) =>
          this.#guard(IOERR.truncate, () => this.fs.truncate(file(f).fd, Number(size))),
      ],
      ['iii', (f: number) => this.#sync(() => file(f).fd)],
      [
        'iii',
        (f: number, out: number) =>
          this.#guard(IOERR.fstat, () => {
            const size = BigInt(this.fs.size(file(f).fd));
            new DataView(this.module.memory.buffer).setBigInt64(out, size, true);
          }),
      ],
      ['iii', () => SQLITE_OK],
      ['iii', () => SQLITE_OK],
      [
        'iii',
        (_f: number, out: number) => {
          this.#setWord(out, 0);
          return SQLITE_OK;
        },
      ],
      ['iiii', () => SQLITE_NOTFOUND],
      ['ii', () => 4096],
      ['ii', () => CHARACTERISTICS],
    ];
    const address = this.module._malloc(4 * (methods.length + 1));
    this.#setWord(address, 1);
    methods.forEach(([signature, fn], i) => {
      this.#setWord(address + 4 * (i + 1), this.module.addFunction(fn, signature));
    });
    return address;
  }

  #close(address: number): number {
    const id = this.#word(address + 4);
    const open = this.#files.get(id);
    this.#files.delete(id);
    this.#setWord(address, 0);
    if (!open) return SQLITE_OK;
    return this.#guard(IOERR.write, () => {
      this.fs.close(open.fd);
      if (open.deleteOnClose) this.fs.remove(open.path, false);
    });
  }

  #read(file: (address: number) => OpenFile, f: number, buffer: number, amount: number, at: bigint): number {
    let count = 0;
    const code = this.#guard(IOERR.read, () => {
      const target = this.#heap().subarray(buffer, buffer + amount);
      count = this.fs.read(file(f).fd, target, Number(at));
      // SQLite relies on zeros behind the end of the file.
      target.fill(0, count);
    });
    return code !== SQLITE_OK || count === amount ? code : IOERR.shortRead;
  }

  #sync(fd: () => number): number {
    // Never a second sync on a descriptor whose sync failed: it would succeed without having written.
    if (this.#syncFailure) {
      this.#lastError = this.#syncFailure;
      return IOERR.fsync;
    }
    // A write that fails late is a failed write: the disk may be full, and the descriptor is still good.
    const written = this.#guard(IOERR.write, () => this.fs.flush(fd()));
    if (written !== SQLITE_OK) return written;
    const code = this.#guard(IOERR.fsync, () => this.fs.sync(fd()));
    if (code !== SQLITE_OK) this.#syncFailure = this.#lastError;
    return code;
  }

  #guard(failure: number, action: () => void): number {
    try {
      action();
      return SQLITE_OK;
    } catch (error) {
      this.#lastError = asError(error);
      return errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EDQUOT' ? SQLITE_FULL : failure;
    }
  }
}
