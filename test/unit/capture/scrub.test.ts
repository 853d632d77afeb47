import assert from 'node:assert/strict';
import fc from 'fast-check';
import { scrub, spoolLimits } from '../../../src/capture/scrub';
import type { JsonObject, JsonValue } from '../../../src/capture/spoolRecord';

const token = 'ghp' + '_' + 'aB3'.repeat(12);
const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const clean = (value: JsonValue) => scrub(value).value;

describe('scrub', () => {
  it('gives back an equal copy of what is harmless', () => {
    const value = { a: [1, 'two', null, true, { b: ['x', 'y\nz'] }], c: '', d: -1.5e300 };
    assert.deepEqual(scrub(value), { value, redactions: {} });
  });

  it('takes private parts and secrets out of texts and names, at any depth', () => {
    const value = {
      a: [{ [`k ${token}`]: 'x <private>hidden</private>y' }],
      '<private>hidden</private>b': token,
    };
    assert.deepEqual(scrub(value), {
      value: { a: [{ 'k [redacted:github-token]': 'x y' }], b: '[redacted:github-token]' },
      redactions: { 'github-token': 2 },
    });
  });

  it('redacts what a secret’s name holds', () => {
    const value = { env: { DB_PASSWORD: 'aB3' + 'dE6gH9', MODE: 'aB3' + 'dE6gH9', token_type: 'bearer1x2' } };
    assert.deepEqual(clean(value), { env: { ...value.env, DB_PASSWORD: '[redacted:assigned-secret]' } });
  });

  it('takes an array of texts for lines of one text', () => {
    const dashes = '-'.repeat(5);
    const lines = [
      `-${dashes}BEGIN PRIVATE KEY${dashes}`,
      `-${'aB3d'.repeat(16)}`,
      `-${dashes}END PRIVATE KEY${dashes}`,
    ];
    assert.deepEqual(clean({ lines: [' a', ...lines, ' b'] }), {
      lines: [' a', '-[redacted:private-key]', ' b'],
    });
    assert.deepEqual(clean(['+a<private>', '+hidden', '+</private>b']), ['+ab']);
    assert.deepEqual(clean(['x', '<private>', 'hidden']), ['x', '']);
  });

  it('replaces image data, and only that', () => {
    const data = 'iVBORw0KGgo='.repeat(1000);
    const marker = `[image data, ${data.length} characters]`;
    const value = {
      read: { type: 'image', file: { base64: data, type: 'image/png' } },
      block: { type: 'base64', data, media_type: 'image/png' },
      mcp: { type: 'image', data, mimeType: 'image/png' },
      other: { type: 'text', data: 'plain' },
    };
    assert.deepEqual(clean(value), {
      read: { type: 'image', file: { base64: marker, type: 'image/png' } },
      block: { ...value.block, data: marker },
      mcp: { ...value.mcp, data: marker },
      other: value.other,
    });
  });

  it('keeps the head and the tail of a long text and says how much is cut', () => {
    const words = 'word '.repeat(10_000);
    const text = clean(`first ${words}last`) as string;
    assert.ok(text.startsWith('first word') && text.endsWith('word last'));
    assert.ok(text.includes('\n[… 34010 characters cut …]\n'));
    assert.ok(text.length > 15_000 && text.length < 16_200, String(text.length));
  });

  it('never leaves half a secret at a cut, wherever it lies', () => {
    const { head, tail } = spoolLimits;
    for (const filler of ['x', 'x ', '\n']) {
      for (let offset = -60; offset <= 60; offset += 3) {
        const atHead = filler.repeat(head).slice(0, head + offset) + `"${token}"`;
        const atTail = `"${token}"` + filler.repeat(tail).slice(0, tail + offset);
        const text = clean(atHead + filler.repeat(20_000) + atTail) as string;
        assert.ok(!text.includes('ghp_') && !text.includes('aB3'), `${JSON.stringify(filler)} ${offset}`);
      }
    }
  });

  it('does not let a cut open a private part', () => {
    const text = clean(`a <private>${'hidden '.repeat(10_000)}</private> b`);
    assert.equal(text, 'a  b');
  });

  it('holds the limits of depth, items and bytes, and keeps short members first', () => {
    let deep: JsonValue = 'bottom';
    for (let i = 0; i < 5_000; i++) deep = [deep];
    const long = Array.from({ length: 5_000 }, (_, i) => ({ i }));
    const big = Array.from({ length: 100 }, () => ({ text: 'é'.repeat(15_000) }));
    const result = clean({ big, deep, long, tool_use_id: 'toolu_1' }) as JsonObject;
    assert.equal(result['tool_use_id'], 'toolu_1');
    assert.ok(jsonBytes(result) <= spoolLimits.bytes);
    assert.ok((result['big'] as JsonValue[]).length >= 4);
    assert.match(JSON.stringify(clean(deep)), /^\[{64}"\[nested deeper than 64 levels\]"\]{64}$/);
    assert.deepEqual((clean(long) as JsonValue[]).slice(-2), [{ i: 1_999 }, '[… 3000 items cut …]']);
  });

  it('takes any name of a member without touching a prototype', () => {
    const value = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ) as JsonObject;
    const result = clean(value) as JsonObject;
    assert.equal(JSON.stringify(result), JSON.stringify(value));
    assert.equal(Object.getPrototypeOf(result), Object.prototype);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it('never throws, never exceeds its limit and never changes what it was given', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\0', '\ud800', token, '<private>', '</private>', '\u2028', '"'),
      fc.nat(40_000).map((n) => '\ud83d\ude00 x'.repeat(n / 4)),
    );
    const value = fc.letrec<{ node: JsonValue }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 6 },
        fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join('')),
        fc.constantFrom<JsonValue>(null, true, 0, -0.5, 1e21),
        fc.array(tie('node')) as fc.Arbitrary<JsonValue>,
        fc.dictionary(
          fc.oneof(piece, fc.constantFrom('__proto__', 'constructor')),
          tie('node'),
        ) as fc.Arbitrary<JsonValue>,
      ),
    })).node;
    fc.assert(
      fc.property(value, fc.constantFrom(64, 2_000, spoolLimits.bytes), (given, bytes) => {
        const before = JSON.stringify(given);
        const result = scrub(given, { ...spoolLimits, bytes }).value;
        assert.ok(result === undefined || jsonBytes(result) <= bytes);
        assert.ok(!JSON.stringify(result ?? null).includes(token));
        assert.equal(JSON.stringify(given), before);
        assert.equal(Object.keys(Object.prototype).length, 0);
      }),
      { numRuns: 200 },
    );
  });

  it('takes nine million characters in its stride', () => {
    const started = performance.now();
    clean({
      content: 'token = "aB3dE6gH9" <b> '.repeat(375_000),
      lines: Array<string>(9_000).fill('x'.repeat(1_000)),
    });
    assert.ok(performance.now() - started < 5_000);
  });
});
