import { homedir } from 'node:os';
import path from 'node:path';

/** Longer paths and globs than these are not looked at. */
const longestPath = 4_096;
const longestGlob = 512;

/**
 * Whether paths are meant by a list of globs: `**`, `*`, `?`, `{a,b}`, `[abc]`, `~/` for the home folder, `!` for an
 * exception; the last glob that fits decides. A glob that is not absolute fits at any depth, and one that fits a
 * folder fits all that is in it. Case doesn't count, so that no spelling of a name gets around it.
 */
export class Globs {
  readonly #rules: { pattern: RegExp; exception: boolean }[];
  /** All that are no exceptions: most paths fit none. */
  readonly #any: RegExp;

  constructor(globs: readonly string[], home = homedir()) {
    this.#rules = globs
      .map((glob) => glob.trim())
      .filter((glob) => glob !== '' && glob !== '!' && glob.length <= longestGlob)
      .map((glob) => ({ pattern: patternOf(glob.replace(/^!/, ''), home), exception: glob.startsWith('!') }));
    const sources = this.#rules.filter(({ exception }) => !exception).map(({ pattern }) => pattern.source);
    this.#any = new RegExp(sources.length > 0 ? sources.join('|') : '(?!)', 'is');
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** Whether the file or folder is meant. What is relative is so to `cwd`. Linear in the length of the path. */
  matches(file: string, cwd: string): boolean {
    if (file === '' || file.length > longestPath) return false;
    const whole = normalPath(file, cwd);
    if (!this.#any.test(whole)) return false;
    return this.#rules.findLast(({ pattern }) => pattern.test(whole))?.exception === false;
  }
}

/** Of either platform's path, with `/` between its parts and without `.` and `..`. */
function normalPath(file: string, cwd: string): string {
  const slashes = file.replace(/^file:\/\//, '').replace(/\\+/g, '/');
  const home = slashes.startsWith('~/') ? `${homedir()}${slashes.slice(1)}` : slashes;
  const isAbsolute = /^(?:\/|[A-Za-z]:\/)/.test(home);
  return path.posix.normalize(isAbsolute ? home : `${cwd.replace(/\\+/g, '/')}/${home}`);
}

function patternOf(glob: string, home: string): RegExp {
  const slashes = glob.replace(/\\/g, '/').replace(/\/+$/, '');
  const whole = slashes.startsWith('~/') ? home.replace(/\\/g, '/') + slashes.slice(1) : slashes;
  const isAnchored = /^(?:\/|[A-Za-z]:\/|\*\*\/)/.test(whole);
  return new RegExp(`^${sourceOf(isAnchored ? whole : `**/${whole}`)}(?:/.*)?$`, 'is');
}

function sourceOf(glob: string): string {
  const parts = glob.match(/\*\*\/|\*+|\?|\{[^{}/]*\}|\[[^\]/]+\]|[^*?{[]+|[{[]/g) ?? [];
  return parts.map(partSource).join('');
}

function partSource(part: string): string {
  if (part === '**/') return '(?:.*/)?';
  if (part.startsWith('**')) return '.*';
  if (part === '*') return '[^/]*';
  if (part === '?') return '[^/]';
  if (part.length > 1 && part.startsWith('{')) {
    const options = part.slice(1, -1).split(',');
    return `(?:${options.map(sourceOf).join('|')})`;
  }
  if (part.length > 1 && part.startsWith('[')) {
    const negated = /^\[[!^]/.test(part);
    const members = part.slice(negated ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&');
    // A range that runs backwards is no range.
    const safe = members.replace(/(.)-(.)/g, (range, from: string, to: string) =>
      from <= to ? range : `${from}${to}`,
    );
    return safe === '' ? '\\[\\]' : `[${negated ? '^/' : ''}${safe}]`;
  }
  return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
