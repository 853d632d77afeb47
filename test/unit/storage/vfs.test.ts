import assert from 'node:assert/strict';
import { StorageLayoutError } from '../../../src/storage/errors';
import { nodeFileSystem, type FileSystem } from '../../../src/storage/sqljs/fileSystem';
import { Vfs, type SqliteModule } from '../../../src/storage/sqljs/vfs';

const VFS = 4096;
const NAME = 8192;

/** A memory with a `sqlite3_vfs` as the supported builds lay it out. */
function makeModule(change: (words: DataView) => void) {
  const buffer = new ArrayBuffer(65536);
  const words = new DataView(buffer);
  const set = (offset: number, value: number) => words.setInt32(VFS + offset, value, true);
  set(0, 2);
  set(4, 52);
  set(8, 512);
  set(16, NAME);
  for (const [i, offset] of [24, 28, 32, 36].entries()) set(offset, i + 1);
  new Uint8Array(buffer).set(Buffer.from('unix\0'), NAME);
  change(words);
  const before = Buffer.from(buffer.slice(0));
  const added: ((...args: never[]) => number)[] = [];
  const module: SqliteModule = {
    addFunction: (fn) => added.push(fn),
    _malloc: () => 16384,
    memory: { buffer },
    table: { length: 8, get: () => () => 0 },
  };
  return {
    module,
    added,
    bytes: new Uint8Array(buffer),
    unchanged: () => assert.deepEqual(Buffer.from(buffer), before),
  };
}

describe('the layout check', () => {
  const set = (offset: number, value: number) => (words: DataView) =>
    words.setInt32(VFS + offset, value, true);

  it('takes the layout that it knows', () => {
    assert.doesNotThrow(() => new Vfs(makeModule(() => undefined).module, nodeFileSystem, VFS));
  });

  const wrong: [string, (words: DataView) => void, number?][] = [
    ['an unknown version', set(0, 4)],
    ['a file size out of range', set(4, 8)],
    ['a longest path out of range', set(8, 12)],
    ['a name outside of the memory', set(16, 1 << 24)],
    ['another name', (words) => words.setInt8(NAME, 'w'.charCodeAt(0))],
    ['a slot without a function', set(24, 0)],
    ['a slot outside of the table', set(36, 99)],
    ['an unaligned address', () => undefined, VFS + 1],
    ['an address outside of the memory', () => undefined, 1 << 24],
  ];
  for (const [what, change, address] of wrong) {
    it(`refuses ${what}, and touches nothing`, () => {
      const { module, unchanged } = makeModule(change);
      assert.throws(() => new Vfs(module, nodeFileSystem, address ?? VFS), StorageLayoutError);
      unchanged();
    });
  }
});

describe('a file of the vfs', () => {
  const NAME_OF_FILE = 20_000;
  const FILE = 24_000;
  const BUFFER = 28_000;
  const OK = 0;
  const READ_WRITE_CREATE = 6;

  /** Opens a file on this disk as SQLite does. Its methods in the order of `sqlite3_io_methods`, then the slots. */
  function openOn(disk: Partial<FileSystem>) {
    const { module, added, bytes } = makeModule(() => undefined);
    const vfs = new Vfs(module, { ...nodeFileSystem, open: () => 3, ...disk }, VFS);
    bytes.set(Buffer.from('tidemark:/disk/a\0'), NAME_OF_FILE);
    const functions = added as ((...args: unknown[]) => number)[];
    const [, read, , , sync] = functions;
    assert.equal(functions[12]!(VFS, NAME_OF_FILE, FILE, READ_WRITE_CREATE, 0), OK);
    return { vfs, bytes, read: read!, sync: sync! };
  }

  it('is not synced again after a sync that failed', () => {
    let syncs = 0;
    const { vfs, sync } = openOn({
      sync() {
        syncs++;
        throw new Error('EIO');
      },
    });
    assert.notEqual(sync(FILE, 2), OK);
    assert.notEqual(sync(FILE, 2), OK);
    assert.equal(syncs, 1);
    assert.equal(vfs.syncFailure?.message, 'EIO');
  });

  it('reads zeros behind its end, and says that it was short', () => {
    const { bytes, read } = openOn({
      read(_fd, buffer) {
        buffer.set([1, 2]);
        return 2;
      },
    });
    bytes.fill(9, BUFFER, BUFFER + 5);
    assert.equal(read(FILE, BUFFER, 4, 0n), 522);
    assert.deepEqual([...bytes.subarray(BUFFER, BUFFER + 5)], [1, 2, 0, 0, 9]);
  });
});
