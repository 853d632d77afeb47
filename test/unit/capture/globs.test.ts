import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import fc from 'fast-check';
import { defaultExclusions } from '../../../src/capture/exclusions';
import { Globs } from '../../../src/capture/globs';
import manifest from '../../../package.json';

describe('globs', () => {
  const cases: [globs: string[], meant: string[], others: string[]][] = [
    [['.env'], ['.env', '/a/b/.env', 'x/../.env', './.ENV', 'C:\\a\\.env'], ['.envrc', 'a.env', 'env']],
    [
      ['**/.env*', '!**/.env.example'],
      ['.env.local', '/.envrc'],
      ['.env.example', '/a/.env.example'],
    ],
    [['*.{pem,key}'], ['a/b.pem', 'server.key'], ['a.pem.txt', 'key', 'pem']],
    [
      ['/srv/secret'],
      ['/srv/secret', '/srv/secret/a/b', '../../srv/secret/x'],
      ['/srv/secrets', '/x/srv/secret'],
    ],
    [['~/work/**'], ['~/work/a', `${homedir()}/work/a/b`], ['/work/a', 'work/a']],
    [['id_[re]sa?'], ['id_rsa1', 'id_esax'], ['id_rsa', 'id_dsa1']],
    [['a*b/c'], ['axb/c', 'a/../ab/c/d'], ['a/b/c']],
    [['[z-a]', '{', '(', '[', '!'], ['z', '(', '{'], ['b']],
    [['', '  ', '!'], [], ['a', '']],
  ];
  for (const [globs, meant, others] of cases) {
    it(`${JSON.stringify(globs)} mean what they say`, () => {
      const rules = new Globs(globs);
      assert.deepEqual(
        meant.filter((file) => !rules.matches(file, '/home/me')),
        [],
      );
      assert.deepEqual(
        others.filter((file) => rules.matches(file, '/home/me')),
        [],
      );
    });
  }

  it('are never an error, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'*?{}[]!,-\\/ab.^$') })),
        fc.string(),
        (globs, file) => {
          assert.equal(typeof new Globs(globs).matches(file, '/x'), 'boolean');
        },
      ),
    );
  });

  it('of the default are those of the settings', () => {
    const { properties } = manifest.contributes.configuration;
    assert.deepEqual(properties['tidemark.privacy.excludeFiles'].default, defaultExclusions.files);
    assert.deepEqual(properties['tidemark.privacy.excludeProjects'].default, defaultExclusions.projects);
  });

  it('of the default leave what is no secret', () => {
    const rules = new Globs(defaultExclusions.files);
    const files = [
      '.env.example',
      'src/environment.ts',
      'keys.ts',
      'src/key/index.ts',
      'env.d.ts',
      'id_rsa.pub',
    ];
    assert.deepEqual(
      files.filter((file) => rules.matches(file, '/p')),
      [],
    );
    const secret = ['.env', 'a/.env.production', '~/.ssh/config', 'certs/server.key', '~/.aws/credentials'];
    assert.deepEqual(
      secret.filter((file) => !rules.matches(file, '/p')),
      [],
    );
  });
});
