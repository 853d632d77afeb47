import { entropyOf } from './entropy';
import type { Span } from './redaction';
import { isJumbled } from './secretValue';

/**
 * Services whose credentials have no form of their own, only a length and an alphabet, and are known by the service's
 * name in front: `HEROKU_API_KEY=…`, `"datadogToken": "…"`. Facts kept by hand; source and version as in
 * secretTokenForms.ts. A letter is an alphabet, a number a length: `a` letters and digits, `w` these and `_=-`,
 * `h` hexadecimal, `d` digits; `u` is a UUID.
 */
const services: Readonly<Record<string, string>> = {
  adafruit: 'w32',
  adobe: 'h32',
  airtable: 'a17',
  algolia: 'a32',
  alibaba: 'a30',
  asana: 'd16 a32',
  atlassian: 'a24',
  beamer: 'w46',
  bitbucket: 'a32 w64',
  bittrex: 'a32',
  bundle_enterprise__contribsys__com: 'c17',
  bundle_gems__contribsys__com: 'c17',
  cloudflare: 'w40 h37',
  co_api_key: 'a40',
  codecov: 'a32',
  cohere: 'a40',
  coinbase: 'w64',
  confluence: 'a24',
  confluent: 'a16 a64',
  contentful: 'w43',
  datadog: 'a40 h32',
  discord: 'h64 d18 w32 t59-72',
  droneci: 'a32',
  dropbox: 'a15 w64',
  etsy: 'a24',
  facebook: 'h32 p43-57',
  fastly: 'w32',
  finicity: 'h32 a20',
  finnhub: 'a20',
  flickr: 'a32',
  freshbooks: 'a64',
  gitter: 'w40',
  gocardless: 'w45',
  heroku: 'u',
  hubspot: 'u',
  intercom: 'w60',
  jfrog: 'a73 a64',
  artifactory: 'a73 a64',
  bintray: 'a73 a64',
  xray: 'a73 a64',
  jira: 'a24',
  kraken: 'k80-90',
  kucoin: 'h24 u',
  launchdarkly: 'w40',
  linear: 'h32',
  linkedin: 'a14 a16',
  linked_in: 'a14 a16',
  'linked-in': 'a14 a16',
  looker: 'a20 a24',
  mailchimp: 'm37',
  mailgun: 'w50',
  mapbox: 't86',
  mattermost: 'a26',
  meraki: 'h40',
  messagebird: 'a25 u',
  message_bird: 'a25 u',
  'message-bird': 'a25 u',
  netlify: 'w40-46',
  'new-relic': 'a64',
  new_relic: 'a64',
  newrelic: 'a64',
  nytimes: 'w32',
  newyorktimes: 'w32',
  okta: 'w42',
  plaid: 'a24 a30',
  privateai: 'a32',
  private_ai: 'a32',
  'private-ai': 'a32',
  rapidapi: 'w50',
  sendbird: 'h40 u',
  sentry: 'h64',
  snyk: 'u',
  sonar: 'w40 w44',
  sourcegraph: 'h40',
  squarespace: 'u',
  sumo: 'a14 a64',
  travis: 'a22',
  twitch: 'a30',
  twitter: 'a25 a45 a50 w36-66 x102-122',
  yandex: 'w40',
  zendesk: 'a40',
};

const hex = '[A-Fa-f0-9]';
const alphabets: Readonly<Record<string, string>> = {
  a: '[A-Za-z0-9]',
  w: '[A-Za-z0-9_=-]',
  h: hex,
  d: '[0-9]',
  c: '[a-f0-9:]',
  k: '[A-Za-z0-9/=_+-]',
  m: '[a-f0-9us-]',
  p: '[A-Za-z0-9|%_-]',
  t: '[A-Za-z0-9._-]',
  x: '[A-Za-z0-9%]',
};

/** The one scan over a text. Nothing in it repeats, so it is linear. */
const anyService = new RegExp(Object.keys(services).join('|'), 'gi');
/** Between the name and the value: the rest of the name, quotes, what assigns. */
const between = String.raw`[ \t\w.-]{0,24}[\s'"\\\]]{0,4}(?:=>|\|\||:{1,3}=|\?=|=|>|:|,)[\x60'"\s=\\]{0,6}`;
const patterns = new Map<string, RegExp>();

/** The credentials in a text that stand behind the name of their service, in ascending order. Linear, as tokens. */
export function* findServiceSecrets(text: string): Generator<Span> {
  let from = 0;
  for (const { index, 0: name } of text.matchAll(anyService)) {
    if (index < from) continue;
    const pattern = patternOf(name.toLowerCase());
    pattern.lastIndex = index + name.length;
    const match = pattern.exec(text);
    const secret = match?.[1];
    if (secret === undefined || !isChance(secret)) continue;
    const end = pattern.lastIndex;
    yield { start: end - secret.length, end };
    from = end;
  }
}

function patternOf(service: string): RegExp {
  let pattern = patterns.get(service);
  if (!pattern) {
    const shapes = services[service]!.split(' ').map((shape) => {
      if (shape === 'u') return `${hex}{8}-${hex}{4}-${hex}{4}-${hex}{4}-${hex}{12}`;
      return `${alphabets[shape.charAt(0)]!}{${shape.slice(1).replace('-', ',')}}`;
    });
    pattern = new RegExp(`${between}(${shapes.join('|')})(?![A-Za-z0-9_/+.=%-])`, 'y');
    patterns.set(service, pattern);
  }
  return pattern;
}

/** Names and words of the same length have no digit, or repeat too much. */
function isChance(value: string): boolean {
  return (/\d/.test(value) || isJumbled(value)) && entropyOf(value) >= (/^\d+$/.test(value) ? 2 : 2.5);
}
