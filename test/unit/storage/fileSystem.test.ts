import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { makeFileSystem, type SystemCalls } from '../../../src/storage/sqljs/fileSystem';
import { makeFolder, removeFolders } from '../../support/store';

const asFile = { create: true, readOnly: false };

describe('the engine’s file system', () => {
  after(removeFolders);
  const path = async () => join(await makeFolder(), 'a');

  it('writes and reads everything, however little the system does at once', async () => {
    const most = 3;
    const short: SystemCalls = {
      ...fs,
      readSync: (fd, buffer, offset, length, position) =>
        fs.readSync(fd, buffer, offset, Math.min(length, most), position),
      writeSync: (fd, buffer, offset, length, position) =>
        fs.writeSync(fd, buffer, offset, Math.min(length, most), position),
    };
    const files = makeFileSystem(short);
    const fd = files.open(await path(), asFile);
    const bytes = Buffer.from('more than three bytes');
    files.write(fd, bytes, 5);
    const read = Buffer.alloc(40);
    assert.equal(files.read(fd, read, 5), bytes.length);
    assert.deepEqual(read.subarray(0, bytes.length), bytes);
    assert.equal(files.size(fd), 5 + bytes.length);
    files.close(fd);
  });

  it('fails where the system writes nothing, instead of trying for ever', async () => {
    const files = makeFileSystem({ ...fs, writeSync: () => 0 });
    const fd = files.open(await path(), asFile);
    assert.throws(() => files.write(fd, Buffer.from('a'), 0), { code: 'EIO' });
    files.close(fd);
  });

  it('leaves no descriptor open where the folder can’t be synced', async () => {
    const open = new Set<number>();
    const files = makeFileSystem({
      ...fs,
      openSync(...args) {
        const fd = fs.openSync(...args);
        open.add(fd);
        return fd;
      },
      closeSync(fd) {
        open.delete(fd);
        fs.closeSync(fd);
      },
      fsyncSync() {
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      },
    });
    const file = await path();
    assert.throws(() => files.open(file, asFile), { code: 'EIO' });
    assert.equal(open.size, 0);
  });

  it('makes a file durable in its folder that a killed process has created but not synced', async () => {
    const file = await path();
    fs.writeFileSync(file, '');
    let synced = 0;
    const files = makeFileSystem({
      ...fs,
      fsyncSync(fd) {
        synced++;
        fs.fsyncSync(fd);
      },
    });
    files.close(files.open(file, asFile));
    assert.equal(synced, 1);
    assert.throws(() => files.open(`${file}-missing`, { create: false, readOnly: false }), {
      code: 'ENOENT',
    });
  });
});
