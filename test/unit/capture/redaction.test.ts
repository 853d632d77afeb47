import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redact } from '../../../src/capture/redaction';

// No text in this file may look like a secret: they are all put together at run time.
const random = (length: number, alphabet = 'aB3dE6gH9jK2mN5pQ8rS') =>
  Array.from({ length }, (_, i) => alphabet[(i * 7 + (i >> 2)) % alphabet.length]).join('');
const dashes = '-'.repeat(5);
const keyMarker = (edge: 'BEGIN' | 'END', kind = 'RSA ') => `${dashes}${edge} ${kind}PRIVATE KEY${dashes}`;
const keyLines = [random(64), random(64, 'Zx9Yw8Vu7T/s+R6q'), `${random(30)}==`];
const keyBlock = [keyMarker('BEGIN'), ...keyLines, keyMarker('END')];

const secrets: Record<string, string[]> = {
  'aws-access-key-id': ['AKIA' + random(16, 'ABC2DEF3'), 'ASIA' + random(16, 'XYZ7QRS5')],
  'github-token': [
    ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((p) => p + random(36)),
    'github_pat_' + random(82),
  ],
  'slack-token': ['xoxb-' + random(12, '123456') + '-' + random(24), 'xapp-1-' + random(30)],
  'google-api-key': ['AIza' + random(35)],
  'stripe-key': ['sk_live_' + random(24), 'rk_live_' + random(24)],
  jwt: [['eyJ' + random(20), 'eyJ' + random(60), random(43)].join('.')],
  'sk-key': ['sk-' + random(48), 'sk-ant-api03-' + random(80), 'sk-proj-' + random(60)],
};

describe('redact', () => {
  for (const [id, values] of Object.entries(secrets)) {
    it(`finds every ${id}, wherever it stands`, () => {
      for (const value of values) {
        for (const around of [
          ['', ''],
          ['x = "', '"'],
          ['a\n', '\nb'],
          ['\\n', '\\n'],
          ['(', ')'],
          ['see ', '.'],
        ]) {
          const { text, found } = redact(around[0]! + value + around[1]!);
          assert.ok(!text.includes(value.slice(0, 12)), `${id}: ${around.join('…')}`);
          assert.equal(
            Object.values(found).reduce((sum, n) => sum + n, 0),
            1,
          );
        }
        assert.equal(redact(`see ${value} there`).text, `see [redacted:${id}] there`);
      }
    });
  }

  it('finds an AWS secret access key by what stands near it', () => {
    const value = random(39) + '/';
    for (const [before, after] of [
      ['AWS_SECRET_ACCESS_KEY = "', '"'],
      ['aws_secret_access_key=', '\nregion=x'],
      ['{"SecretAccessKey": "', '"}'],
      ['{\\"SecretAccessKey\\": \\"', '\\"}'],
      ['AWS Secret Access Key [None]: ', ''],
      ['os.environ["AWS_SECRET_ACCESS_KEY"] = "', '"'],
      [secrets['aws-access-key-id']![0]! + ',', '\n'],
    ] as const) {
      const { text, found } = redact(before + value + after);
      assert.ok(!text.includes(value.slice(0, 10)), before);
      assert.equal(found['aws-secret-access-key'], 1, before);
    }
  });

  it('finds credentials in headers and addresses', () => {
    const token = random(32);
    const cases = [
      [
        `curl -H "Authorization: Bearer ${token}" x`,
        `curl -H "Authorization: Bearer [redacted:authorization]" x`,
      ],
      [`{"authorization":"Basic ${random(12)}=="}`, `{"authorization":"Basic [redacted:authorization]"}`],
      [`postgres://shop:${random(9)}@db:5432/x`, 'postgres://shop:[redacted:url-password]@db:5432/x'],
      [`https://u:p@${random(6)}@host/`, 'https://u:[redacted:url-password]@host/'],
    ] as const;
    for (const [text, expected] of cases) assert.equal(redact(text).text, expected);
  });

  it('finds assigned secrets of any form', () => {
    const value = random(20);
    for (const [before, after] of [
      ['DB_PASSWORD=', '\nX=1'],
      ['password: "', '"'],
      ["const apiKey = '", "';"],
      ['api_key: str = "', '"'],
      ['"client_secret" : "', '",'],
      ['\\"token\\": \\"', '\\"'],
      ['config["secret_key"] = "', '"'],
      ['X-Api-Key: ', ''],
      ['tool --token ', ' --verbose'],
      ['GITHUB_TOKEN=', '\\nNEXT=1'],
      ['https://host/login?next=a&token=', ' x'],
    ] as const) {
      const expected = `${before}[redacted:assigned-secret]${after}`;
      assert.deepEqual(redact(before + value + after), { text: expected, found: { 'assigned-secret': 1 } });
    }
    assert.equal(redact('password = "hunter' + '2"').text, 'password = "[redacted:assigned-secret]"');
  });

  it('leaves code, prose and placeholders alone', () => {
    for (const text of [
      'token = getToken2()',
      'const token = await session.token2.read();',
      'password: str',
      'password: Annotated[str, Field(min_length=12)]',
      'os.environ["API_TOKEN"]',
      'secret = os.environ["X12345678"]',
      'api_key: process.env.API_KEY2',
      'GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN2 }}',
      ': "${GITHUB_TOKEN:?set GITHUB_TOKEN}"',
      'curl -H "Authorization: Bearer $GITHUB_TOKEN"',
      'Authorization: Bearer authentication is required',
      'max_tokens: 4096, total_tokens=123456789',
      'tokenizer = "gpt2-medium-v1"',
      'password = "your-password-1"',
      'secret_name = "prod/db/password1"',
      'passwordField: "#password-input1"',
      'the password: please choose one of 12characters',
      'https://localhost:3000/@scope/name',
      'git@github.com:owner/name.git',
      'class="sk-fading-circle-12 sk-circle"',
      'task-manager sk-learn',
      'sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    ]) {
      assert.deepEqual(redact(text), { text, found: {} });
    }
  });

  describe('private keys', () => {
    const prefixes: Record<string, (line: string, i: number) => string> = {
      'as they are': (line) => line,
      'with line numbers': (line, i) => `     ${i + 1}\t${line}`,
      'with arrows': (line, i) => `     ${i + 1}→${line}`,
      'added in a diff': (line) => `+${line}`,
      'removed in a diff': (line) => `-${line}`,
      'found by grep': (line, i) => `deploy/id_key:${i + 1}:${line}`,
      'as string literals': (line) => `  "${line}\\n" +`,
    };
    for (const [title, prefix] of Object.entries(prefixes)) {
      const lines = keyBlock.map(prefix);
      const hidden = (text: string) => keyLines.every((line) => !text.includes(line.slice(0, 16)));

      it(`go as a whole, ${title}`, () => {
        const { text, found } = redact(['before', ...lines, 'after'].join('\n'));
        assert.ok(hidden(text), text);
        assert.match(text, /^before\n[^\n]*\[redacted:private-key\][^\n]*\nafter$/);
        assert.deepEqual(found, { 'private-key': 1 });
      });

      it(`go up to where the text was cut, ${title}`, () => {
        const begun = redact(['before', ...lines.slice(0, -1)].join('\n')).text;
        const ended = redact([...lines.slice(1), 'after it'].join('\n')).text;
        assert.ok(hidden(begun) && begun.startsWith('before\n'), begun);
        assert.ok(hidden(ended) && ended.endsWith('\nafter it'), ended);
      });
    }

    it('go when their line breaks are escaped', () => {
      const { text } = redact(`{"key": "${keyBlock.join('\\n')}\\n", "a": 1}`);
      assert.equal(text, '{"key": "[redacted:private-key]\\n", "a": 1}');
    });

    it('take nothing else along when only the marker was found', () => {
      const { text } = redact(
        `id_key:1:${keyMarker('BEGIN', 'OPENSSH ')}\nsettings.py:4:REGION = "eu-central-1"`,
      );
      assert.equal(text, 'id_key:1:[redacted:private-key]\nsettings.py:4:REGION = "eu-central-1"');
    });

    it('take no ordinary line along in front of an end alone', () => {
      assert.equal(redact(`one\ntwo\n${keyMarker('END')}`).text, 'one\ntwo\n[redacted:private-key]');
    });

    it('leave public keys and certificates', () => {
      const text = [
        `${dashes}BEGIN CERTIFICATE${dashes}`,
        random(64),
        `${dashes}END CERTIFICATE${dashes}`,
      ].join('\n');
      assert.equal(redact(text).text, text);
    });
  });

  it('takes rules from outside, and leaves alone what they do not look for', () => {
    const rule = {
      id: 'digit',
      mayContain: /1/,
      find: (text: string) => [{ start: 0, end: text.indexOf('1') + 1 }],
    };
    assert.deepEqual(redact('x1y', [rule]), { text: '[redacted:digit]y', found: { digit: 1 } });
    assert.deepEqual(redact(secrets['jwt']![0]!, [rule]).found, {});
  });

  it('comes to rest: a second pass finds nothing', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(...Object.values(secrets).flat(), ' token=', '"', ' ', keyBlock.join('\n')),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const once = redact(parts.join(' ')).text;
        assert.equal(redact(once).text, once);
      }),
    );
  });

  it('takes bounded time on texts made to be slow', () => {
    const pieces = [
      'eyJ',
      'eyJa.',
      'token=',
      'token: a',
      '://',
      '://a:',
      'sk-',
      '--a-',
      'AKIA',
      'secret ',
      'Bearer ',
      '"',
      '\\',
    ];
    for (const piece of [
      ...pieces,
      keyMarker('BEGIN'),
      keyMarker('END'),
      `${keyMarker('BEGIN')}\n${keyLines[0]}\n`,
    ]) {
      const text = piece.repeat(Math.ceil(16_000 / piece.length));
      const started = performance.now();
      redact(text);
      assert.ok(performance.now() - started < 1_000, `${JSON.stringify(piece)} repeated`);
    }
  });
});
