import { createHash } from 'node:crypto';
import { services, tokens } from './publicForms';
import { sample } from './sample';
import { secretlintPatterns } from './secretlintPatterns';

/** A text with one secret in it, all made by chance. */
export interface SecretText {
  /** Which rule made it. */
  rule: string;
  text: string;
  /** What must not be left of it. */
  secret: string;
}

export type Corpus = 'tokens' | 'services' | 'named' | 'structures' | 'secretlint';

const alnum = '[A-Za-z0-9]';
const pem = `[A-Za-z0-9+/]{64}`;

/** Where agents meet a secret: files, diffs, shells, logs, JSON in JSON. */
const around: readonly ((secret: string) => string)[] = [
  (s) => `const client = connect("${s}");`,
  (s) => `export VALUE=${s}\nexport OTHER=1`,
  (s) => `{"value": "${s}", "n": 1}`,
  (s) => `{\\"value\\": \\"${s}\\"}`,
  (s) => `value: ${s}\nother: 1`,
  (s) => `+  value = '${s}'`,
  (s) => `$ tool --value ${s} --verbose`,
  (s) => `2026-11-20T10:00:00Z INFO using ${s} for the call`,
  (s) => `    12\t  value: \`${s}\`,`,
  (s) => `first\\n${s}\\nlast`,
];

/** How a service's name stands in front of its credential. */
const assigned: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `${n.toUpperCase()}_API_KEY=${s}`,
  (n, s) => `${n}_token = "${s}"`,
  (n, s) => `"${n}ClientSecret": "${s}",`,
  (n, s) => `${n}.key: ${s}\n`,
  (n, s) => `${n}Secret := '${s}'`,
  (n, s) => `'${n}' => '${s}',`,
  (n, s) => `{\\"${n}_token\\": \\"${s}\\"}`,
];

const secretNames =
  'password PASSWORD db_password userPassword passwd passphrase secret client_secret CLIENT_SECRET secretKey token ACCESS_TOKEN refreshToken auth_token api_key API_KEY apiKey apikey x-api-key private_key encryption_key signing_key credential credentials creds'.split(
    ' ',
  );
const named: readonly ((name: string, secret: string) => string)[] = [
  (n, s) => `${n}=${s}\nX=1`,
  (n, s) => `${n}: "${s}"`,
  (n, s) => `"${n}": "${s}",`,
  (n, s) => `{\\"${n}\\":\\"${s}\\"}`,
  (n, s) => `const ${n.replace(/-/g, '_')} = '${s}';`,
  (n, s) => `config["${n}"] = "${s}"`,
  (n, s) => `run --${n.toLowerCase().replace(/_/g, '-')} ${s} now`,
];
const namedValues = [`${alnum}{20,40}`, '[a-f0-9]{32,40}', '[A-Za-z0-9_-]{24,43}', '[A-Za-z0-9+/]{32}=='];

const structures: readonly (readonly [rule: string, secret: string, text: (secret: string) => string])[] = [
  ['bearer', `${alnum}{20,60}`, (s) => `curl -H "Authorization: Bearer ${s}" https://api.example.org`],
  ['basic', '[A-Za-z0-9+/]{24}==', (s) => `Authorization: Basic ${s}\n`],
  ['header', `${alnum}{24,40}`, (s) => `X-Api-Key: ${s}\n`],
  ['address', `${alnum}{8,24}`, (s) => `postgres://shop:${s}@db.example.org:5432/shop`],
  ['address-token', `${alnum}{40}`, (s) => `https://${s}:x-oauth-basic@github.com/o/r.git`],
  ['curl-user', `${alnum}{10,24}`, (s) => `curl -s -u admin:${s} https://example.org/x`],
  [
    'connection-string',
    `${alnum}{12,24}`,
    (s) => `Server=db;Database=x;User Id=sa;Password=${s};Encrypt=true`,
  ],
  ['azure-storage', '[A-Za-z0-9+/]{86}==', (s) => `AccountName=x;AccountKey=${s};EndpointSuffix=y`],
  ['aws-secret', '[A-Za-z0-9/+]{40}', (s) => `aws_secret_access_key = ${s}\nregion = x`],
  [
    'npmrc',
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
    (s) => `//registry.example.org/:_authToken=${s}\n`,
  ],
  ['netrc', `${alnum}{12,24}`, (s) => `machine example.org login me password ${s}\n`],
  ['docker', '[A-Za-z0-9+/]{38}==', (s) => `{"auths": {"https://index.docker.io/v1/": {"auth": "${s}"}}}`],
  ['nuget', `${alnum}{12,24}`, (s) => `<add key="ClearTextPassword" value="${s}" />`],
  [
    'kubernetes',
    '[A-Za-z0-9+/]{30}==',
    (s) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  tls.crt: ${s}\n`,
  ],
  ['query', `${alnum}{20,40}`, (s) => `GET https://example.org/x?page=2&access_token=${s}&y=1`],
  ['password', '[A-Z][a-z]{3,6}[0-9]{2,4}[!%&*]', (s) => `DB_PASSWORD=${s}\n`],
  ...['RSA ', 'EC ', 'OPENSSH ', ''].map(
    (kind) =>
      [
        `private-key ${kind}`,
        `${pem}\n${pem}\n[A-Za-z0-9+/]{30}==`,
        (s: string) =>
          [`-----BEGIN ${kind}PRIVATE` + ' KEY-----', s, `-----END ${kind}PRIVATE` + ' KEY-----'].join('\n'),
      ] as const,
  ),
];

/** Numbers from 0 to 1 that are the same for the same seed. */
export function chance(seed: string): () => number {
  let pool = Buffer.alloc(0);
  let at = 0;
  let round = 0;
  return () => {
    if (at + 4 > pool.length) {
      pool = createHash('sha512').update(`${seed} ${round++}`).digest();
      at = 0;
    }
    at += 4;
    return pool.readUInt32BE(at - 4) / 2 ** 32;
  };
}

/** `times` texts of each rule and surroundings. The same seed gives the same texts. */
export function secretTexts(corpus: Corpus, seed: string, times: number): SecretText[] {
  const random = chance(`${corpus} ${seed}`);
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const make: Record<Corpus, () => SecretText[]> = {
    tokens: () =>
      Object.entries(tokens).map(([rule, form]) => {
        const secret = sample(form, random);
        return { rule, secret, text: pick(around)(secret) };
      }),
    services: () =>
      services.map(([name, form]) => {
        const secret = sample(form, random);
        return { rule: name, secret, text: pick(assigned)(name, secret) };
      }),
    named: () =>
      secretNames.map((name) => {
        const secret = sample(pick(namedValues), random);
        return { rule: `named ${name}`, secret, text: pick(named)(name, secret) };
      }),
    structures: () =>
      structures.map(([rule, form, text]) => {
        const secret = sample(form, random);
        return { rule, secret, text: text(secret) };
      }),
    secretlint: () =>
      secretlintPatterns().map(({ rule, pattern }) => {
        const secret = sample(pattern, random, 60);
        return { rule, secret, text: pick(around)(secret) };
      }),
  };
  return Array.from({ length: times }, make[corpus]).flat();
}

/** Whether enough of a secret was taken out of its text: neither half of any of its lines is left. */
export function isGone({ secret }: SecretText, redacted: string): boolean {
  // A token's fixed start, and the public part of an address, tell nothing.
  return secret
    .split('\n')
    .map((line) => line.replace(/^.*\/(?=[^/]{20,}$)/, ''))
    .every((line) => {
      const half = Math.floor(line.length / 2);
      return !redacted.includes(line.slice(half)) && !redacted.includes(line.slice(0, half + 4));
    });
}
