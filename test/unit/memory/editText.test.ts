import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editText, parseEdit } from '../../../src/memory/editText';
import type { ObservationContent } from '../../../src/memory/observation';

const observation: ObservationContent = {
  ...{ type: 'bugfix', title: 'Fixed the total', subtitle: 'Of the cart', narrative: 'It was a float.' },
  ...{ facts: ['Cents now', 'One\nof two lines'], concepts: ['money'] },
  ...{ filesRead: ['/a.ts'], filesModified: ['/b.ts'] },
};
const edited = (text: string, before = observation) => {
  const result = parseEdit(text, before);
  assert.ok('content' in result, JSON.stringify(result));
  return result.content;
};

describe('An observation as a text to edit', () => {
  it('reads well', () => {
    assert.equal(
      editText(observation),
      '# Fixed the total\n\nOf the cart\n\nIt was a float.\n\n- Cents now\n- One\n  of two lines\n',
    );
  });

  it('is the same observation where nothing was changed', () => {
    assert.deepEqual(edited(editText(observation)), observation);
    const bare: ObservationContent = {
      ...{ type: 'note', title: 'T', facts: [], concepts: [], filesRead: [], filesModified: [] },
    };
    assert.deepEqual(edited(editText(bare), bare), bare);
  });

  it('takes any change of title, text and facts, and nothing else', () => {
    const text = 'Before the title\r\n\r\n## New  name\r\nfirst\r\nline\r\n* fact\r\n\r\nlast';
    assert.deepEqual(edited(text), {
      ...{ type: 'bugfix', title: 'New name', subtitle: 'Before the title' },
      ...{ narrative: 'first\nline\n\nlast', facts: ['fact'], concepts: ['money'] },
      ...{ filesRead: ['/a.ts'], filesModified: ['/b.ts'] },
    });
  });

  it('needs a title', () => {
    for (const text of ['', 'no heading', '#', '#tag only', '- # in a list'])
      assert.deepEqual(parseEdit(text, observation), { problem: { kind: 'no-title' } }, text);
  });

  it('has at most 400 characters, and says how many there are', () => {
    const of = (length: number) => parseEdit(`# T\n\n${'x'.repeat(length)}`, observation);
    assert.ok('content' in of(398));
    assert.deepEqual(of(399), { problem: { kind: 'too-long', length: 401 } });
  });

  it('loses no word of any text', () => {
    const line = fc.constantFrom('word', '- item', '  more', '# head', '', 'two words', '* x', '## h');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const result = parseEdit(['# Title', ...lines].join('\n'), observation);
        assert.ok('content' in result);
        const { title, subtitle = '', narrative = '', facts } = result.content;
        const kept = [title, subtitle, narrative, ...facts].join(' ').match(/\w+/g)!;
        assert.deepEqual(kept.sort(), ['# Title', ...lines].join(' ').match(/\w+/g)!.sort());
      }),
    );
  });
});
