import type { Span } from './redaction';

const marker = /-----(BEGIN|END) (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;

/** No key is longer, prefixes of its lines included; markers further apart don't belong together. */
const longestBlock = 20_000;

/** Lines end with a real line break or, inside quoted text, with an escaped one. */
const lineBreak = /\r?\n|(?:\\r)?\\n/g;
/** What may stand behind the key material of a line: the end of a string literal. */
const lineTail = /["'`,;+\\\s]{0,20}$/;
const header = /(?:Proc-Type|DEK-Info|Version|Comment|Hash): /;

/**
 * The private key blocks (PEM, OpenSSH, PGP) of a text, whatever prefix their lines carry. Where a text was cut so
 * that only the BEGIN or only the END of a block is left, the lines of key material that touch it belong to it.
 */
export function findPrivateKeys(text: string): Span[] {
  const spans: Span[] = [];
  const markers = [...text.matchAll(marker)];
  for (let i = 0; i < markers.length; i++) {
    const current = markers[i]!;
    const end = current.index + current[0].length;
    const next = markers[i + 1];
    const floor = spans.at(-1)?.end ?? 0;
    if (current[1] === 'END') {
      spans.push({ start: materialStart(text, floor, current.index), end });
    } else if (next?.[1] === 'END' && next.index - current.index <= longestBlock) {
      spans.push({ start: current.index, end: next.index + next[0].length });
      i++;
    } else {
      spans.push({ start: current.index, end: materialEnd(text, end, next?.index ?? text.length) });
    }
  }
  return spans;
}

/** How far the key material reaches that begins at `from`, at most to `limit`. */
function materialEnd(text: string, from: number, limit: number): number {
  let end = from;
  for (const line of linesOf(text, from, Math.min(limit, from + longestBlock))) {
    const content = text.slice(line.start, line.end);
    if (isPassedOver(content)) continue;
    if (!isMaterial(content)) return end > from && isLastLine(content) ? line.end : end;
    end = line.end;
  }
  return end;
}

/** Where the key material begins that ends at `to`, at the earliest at `floor`. */
function materialStart(text: string, floor: number, to: number): number {
  let start = to;
  let shortLines = 0;
  // Going up, the first line is what stands in front of the marker, and the next may be the short last one.
  const [ownLine, ...above] = linesOf(text, Math.max(floor, to - longestBlock), to).reverse();
  if (ownLine && isMaterial(text.slice(ownLine.start, ownLine.end))) start = ownLine.start;
  for (const line of above) {
    const content = text.slice(line.start, line.end);
    if (isPassedOver(content)) continue;
    if (isMaterial(content)) start = line.start;
    else if (start < to || shortLines++ > 0 || !isLastLine(content)) break;
  }
  return start;
}

function linesOf(text: string, from: number, to: number): Span[] {
  const part = text.slice(from, to);
  const lines: Span[] = [];
  let start = 0;
  for (const { index, 0: found } of part.matchAll(lineBreak)) {
    lines.push({ start: from + start, end: from + index });
    start = index + found.length;
  }
  lines.push({ start: from + start, end: to });
  return lines;
}

/** A line that ends in a long run of base64 which is neither a path nor a word. */
function isMaterial(line: string): boolean {
  const run = base64Run(line);
  if (run.length < 40 || !/[A-Z0-9]/.test(run)) return false;
  return run.split('/').length - 1 <= run.length / 8;
}

/** A line with nothing but a short run of base64 behind its prefix (line number, diff sign, `file:12:`). */
function isLastLine(line: string): boolean {
  const run = base64Run(line);
  const body = line.slice(-1_000).replace(lineTail, '');
  const prefix = body.slice(0, body.length - run.length);
  return run !== '' && (/^[-+> \t"'`]*$/.test(prefix) || /\d[\t→|:-][ \t]*$/.test(prefix));
}

/** What may stand between a marker and the key material, or between lines of it, without ending the block. */
function isPassedOver(line: string): boolean {
  return header.test(line) || /^["'`,;+\\\s]*$/.test(line);
}

function base64Run(line: string): string {
  const body = line.slice(-1_000).replace(lineTail, '');
  let start = body.length;
  while (start > 0 && /[A-Za-z0-9+/=]/.test(body.charAt(start - 1))) start--;
  // A diff sign in front of the line is of the alphabet of base64 too.
  return body.slice(start).replace(/^\+/, '');
}
