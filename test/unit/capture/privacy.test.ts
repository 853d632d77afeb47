import assert from 'node:assert/strict';
import fc from 'fast-check';
import { removePrivate } from '../../../src/capture/privacy';

describe('removePrivate', () => {
  const cases: [title: string, text: string, left: string, removed: number][] = [
    ['leaves a text without tags', 'a private matter, <b>bold</b>', 'a private matter, <b>bold</b>', 0],
    ['takes one part out', 'a <private>x</private> b', 'a  b', 1],
    ['takes several parts out', '1<private>x</private>2<private>y</private>3', '123', 2],
    ['takes nested parts out with the outermost', 'a<private>x<private>y</private>z</private>b', 'ab', 1],
    ['takes the rest when a part is not closed', 'a<private>x', 'a', 1],
    ['takes the rest when an inner part is not closed', 'a<private>x<private>y</private>z', 'a', 1],
    ['takes the rest when a closing tag is not finished', 'a<private>x</private', 'a', 1],
    ['knows tags in any case', 'a<PRIVATE>x</Private>b', 'ab', 1],
    ['knows tags with whitespace', 'a< private\n>x< / private >b', 'ab', 1],
    ['knows tags with attributes', 'a<private why="a > b">x</private id=1>b', 'ab', 1],
    ['takes an empty tag for an opening one', 'a<private/>x', 'a', 1],
    ['takes an opening tag without its end', 'a<private x', 'a', 1],
    ['knows escaped brackets', 'a\\u003cprivate\\u003ex\\u003C/private\\u003eb', 'ab', 1],
    ['knows an escaped slash', 'a<private>x<\\/private>b', 'ab', 1],
    [
      'does not take other names for the tag',
      '<privateer>a</privateer> <private-x>',
      '<privateer>a</privateer> <private-x>',
      0,
    ],
    ['takes what is in front of a closing tag alone', 'x</private>b', 'b', 1],
    ['takes all in front of one closing tag too many', 'a<private>x</private>b</private>c', 'c', 2],
    [
      'leaves a closing tag that is only mentioned',
      'write `</private>` behind it',
      'write `</private>` behind it',
      0,
    ],
  ];
  for (const [title, text, left, removed] of cases) {
    it(title, () => assert.deepEqual(removePrivate(text), { text: left, removed }));
  }

  const outside = fc.string().map((text) => text.replace(/[<>\\/]|private/gi, ''));
  const inside = fc.string().map((text) => `SECRET${text.replace(/[<>\\/]|private/gi, '')}`);

  it('keeps everything outside in order and nothing inside, however parts are nested', () => {
    const nested = fc.letrec<{ part: string }>((tie) => ({
      part: fc
        .tuple(inside, fc.option(tie('part'), { maxDepth: 5 }), inside)
        .map(([before, part, after]) => `<private>${before}${part ?? ''}${after}</private>`),
    })).part;
    fc.assert(
      fc.property(fc.array(fc.tuple(outside, nested)), outside, (parts, last) => {
        const text = parts.map(([open, hidden]) => open + hidden).join('') + last;
        const result = removePrivate(text);
        assert.equal(result.text, parts.map(([open]) => open).join('') + last);
        assert.equal(result.removed, parts.length);
      }),
    );
  });

  it('never gives back what an unclosed part holds, whatever follows', () => {
    fc.assert(
      fc.property(outside, fc.array(inside), (open, hidden) => {
        assert.equal(removePrivate(open + hidden.map((part) => `<private>${part}`).join('')).text, open);
      }),
    );
  });

  it('takes linear time on texts made to be slow', () => {
    for (const piece of [
      '<',
      '< ',
      'private',
      '<private',
      '</private',
      '< / private ',
      ' ',
      '<private>',
      '\\u003c',
    ]) {
      const text = piece.repeat(Math.ceil(4_000_000 / piece.length));
      const started = performance.now();
      removePrivate(text);
      assert.ok(performance.now() - started < 3_000, `${JSON.stringify(piece)} repeated`);
    }
  });
});
