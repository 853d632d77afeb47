/** A pattern's text in pieces: what it may stand for, and how often. */
type Node = { options: Node[][] } | { characters: string } | { text: string };
interface Piece {
  node: Node;
  least: number;
  most: number;
}

const range = (from: string, to: string) =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, i) =>
    String.fromCharCode(from.charCodeAt(0) + i),
  ).join('');
const digits = range('0', '9');
const alnum = range('a', 'z') + range('A', 'Z') + digits;
const kinds: Record<string, string> = { d: digits, w: `${alnum}_`, s: ' ', S: alnum };

/**
 * Makes a text that a pattern matches, by chance. It knows what rules for secrets are written with: classes, groups,
 * alternatives, quantifiers; what looks around or anchors stands for nothing.
 */
export function sample(pattern: string, random: () => number, mostRepeats = 40): string {
  const reader = new Reader(pattern);
  return write(reader.alternatives(), random, mostRepeats);
}

function write(options: Piece[][], random: () => number, mostRepeats: number): string {
  const pick = <T>(values: ArrayLike<T>) => values[Math.floor(random() * values.length)]!;
  let text = '';
  for (const { node, least, most } of pick(options)) {
    const times = least + Math.floor(random() * (Math.min(most, least + mostRepeats) - least + 1));
    for (let i = 0; i < times; i++) {
      if ('text' in node) text += node.text;
      else if ('characters' in node) text += pick(node.characters);
      else text += write(node.options as unknown as Piece[][], random, mostRepeats);
    }
  }
  return text;
}

class Reader {
  #at = 0;

  constructor(private readonly pattern: string) {}

  alternatives(): Piece[][] {
    const options: Piece[][] = [[]];
    for (
      let next = this.pattern[this.#at];
      next !== undefined && next !== ')';
      next = this.pattern[this.#at]
    ) {
      this.#at++;
      if (next === '|') options.push([]);
      else {
        const node = this.#node(next);
        const [least, most] = this.#quantifier();
        options.at(-1)!.push({ node, least, most });
      }
    }
    return options;
  }

  #node(first: string): Node {
    if (first === '(') return this.#group();
    if (first === '[') return { characters: this.#class() };
    if (first === '\\') {
      const next = this.pattern[this.#at++]!;
      if (kinds[next]) return { characters: kinds[next] };
      return { text: /[bB]/.test(next) ? '' : next };
    }
    if (first === '^' || first === '$') return { text: '' };
    return first === '.' ? { characters: alnum } : { text: first };
  }

  #group(): Node {
    const [looks = ''] = /^\?(?:<?[!=])/.exec(this.pattern.slice(this.#at)) ?? [];
    const [kind = ''] = /^\?(?::|<\w+>|<?[!=])/.exec(this.pattern.slice(this.#at)) ?? [];
    this.#at += kind.length;
    const options = this.alternatives();
    this.#at++;
    return looks ? { text: '' } : { options: options as unknown as Node[][] };
  }

  #class(): string {
    let characters = '';
    for (let next = this.pattern[this.#at++]!; next !== ']'; next = this.pattern[this.#at++]!) {
      if (next === '\\') {
        const escaped = this.pattern[this.#at++]!;
        characters += kinds[escaped] ?? escaped;
      } else if (this.pattern[this.#at] === '-' && this.pattern[this.#at + 1] !== ']') {
        characters += range(next, this.pattern[this.#at + 1]!);
        this.#at += 2;
      } else characters += next;
    }
    return characters;
  }

  #quantifier(): [least: number, most: number] {
    const [whole = '', least, comma, most] =
      /^(?:\{(\d+)(,?)(\d*)\}|[?*+])\??/.exec(this.pattern.slice(this.#at)) ?? [];
    this.#at += whole.length;
    if (whole === '') return [1, 1];
    if (whole.startsWith('?')) return [0, 1];
    if (whole.startsWith('*')) return [0, 20];
    if (whole.startsWith('+')) return [1, 20];
    return [Number(least), comma ? Number(most || Number(least) + 20) : Number(least)];
  }
}
