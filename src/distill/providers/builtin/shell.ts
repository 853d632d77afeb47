/** One simple command of a shell line. */
export interface ShellPart {
  /** What stands before it: empty for the first. */
  operator: '' | '&&' | '||' | '|' | ';' | '&';
  /** Its words without quotes; environment assignments and keywords at the start are left out. */
  words: string[];
}

const keywords = new Set([
  'sudo',
  'time',
  '!',
  '{',
  '(',
  'do',
  'then',
  'else',
  'if',
  'while',
  'exec',
  'command',
]);
const operators = ['&&', '||', '|', ';', '&', '\n'] as const;
/** Longer commands are not taken apart further: what stands there is data, as a rule. */
const SCAN_LIMIT = 8_000;

/** Reads a shell line once, from left to right; enough of the grammar to tell its simple commands apart. */
class ShellScanner {
  readonly parts: ShellPart[] = [];
  #at = 0;
  #operator: ShellPart['operator'] = '';
  #words: string[] = [];
  #word: string | undefined;
  #depth = 0;
  #heredocs: string[] = [];

  constructor(private readonly line: string) {}

  scan(): ShellPart[] {
    while (this.#at < this.line.length) this.#step(this.line.charAt(this.#at));
    this.#endPart('');
    return this.parts;
  }

  #step(char: string): void {
    if (char === "'" || char === '"') return this.#quoted(char);
    if (char === '\\') {
      this.#add(this.line.charAt(this.#at + 1));
      this.#at += 2;
      return;
    }
    if (char === '(' || char === ')') this.#depth = Math.max(0, this.#depth + (char === '(' ? 1 : -1));
    if (this.#depth === 0 && this.line.startsWith('<<', this.#at) && this.#heredoc()) return;
    const operator = this.#depth === 0 ? this.#operatorHere() : undefined;
    if (operator !== undefined) {
      this.#at += operator.length;
      this.#endPart(operator === '\n' ? ';' : operator);
      if (operator === '\n') this.#skipHeredocs();
      return;
    }
    if (/\s/.test(char)) this.#endWord();
    else this.#add(char);
    this.#at += 1;
  }

  #operatorHere(): (typeof operators)[number] | undefined {
    const found = operators.find((operator) => this.line.startsWith(operator, this.#at));
    const redirected = this.line.charAt(this.#at - 1) === '>' || this.line.charAt(this.#at + 1) === '>';
    return found === '&' && redirected ? undefined : found;
  }

  #quoted(quote: string): void {
    let at = this.#at + 1;
    this.#add('');
    while (at < this.line.length && this.line.charAt(at) !== quote) {
      if (quote === '"' && this.line.charAt(at) === '\\') at += 1;
      this.#add(this.line.charAt(at));
      at += 1;
    }
    this.#at = at + 1;
  }

  /** Notes the end mark of a here-document; its text follows the line. */
  #heredoc(): boolean {
    const mark = /^<<-?\s{0,3}(['"]?)([A-Za-z_]\w{0,40})\1/.exec(this.line.slice(this.#at, this.#at + 60));
    if (mark?.[2] === undefined) return false;
    this.#heredocs.push(mark[2]);
    this.#at += mark[0].length;
    return true;
  }

  #skipHeredocs(): void {
    for (const mark of this.#heredocs) {
      while (this.#at < this.line.length) {
        const end = this.line.indexOf('\n', this.#at);
        const text = this.line.slice(this.#at, end < 0 ? undefined : end);
        this.#at = end < 0 ? this.line.length : end + 1;
        if (text.trim() === mark) break;
      }
    }
    this.#heredocs = [];
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endPart(next: ShellPart['operator']): void {
    this.#endWord();
    const start = this.#words.findIndex((word) => !keywords.has(word) && !/^[A-Za-z_]\w*=/.test(word));
    if (start >= 0) this.parts.push({ operator: this.#operator, words: this.#words.slice(start) });
    this.#words = [];
    this.#operator = next;
  }
}

/** The simple commands of a shell line, in order. Quotes, here-documents and redirections are understood. */
export function shellParts(line: string): ShellPart[] {
  return new ShellScanner(line.slice(0, SCAN_LIMIT)).scan();
}
