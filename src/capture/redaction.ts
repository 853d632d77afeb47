import { commonRules } from './commonRules';

/** A part of a text: `end` is behind its last character. */
export interface Span {
  start: number;
  end: number;
}

/** How one kind of secret is found. A rule must not take more than linear time on any text. */
export interface RedactionRule {
  /** Names the kind: in `[redacted:<id>]` and in the counts. */
  readonly id: string;
  /**
   * Cheap test without repetition: a text that it doesn't match holds no secret of this kind. Absent where `find`
   * begins with such a test.
   */
  readonly mayContain?: RegExp;
  /** The secrets in the text, in ascending order, not overlapping; with an id of their own where the rule has several. */
  find(text: string): Iterable<Span & { readonly id?: string }>;
}

/**
 * Puts `[redacted:<id>]` in the place of every secret that the rules find, and counts them by rule. Rules run in
 * their order, each on what the former left. A text without secrets comes back as it is.
 */
export function redact(
  text: string,
  rules: readonly RedactionRule[] = commonRules,
): { text: string; found: Record<string, number> } {
  const found: Record<string, number> = {};
  let current = text;
  for (const rule of rules) {
    if (rule.mayContain?.test(current) === false) continue;
    let result = '';
    let from = 0;
    for (const { start, end, id = rule.id } of rule.find(current)) {
      result += `${current.slice(from, start)}[redacted:${id}]`;
      from = end;
      found[id] = (found[id] ?? 0) + 1;
    }
    if (from > 0) current = result + current.slice(from);
  }
  return { text: current, found };
}
