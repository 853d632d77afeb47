import assert from 'node:assert/strict';
import { SNIPPET_LIMIT, snippetOf } from '../../../../src/memory/search/snippet';

describe('A snippet', () => {
  it('is the whole of a short text, in one line', () => {
    assert.equal(snippetOf('two\n lines ', new Set(['line'])), 'two lines');
  });

  it('is the place where most of the terms stand together', () => {
    const text = `cache ${'lorem ipsum '.repeat(40)} the cache was evicted early ${'dolor sit '.repeat(40)}`;
    const snippet = snippetOf(text, new Set(['cach', 'evict']));
    assert.match(snippet, /^….*the cache was evicted early.*…$/);
    assert.ok(snippet.length <= SNIPPET_LIMIT);
  });

  it('is bounded for a text without a space', () => {
    assert.ok(snippetOf('x'.repeat(5_000), new Set()).length <= SNIPPET_LIMIT);
  });
});
