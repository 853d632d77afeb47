import assert from 'node:assert/strict';
import { completeFilter, parseFilters } from '../../../../src/memory/search/filterText';

const NOW = new Date(2026, 10, 20, 15, 30).getTime();
const DAY = 24 * 3_600_000;
const parse = (input: string) => parseFilters(input, NOW);
const completions = (input: string, projects: string[] = []) =>
  completeFilter(input, projects).map(({ filter }) => filter);

describe('Filters typed into a search', () => {
  it('are taken out of the words, wherever they stand', () => {
    assert.deepEqual(parse('type:bugfix total of agent:codex the cart file:src/cart.ts'), {
      ...{ text: 'total of the cart', types: ['bugfix'], agent: 'codex', file: 'src/cart.ts', problems: [] },
    });
    assert.deepEqual(parse('TYPE:BugFix Type:decision,summary').types, ['bugfix', 'decision', 'summary']);
  });

  it('are known by their beginnings, where only one begins so', () => {
    assert.deepEqual(parse('type:bug agent:claude').types, ['bugfix']);
    assert.equal(parse('agent:claude').agent, 'claude-code');
    // Feature and failure.
    const { types, problems } = parse('type:f');
    assert.deepEqual([types, problems], [[], [{ filter: 'type', value: 'f' }]]);
  });

  it('tell times by age, by name and by date', () => {
    const since = (value: string) => parse(`since:${value}`).since;
    assert.equal(since('7d'), NOW - 7 * DAY);
    assert.equal(since('24h'), NOW - DAY);
    assert.equal(since('2w'), NOW - 14 * DAY);
    assert.equal(since('today'), new Date(2026, 10, 20).getTime());
    assert.equal(since('yesterday'), new Date(2026, 10, 19).getTime());
    assert.equal(since('2026-11-01'), new Date(2026, 10, 1).getTime());
    for (const wrong of ['2026-02-31', '7', 'soon', '99999d', '']) {
      assert.equal(since(wrong), undefined, wrong);
      assert.deepEqual(parse(`since:${wrong}`).problems, [{ filter: 'since', value: wrong }]);
    }
  });

  it('may be quoted, and are words inside of quotes', () => {
    assert.equal(parse('project:"my shop" sum').project, 'my shop');
    assert.equal(parse('file:"a b.ts').file, 'a b.ts');
    assert.deepEqual(parse('"type:bugfix stays" -not').text, '"type:bugfix stays" -not');
    assert.deepEqual(parse('"type:bugfix stays"').types, []);
  });

  it('leave every other text with a colon as it is', () => {
    assert.equal(
      parse('http://localhost:80 std::vector c:\\x').text,
      'http://localhost:80 std::vector c:\\x',
    );
  });

  it('take time in proportion to the text', () => {
    const begin = performance.now();
    for (const hostile of ['"'.repeat(100_001), 'type:'.repeat(20_000), ' a"'.repeat(50_000)]) parse(hostile);
    assert.ok(performance.now() - begin < 500);
  });

  it('are completed at the end of the text', () => {
    assert.deepEqual(completions('sum type:f'), ['type:feature', 'type:failure']);
    assert.deepEqual(completions('type:bugfix,de'), ['type:bugfix,decision']);
    assert.deepEqual(completions('type:bugfix'), [], 'it is complete');
    assert.deepEqual(completions('type:bugfix '), []);
    assert.deepEqual(completions('agent:co'), ['agent:copilot-cli', 'agent:codex']);
    assert.deepEqual(completions('project:m', ['Shop', 'My shop', 'My shop']), ['project:"My shop"']);
    assert.equal(completeFilter('sum  type:dec', [])[0]?.input, 'sum  type:decision ');
  });
});
