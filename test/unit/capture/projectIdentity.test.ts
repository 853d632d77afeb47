import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextFileName, identifyProject } from '../../../src/capture/projectIdentity';

describe('identifyProject', () => {
  let base: string;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'tidemark-project-')));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd,
      stdio: 'ignore',
    });

  async function repository(name: string): Promise<string> {
    const folder = join(base, name);
    await mkdir(join(folder, 'src', 'deep'), { recursive: true });
    git(folder, 'init');
    git(folder, 'commit', '--allow-empty', '-m', 'first');
    return folder;
  }

  it('takes a repository, its subfolders and its work trees for one project', async () => {
    const shop = await repository('shop');
    git(shop, 'worktree', 'add', join(base, 'elsewhere', 'shop-fix'));
    const project = { key: join(shop, '.git'), name: 'shop', root: shop };
    for (const cwd of [
      shop,
      join(shop, 'src', 'deep'),
      join(base, 'elsewhere', 'shop-fix'),
      join(shop, '.git', 'hooks'),
    ]) {
      assert.deepEqual(identifyProject(cwd), project);
    }
  });

  it('takes a submodule for a project of its own, and its work trees with it', async () => {
    const shop = await repository('shop');
    const library = await repository('library');
    git(shop, '-c', 'protocol.file.allow=always', 'submodule', 'add', library, 'lib');
    const submodule = identifyProject(join(shop, 'lib'));
    assert.deepEqual(submodule, {
      key: join(shop, '.git', 'modules', 'lib'),
      name: 'lib',
      root: join(shop, 'lib'),
    });
    git(join(shop, 'lib'), 'worktree', 'add', join(base, 'lib-fix'));
    const linked = identifyProject(join(base, 'lib-fix'));
    assert.equal(contextFileName(linked), contextFileName(submodule));
    assert.equal(linked.key, submodule.key);
  });

  it('knows the work trees of a bare repository, beside it or around it', async () => {
    const shop = await repository('shop');
    git(base, 'clone', '--bare', shop, 'store.git');
    git(join(base, 'store.git'), 'worktree', 'add', join(base, 'store-main'));
    const bare = { key: join(base, 'store.git'), name: 'store', root: join(base, 'store.git') };
    assert.deepEqual(identifyProject(join(base, 'store-main')), bare);
    assert.deepEqual(identifyProject(join(base, 'store.git')), bare);

    await mkdir(join(base, 'all'));
    git(base, 'clone', '--bare', shop, join('all', '.bare'));
    await writeFile(join(base, 'all', '.git'), 'gitdir: ./.bare\n');
    git(join(base, 'all'), 'worktree', 'add', 'fix');
    const around = { key: join(base, 'all', '.bare'), name: 'all', root: join(base, 'all') };
    assert.deepEqual(identifyProject(join(base, 'all')), around);
    assert.deepEqual(identifyProject(join(base, 'all', 'fix')), around);
  });

  it('follows symbolic links to the folder', async () => {
    const shop = await repository('shop');
    await symlink(join(shop, 'src'), join(base, 'link'));
    assert.deepEqual(identifyProject(join(base, 'link')), identifyProject(shop));
  });

  it('falls back to the folder, whether it exists or not', async () => {
    await mkdir(join(base, 'plain', '.git'), { recursive: true });
    const plain = join(base, 'plain');
    assert.deepEqual(identifyProject(plain), { key: plain, name: 'plain', root: plain });
    const gone = '/home/nobody-here/shop';
    assert.deepEqual(identifyProject(`${gone}/`), { key: gone, name: 'shop', root: gone });
  });

  it('finds the project of a folder that is deleted', async () => {
    const shop = await repository('shop');
    assert.equal(identifyProject(join(shop, 'gone', 'deeper')).root, shop);
  });

  it('takes a folder whose git pointer leads nowhere, or is nonsense, for the project', async () => {
    for (const [i, content] of ['gitdir: /not/mounted/here', 'nonsense', ''].entries()) {
      const folder = join(base, `work${i}`);
      await mkdir(folder);
      await writeFile(join(folder, '.git'), content);
      assert.deepEqual(identifyProject(folder), { key: folder, name: `work${i}`, root: folder });
    }
  });

  it('reads Windows paths as such, drive letters in either case', () => {
    for (const drive of ['C', 'c']) {
      const project = identifyProject(`${drive}:\\code\\shop\\`);
      assert.equal(project.key, 'c:\\code\\shop');
      assert.equal(project.name, 'shop');
    }
    assert.equal(identifyProject('\\\\server\\share\\shop').name, 'shop');
  });
});

describe('contextFileName', () => {
  const nameOf = (name: string, key = name) => contextFileName({ name, key, root: '/' });

  it('is safe as a file name whatever the project is called', () => {
    assert.match(nameOf('My Shop.io'), /^my-shop-io-[0-9a-f]{16}\.md$/);
    for (const name of ['', '..', '../../etc', '日本語', 'a'.repeat(500), 'CON', 'x\0y', '-']) {
      assert.match(nameOf(name), /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?-[0-9a-f]{16}\.md$/, name);
    }
  });

  it('differs where the key differs', () => {
    assert.notEqual(nameOf('shop', '/a/shop'), nameOf('shop', '/b/shop'));
  });
});
