import { entropyOf } from './entropy';
import type { Span } from './redaction';
import { tokenForms, type TokenForm } from './secretTokenForms';

interface Form extends TokenForm {
  readonly start: string;
  pattern?: RegExp;
}

const forms: readonly Form[] = tokenForms.flatMap((form) => form.starts.map((start) => ({ ...form, start })));
const byStart = new Map<string, Form[]>();

/** Not in the middle of a word; behind an escaped line break there is none. */
const outsideWord = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))`;
/**
 * The one scan over a text. Nothing in it repeats, so it is linear. An escaped line break in front is matched with
 * what follows it, since looking behind at every character takes twice the time.
 */
const anyStart = scan();

function scan(): RegExp {
  const inWords = alternatives((form) => form.anywhere === true);
  // All of them behind a break, or `sk_` would be found there in place of `sk_live_`.
  const alone = alternatives(() => true);
  return new RegExp(`(${inWords})|(?:\\b|\\\\[nrt]|_)(${alone})`, 'g');
}

/** Longest first: an alternation takes the first that fits. */
function alternatives(include: (form: Form) => boolean): string {
  const starts = new Set(forms.filter(include).map(({ start }) => start));
  return [...starts]
    .sort((a, b) => b.length - a.length)
    .map(literal)
    .join('|');
}

/**
 * The tokens in a text that are known by how they begin, in ascending order. One scan finds where one may begin, and
 * only there is the token's own form tried, which is bounded: linear in the length of the text.
 */
export function* findTokens(text: string): Generator<Span & { id: string }> {
  let from = 0;
  for (const found of text.matchAll(anyStart)) {
    const start = found[1] ?? found[2]!;
    const index = found.index + found[0].length - start.length;
    if (index < from) continue;
    const token = tokenAt(text, index, start);
    if (!token || token.start < from) continue;
    yield token;
    from = token.end;
  }
}

function tokenAt(text: string, index: number, found: string): (Span & { id: string }) | undefined {
  for (const form of formsOf(found)) {
    const start = index - (form.before ?? 0);
    if (start < 0) continue;
    form.pattern ??= patternOf(form);
    form.pattern.lastIndex = start;
    const token = form.pattern.exec(text)?.[0];
    if (token === undefined) continue;
    if (form.entropy !== undefined && entropyOf(restOf(token, form)) < form.entropy) continue;
    return { start, end: start + token.length, id: form.id };
  }
  return undefined;
}

/** As much of it as tells whether it is chance: a long one that is refused may be tried again at every start in it. */
function restOf(token: string, { start }: Form): string {
  return token.slice(start.length, start.length + 128);
}

/** Whose start the found one begins with: `pat.` may be what follows `pat`. */
function formsOf(found: string): Form[] {
  let fitting = byStart.get(found);
  if (!fitting) {
    fitting = forms.filter(({ start }) => found.startsWith(start));
    byStart.set(found, fitting);
  }
  return fitting;
}

function patternOf({ start, body, before }: Form): RegExp {
  const whole =
    before === undefined ? `${literal(start)}(?:${body})` : `${before > 0 ? outsideWord : ''}(?:${body})`;
  // A fixed length must end there: what goes on is something else, most often base64.
  const isFixed = !/\{\d+,\d+\}[^{}]*$/.test(body);
  return new RegExp(isFixed ? `${whole}(?![A-Za-z0-9])` : whole, 'y');
}

function literal(text: string): string {
  return text.replace(/[.$+|]/g, '\\$&');
}
