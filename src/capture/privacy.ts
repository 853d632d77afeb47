/** One `<private>` or `</private>` in a text. A closing tag without its `>` has no `end`. */
interface PrivateTag {
  start: number;
  afterName: number;
  end: number | undefined;
  closing: boolean;
}

const nameCharacter = /[\w.:-]/;
const whitespace = /\s/;
const escapedLess = '\\u003c';
const escapedGreater = '\\u003e';

/**
 * Takes out what is between `<private>` and `</private>`, the tags included. Linear in the length of the text.
 *
 * Tags may be in any case and hold whitespace or attributes; `\u003cprivate\u003e`, as some encoders write it,
 * counts too. In doubt the text is private:
 * - nested parts end where the outermost ends; an unclosed one takes the rest; `<private/>` opens one;
 * - a closing tag with no opening before it takes everything in front of it, because whoever shortened the text
 *   may have cut the opening tag off. Only a closing tag that stands between two equal quotes or backticks is
 *   taken as a mention of the tag and left alone.
 *
 * `removed` is the number of parts taken out; 0 means that `text` is the text that came in.
 */
export function removePrivate(text: string): { text: string; removed: number } {
  let kept = '';
  let publicFrom = 0;
  let depth = 0;
  let removed = 0;
  for (const tag of privateTags(text)) {
    if (!tag.closing) {
      if (depth === 0) {
        kept += text.slice(publicFrom, tag.start);
        removed++;
      }
      depth++;
    } else if (depth > 0) {
      if (tag.end === undefined) continue;
      depth--;
      publicFrom = tag.end;
    } else if (!isMention(text, tag)) {
      kept = '';
      publicFrom = tag.end ?? tag.afterName;
      removed++;
    }
  }
  return { text: depth > 0 ? kept : kept + text.slice(publicFrom), removed };
}

function* privateTags(text: string): Generator<PrivateTag> {
  // The name is searched as a plain word and the brackets are looked for around it: a pattern for the whole
  // tag would have to skip whitespace in two places, which backtracks quadratically.
  for (const { index } of text.matchAll(/private/gi)) {
    const afterName = index + 'private'.length;
    if (nameCharacter.test(text.charAt(afterName))) continue;
    let at = skipWhitespaceBack(text, index - 1);
    const closing = text[at] === '/';
    if (closing) {
      at--;
      if (text[at] === '\\') at--;
      at = skipWhitespaceBack(text, at);
    }
    const start = openingBracket(text, at);
    if (start === undefined) continue;
    yield { start, afterName, end: closing ? closingBracketEnd(text, afterName) : afterName, closing };
  }
}

function skipWhitespaceBack(text: string, from: number): number {
  let at = from;
  while (at >= 0 && whitespace.test(text.charAt(at))) at--;
  return at;
}

/** Where the bracket that ends at `at` begins. */
function openingBracket(text: string, at: number): number | undefined {
  if (text[at] === '<') return at;
  const start = at - escapedLess.length + 1;
  return start >= 0 && text.slice(start, at + 1).toLowerCase() === escapedLess ? start : undefined;
}

/** Behind the `>` that ends the tag; none when the text ends or another tag begins before it. */
function closingBracketEnd(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '>') return at + 1;
    if (character === '<') return undefined;
    if (character === '\\' && text.slice(at, at + escapedGreater.length).toLowerCase() === escapedGreater) {
      return at + escapedGreater.length;
    }
  }
  return undefined;
}

function isMention(text: string, tag: PrivateTag): boolean {
  const before = text[tag.start - 1];
  return before !== undefined && tag.end !== undefined && '`"\''.includes(before) && text[tag.end] === before;
}
