import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createBuiltinProvider } from '../../../src/distill/providers/builtin/builtinProvider';
import { shellParts } from '../../../src/distill/providers/builtin/shell';
import { OBSERVATION_LIMIT, observationText } from '../../../src/memory/observation';
import { batchOf, command, contentsOf, distil, edit, failed, root, use } from './builtinHelpers';

describe('built-in provider: observations', () => {
  describe('changed files', () => {
    it('tells one file once a turn, with what its lines say', async () => {
      const [one, ...rest] = await contentsOf(
        edit('src/retry.ts', {
          added: ['  let left = 3;', '// Three times, because the gateway drops one in ten.'],
        }),
        edit('src/retry.ts', { added: ['export function retry(task: Task) {'] }),
      );
      assert.equal(rest.length, 0);
      assert.equal(one?.title, 'Changed src/retry.ts');
      assert.deepEqual(one.facts, [
        '// Three times, because the gateway drops one in ten.',
        'export function retry(task: Task) {',
        'let left = 3;',
      ]);
      assert.deepEqual(one.filesModified, [`${root}/src/retry.ts`]);
    });

    it('says of a file that was made and deleted again that it is gone', async () => {
      const path = `${root}/probe.ts`;
      const changes = [{ path, created: false, deleted: true, added: [], removed: ['x'] }];
      const [one] = await contentsOf(
        edit('probe.ts', { created: true, added: ['// A probe of the parser.'] }),
        command('rm probe.ts', '', { files: [path], changes }),
      );
      assert.equal(one?.title, 'Created and deleted again probe.ts');
      assert.deepEqual([one.filesModified, one.facts], [[], []]);
    });

    it('knows a file that comes back as one that is there', async () => {
      const path = `${root}/a.ts`;
      const gone = { path, created: false, deleted: true, added: [], removed: [] };
      const [one] = await contentsOf(
        command('rm a.ts', '', { files: [path], changes: [gone] }),
        edit('a.ts', { created: true, added: ['const anew = 1;'] }),
      );
      assert.deepEqual(one?.filesModified, [path]);
      assert.ok(!one.title.startsWith('Deleted'));
    });

    it('names files that a command changed although nothing more is known of them', async () => {
      const [one] = await contentsOf(command('make gen', 'done', { files: [`${root}/gen.ts`] }));
      assert.equal(one?.title, 'Changed gen.ts');
      assert.deepEqual(one.filesModified, [`${root}/gen.ts`]);
    });

    it('takes no file for changed because a command mentions it', async () => {
      const found = await contentsOf(command('sed -i s/a/b/ src/a.ts && cat src/a.ts', 'b'));
      assert.deepEqual(
        found.flatMap((one) => one.filesModified),
        [],
      );
    });

    it('tells a decision record for a decision', async () => {
      const [one] = await contentsOf(
        edit('docs/adr/7-queue.md', { created: true, added: ['# Use one queue per tenant'] }),
      );
      assert.equal(one?.type, 'decision');
      assert.deepEqual(one.facts, ['# Use one queue per tenant']);
    });
  });

  describe('failures', () => {
    it('tells the command, the exit code and the lines that matter', async () => {
      const error = [
        'Exit code 1',
        '> app@1.0.0 test',
        'ok 1 - adds',
        'not ok 2 - divides by zero',
        '  at Test.run (node:internal/test:1:1)',
        "  expected: 'Infinity'",
        "  actual: 'NaN'",
      ].join('\n');
      const [one] = await contentsOf(failed('npm test', error));
      assert.equal(one?.type, 'failure');
      assert.equal(one.title, 'Failed: `npm test`');
      assert.deepEqual(one.facts, [
        'Exit code 1',
        'not ok 2 - divides by zero',
        "expected: 'Infinity'",
        "actual: 'NaN'",
      ]);
    });

    it('tells the same failure of a turn once', async () => {
      const result = await distil([
        failed('make', 'Exit code 2\nno rule'),
        failed('make', 'Exit code 2\nno rule'),
      ]);
      assert.equal(result.observations.length, 1);
      assert.deepEqual(result.observations[0]?.messageIds, [1, 2]);
    });

    it('keeps both ends of a long command', async () => {
      const [one] = await contentsOf(
        failed(`./setup.sh && ${'x'.repeat(400)} && git push origin main`, 'Exit code 1'),
      );
      assert.match(one?.title ?? '', /^Failed: `\.\/setup\.sh .* … .*git push origin main`$/);
    });

    it('claims no failure of what a person interrupted', async () => {
      const [one] = await contentsOf(failed('npm test', 'half the output', { interrupted: true }));
      assert.equal(one?.type, 'note');
      assert.equal(one.title, 'Interrupted: `npm test`');
    });
  });

  describe('commands', () => {
    it('tells how tests came out although a pipe hid the exit code', async () => {
      const [one] = await contentsOf(command('pytest 2>&1 | tail -1', '=== 2 failed, 40 passed in 3.1s ==='));
      assert.match(one?.title ?? '', /^Tests: .*2 failed, 40 passed/);
      assert.equal(one?.type, 'discovery');
    });

    it('keeps the newest outcome first and tells earlier ones', async () => {
      const [one, ...rest] = await contentsOf(
        command('npm test | tail -2', '# pass 3\n# fail 1'),
        command('npm test | tail -2', '# pass 4\n# fail 0'),
      );
      assert.equal(rest.length, 0);
      assert.equal(one?.title, 'Tests: # pass 4, # fail 0');
      assert.deepEqual(one.facts, [
        'Run as `npm test | tail -2`',
        'Earlier in this turn: # pass 3, # fail 1',
      ]);
    });

    it('takes words of other programs for no test results', async () => {
      const [one] = await contentsOf(command('curl -s localhost/health', 'OK'));
      assert.equal(one?.title, 'Ran `curl -s localhost/health`');
    });

    it('tells a commit that the output shows or success proves', async () => {
      const titles = async (line: string, output: string) =>
        (await contentsOf(command(line, output))).map(({ title }) => title);
      const heredoc = `git commit -m "$(cat <<'EOF'\nAdd retries\n\nBody\nEOF\n)"`;
      assert.deepEqual(await titles(heredoc, '[main 1a2b3c4] Add retries\n 1 file changed'), [
        'Committed: Add retries',
      ]);
      assert.deepEqual(await titles("git add -A && git commit -qm 'Add retries'", ''), [
        'Committed: Add retries',
      ]);
      assert.deepEqual(await titles("git commit -qm 'Add retries'; ls", 'src'), [
        "Ran `git commit -qm 'Add retries'; ls`",
      ]);
      assert.deepEqual(await titles("true || git commit -m 'Add retries'", ''), [
        "Ran `true || git commit -m 'Add retries'`",
      ]);
      const [one] = await contentsOf(command('git commit -m x', '[main (root-commit) 1a2b3c4] x'));
      assert.deepEqual(one?.facts, ['Commit 1a2b3c4']);
    });

    it('says of a background command that it started, not how it ended', async () => {
      const [one] = await contentsOf(command('npm start', '', { background: true }));
      assert.equal(one?.title, 'Started in the background: `npm start`');
      assert.deepEqual(one.facts, ['How it ended is not known from this.']);
    });

    it('skips what only shows where the agent is, by a named rule', async () => {
      const lines = ['pwd; ls -la', 'git status', 'cd src && git log --oneline | head -3', 'echo "a; b"'];
      const result = await distil([
        ...lines.map((line) => command(line, 'out')),
        command('cat empty.txt', ''),
      ]);
      assert.deepEqual(result.observations, []);
      assert.deepEqual(
        result.skips.map(({ rule }) => rule),
        [...lines.map(() => 'trivial-command'), 'empty-look'],
      );
    });

    it('keeps commands with an effect although they start like trivial ones', async () => {
      for (const line of [
        'echo x > out.txt',
        'git log && git push',
        'find . -name x -delete',
        'ls | xargs rm',
      ])
        assert.equal((await distil([command(line, '')])).observations.length, 1, line);
    });
  });

  describe('the rest', () => {
    it('merges reads of a turn and keeps pictures without content', async () => {
      const [one, ...rest] = await contentsOf(
        use({ kind: 'read', path: `${root}/a.ts`, content: '// Parses dates.\nexport {}' }),
        use({ kind: 'read', path: `${root}/b.png`, image: true }),
        use({ kind: 'read', path: '/etc/hosts', content: '127.0.0.1' }),
      );
      assert.equal(rest.length, 0);
      assert.equal(one?.title, 'Read a.ts, b.png, /etc/hosts');
      assert.deepEqual(one.facts, ['a.ts: Parses dates.', 'b.png: a picture']);
      assert.deepEqual(one.filesRead, [`${root}/a.ts`, `${root}/b.png`, '/etc/hosts']);
    });

    it('tells a report and the delegation that returns it once', async () => {
      const text = 'The lock is taken in `pool.ts:40` and never released, because close() throws.';
      const result = await distil([
        { kind: 'observation', report: { text, subagent: { id: 'a1', type: 'Explore' } } },
        use({ kind: 'delegate', description: 'Find the leak', prompt: 'p', result: text, subagentId: 'a1' }),
      ]);
      assert.equal(result.observations.length, 1);
      const [{ content, messageIds }] = result.observations as [(typeof result.observations)[0]];
      assert.deepEqual(messageIds, [1, 2]);
      assert.deepEqual(
        [content.title, content.subtitle, content.narrative],
        ['Sub-agent (Explore) reported', 'Task: Find the leak', text],
      );
    });

    it("tells a compaction's account as the agent's own, not as a sub-agent's", async () => {
      const text = '<analysis>x</analysis><summary>The cache is broken because keys collide.</summary>';
      const [one] = await contentsOf({
        kind: 'observation',
        report: { text, subagent: { id: 'compaction' } },
      });
      assert.match(one?.title ?? '', /own account/);
      assert.equal(one?.narrative, 'The cache is broken because keys collide.');
      assert.deepEqual(one.concepts, ['own account']);
    });

    it('accounts for every message once and stops when aborted', async () => {
      const bodies = [
        command('pwd', '/'),
        edit('a.ts'),
        use({ kind: 'other', tool: 'TodoWrite', input: '', output: '' }),
      ];
      const result = await distil(bodies);
      assert.deepEqual(
        result.skips.map(({ messageId, rule }) => [messageId, rule]),
        [
          [1, 'trivial-command'],
          [3, 'bookkeeping'],
        ],
      );
      assert.deepEqual(
        result.observations.map(({ messageIds }) => messageIds),
        [[2]],
      );
      await assert.rejects(createBuiltinProvider().distill(batchOf(bodies), AbortSignal.abort()));
    });

    it('keeps the limit and terminates on any text', async () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc
          .array(fc.constantFrom('error ', '((', '`', '"', '<<EOF\n', '**', '- ', '\n', '| ', 'a.b', ' > '))
          .map((p) => p.join('')),
        fc.constantFrom('a'.repeat(20_000), ' ('.repeat(10_000), '*a'.repeat(8_000), '. A'.repeat(5_000)),
      );
      await fc.assert(
        fc.asyncProperty(text, text, async (a, b) => {
          const found = await contentsOf(
            command(a, b),
            failed(a, b),
            edit(a, { added: b.split('\n') }),
            use({ kind: 'search', query: a, output: b }),
            use({ kind: 'read', path: a, content: b }),
            use({ kind: 'other', tool: a, input: a, output: b }),
            use({ kind: 'web', target: a, output: b }),
            { kind: 'observation', report: { text: b, subagent: { id: a, type: a } } },
          );
          for (const one of found) assert.ok(observationText(one).length <= OBSERVATION_LIMIT);
        }),
        { numRuns: 150 },
      );
    });
  });

  describe('shellParts', () => {
    const words = (line: string) => shellParts(line).map((part) => [part.operator, ...part.words]);

    it('tells commands apart outside of quotes, substitutions and here-documents', () => {
      assert.deepEqual(words('A=1 npm test 2>&1 | tail -3 && echo "a && b"; ls'), [
        ['', 'npm', 'test', '2>&1'],
        ['|', 'tail', '-3'],
        ['&&', 'echo', 'a && b'],
        [';', 'ls'],
      ]);
      assert.deepEqual(words("cat > f <<'EOF'\nrm -rf x; git push\nEOF\ngit add f"), [
        ['', 'cat', '>', 'f'],
        [';', 'git', 'add', 'f'],
      ]);
      assert.deepEqual(words('comm <(a | b) $(c; d)'), [['', 'comm', '<(a', '|', 'b)', '$(c;', 'd)']]);
    });
  });
});
