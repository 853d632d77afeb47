import { removePrivate } from './privacy';
import { redact } from './redaction';
import { isSecretAssignment } from './secretValue';
import type { JsonObject, JsonValue } from './spoolRecord';

/** What a scrubbed value may hold at most. */
export interface ScrubLimits {
  /** Characters kept from the beginning and the end of a longer text. */
  head: number;
  tail: number;
  /** UTF-8 bytes of the whole result as JSON. */
  bytes: number;
  /** Levels of nesting; deeper values are replaced. */
  depth: number;
  /** Items of one array, members of one object. */
  items: number;
}

export const spoolLimits: ScrubLimits = {
  head: 10_000,
  tail: 6_000,
  bytes: 131_072,
  depth: 64,
  items: 2_000,
};

/**
 * Read and redacted beyond each edge of a cut, then dropped: a secret that the edge would halve is found whole,
 * and what the outer edge halves is not kept.
 */
const margin = 2_048;
/** How far a cut moves to fall between two words. */
const longestStep = 120;
const longestKey = 256;
const shortText = 256;

export interface Scrubbed {
  /** `undefined` only if not even an empty value fits the limit. */
  value: JsonValue | undefined;
  /** How many secrets of which kind were redacted. */
  redactions: Record<string, number>;
}

/**
 * A copy of a value in which every text, names of members included, is without private parts and secrets, and
 * which is bounded by `limits`. The value is never changed.
 *
 * - Private parts go first, on the whole text; then long texts lose their middle; then secrets are redacted.
 * - An array of texts is one text of lines to all three, because agents send files and diffs in that form. Where
 *   something was taken out of it, its items are the lines of what is left.
 * - Image data is replaced by its length.
 * - Short members of an object come before its long ones, so that ids survive when the bytes run out.
 * - Any name is safe as a name of a member, `__proto__` too.
 */
export function scrub(value: JsonValue, limits: ScrubLimits = spoolLimits): Scrubbed {
  const scrubber = new Scrubber(limits);
  return { value: scrubber.walk(value, 0), redactions: scrubber.redactions };
}

class Scrubber {
  readonly redactions: Record<string, number> = {};
  #bytesLeft: number;

  constructor(private readonly limits: ScrubLimits) {
    this.#bytesLeft = limits.bytes;
  }

  /** The scrubbed value, or `undefined` when nothing more fits. */
  walk(value: JsonValue, depth: number): JsonValue | undefined {
    if (typeof value === 'string') return this.#fit(this.#clean(value));
    if (typeof value !== 'object' || value === null) {
      return this.#take(String(value).length) ? value : undefined;
    }
    if (depth >= this.limits.depth) return this.#fit(`[nested deeper than ${this.limits.depth} levels]`);
    if (!this.#take(2)) return undefined;
    if (!Array.isArray(value)) return this.#object(value, depth);
    const kept = value.slice(0, this.limits.items);
    if (value.length > kept.length) kept.push(`[… ${value.length - kept.length} items cut …]`);
    return this.#items(
      isLines(kept) ? this.#cleanLines(kept) : kept.map((item) => () => this.#item(item, depth)),
    );
  }

  #item(item: JsonValue, depth: number): JsonValue | undefined {
    return this.#take(1) ? this.walk(item, depth + 1) : undefined;
  }

  #items(items: Iterable<() => JsonValue | undefined>): JsonValue[] {
    const result: JsonValue[] = [];
    for (const make of items) {
      const item = make();
      if (item === undefined) break;
      result.push(item);
    }
    return result;
  }

  #cleanLines(lines: string[]): (() => JsonValue | undefined)[] {
    const text = lines.join('\n');
    const clean = this.#clean(text);
    const items = clean === text ? lines : clean.split('\n');
    return items.map((item) => () => (this.#take(1) ? this.#fit(item) : undefined));
  }

  #object(object: JsonObject, depth: number): JsonObject {
    const result: JsonObject = {};
    const entries = Object.entries(object);
    const kept = entries.slice(0, this.limits.items).sort(([, a], [, b]) => weight(a) - weight(b));
    for (const [name, value] of kept) {
      if (!this.#member(result, object, name, value, depth)) break;
    }
    if (entries.length > kept.length && this.#take(32))
      setMember(result, '[… cut …]', entries.length - kept.length);
    return result;
  }

  #member(result: JsonObject, object: JsonObject, name: string, value: JsonValue, depth: number): boolean {
    const key = withoutHalves(this.#clean(name).slice(0, longestKey));
    if (!this.#take(jsonBytes(key) + 2)) return false;
    const scrubbed = this.walk(this.#known(object, name, value), depth + 1);
    if (scrubbed === undefined) return false;
    setMember(result, key, scrubbed);
    return true;
  }

  /** Replaces what is recognised by the member that holds it: image data, and the value of a secret's name. */
  #known(object: JsonObject, name: string, value: JsonValue): JsonValue {
    if (typeof value !== 'string') return value;
    if (isImageData(object, name, value)) return `[image data, ${value.length} characters]`;
    if (!isSecretAssignment(name, value, true)) return value;
    this.#count({ 'assigned-secret': 1 });
    return '[redacted:assigned-secret]';
  }

  #clean(text: string): string {
    const { head, tail } = this.limits;
    const open = removePrivate(text).text;
    if (open.length <= head + tail) return this.#redact(open);
    const front = dropEnd(this.#redact(open.slice(0, head + margin)));
    const back = dropStart(this.#redact(open.slice(-(tail + margin))));
    return `${front}\n[… ${open.length - head - tail} characters cut …]\n${back}`;
  }

  #redact(text: string): string {
    const { text: clean, found } = redact(text);
    this.#count(found);
    return clean;
  }

  #count(found: Record<string, number>): void {
    for (const [id, times] of Object.entries(found)) this.redactions[id] = (this.redactions[id] ?? 0) + times;
  }

  /** As much of a clean text as the bytes left allow. */
  #fit(text: string): string | undefined {
    let fitting = text;
    for (let cost = jsonBytes(fitting); !this.#take(cost); cost = jsonBytes(fitting)) {
      if (this.#bytesLeft < shortText) return undefined;
      const length = Math.floor((fitting.length * this.#bytesLeft) / cost) - shortText / 4;
      fitting = `${withoutHalves(text.slice(0, Math.max(0, length)))} [… cut]`;
    }
    return fitting;
  }

  #take(bytes: number): boolean {
    if (bytes > this.#bytesLeft) return false;
    this.#bytesLeft -= bytes;
    return true;
  }
}

function isLines(items: JsonValue[]): items is string[] {
  return items.length > 1 && items.every((item) => typeof item === 'string');
}

/** Sorts short values before long texts, and these before what is nested. */
function weight(value: JsonValue): number {
  if (typeof value === 'object' && value !== null) return 2;
  return typeof value === 'string' && value.length > shortText ? 1 : 0;
}

function isImageData(object: JsonObject, name: string, value: string): boolean {
  if (name !== 'base64' && name !== 'data' && name !== 'blob') return false;
  const about = [object['type'], object['mimeType'], object['media_type'], object['mediaType']];
  const isMedia = about.some(
    (kind) => typeof kind === 'string' && /^(?:base64$|(?:image|audio|video)\b)/.test(kind),
  );
  return (isMedia || name === 'base64') && /^[A-Za-z0-9+/=_\s-]*$/.test(value.slice(0, 256));
}

/** Defines, where an assignment to `__proto__` would set the prototype. */
function setMember(object: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** Drops the margin behind a cut, back to the whitespace before it if that is near. */
function dropEnd(text: string): string {
  const kept = text.slice(0, Math.max(0, text.length - margin));
  const near = kept.slice(-longestStep);
  const word = near.length - near.search(/\s\S*$/);
  return withoutHalves(/\s/.test(near) ? kept.slice(0, -word) : kept);
}

/** Drops the margin in front of a cut, on to the whitespace behind it if that is near. */
function dropStart(text: string): string {
  const kept = text.slice(margin);
  const space = kept.slice(0, longestStep).search(/\s/);
  return withoutHalves(space < 0 ? kept : kept.slice(space + 1));
}

/** Drops half a surrogate pair that a cut has left at either end of a text. */
export function withoutHalves(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
}
