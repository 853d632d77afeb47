import { entropyOf } from './entropy';

const words =
  'password|passwd|passphrase|pwd|secret|token|credential|creds|(?:api|access|auth|account|private|secret|encryption|signing)[_-]?key';
const capitalised =
  'Password|Passwd|Passphrase|Pwd|Secret|Token|Credential|Creds|(?:[Aa]pi|API|[Aa]ccess|[Aa]uth|[Aa]ccount|[Pp]rivate|[Ss]ecret|[Ee]ncryption|[Ss]igning)[_-]?Key';

/**
 * Source of a pattern for the part of a name from the word that makes it a secret's: `TOKEN` of `GITHUB_TOKEN`,
 * `apiKey` of `myApiKey`, `secret_key_base`. `tokenizer` and `secretary` are other words.
 */
export const secretNamePattern = `(?:${words}|${words.toUpperCase()}|${capitalised})[sS]?(?![a-z])(?:[_-]?[A-Za-z0-9][A-Za-z0-9_-]{0,20})?`;

/**
 * Source of a pattern for the end of a name that may be a secret's, and as often is not: `key`, `STRIPE_AUTH`. What
 * they hold counts only where it looks made by chance.
 */
export const maybeSecretNamePattern =
  '(?:key|KEY|Key|auth|AUTH|Auth|api|API|Api|access|ACCESS|Access)(?![A-Za-z])(?:[_-][A-Za-z0-9]{1,12})?';
/** Keys that are public, and those of maps, tables and keyboards. */
const harmlessKey =
  /(?:public|pub|primary|foreign|natural|sort|partition|row|cache|idx|schema|sequence|bucket|object|storage|react|signature|host|map|translation|i18n|hash|content|integrity|commit|version|site)[_.-]?(?:key|access)$/i;

const secretName = new RegExp(secretNamePattern + '$');
/** Names about a secret, whose values are none. */
const harmlessEnd =
  /(?:type|name|ur[li]|file|path|dir|count|limit|len|length|size|field|label|ttl|expir\w*|budget|class|pattern|regexp?|policy|prefix|ids?|at|version|usage|used)$/i;
const passwordName = /pass|pwd/i;

const placeholder =
  /^(?:your|example|change|placeholder|dummy|sample|xxx|null$|none$|undefined$|true$|false$)/i;
const reference = /^[$%<{*]|\$\{|\{\{|%\(|\[redacted:/;
const locator = /^(?:\.{0,2}\/|~\/|[A-Za-z]:\\|[a-z][a-z0-9+.-]{0,20}:\/\/|arn:|urn:)/;
const numeric = /^[v#]?[\d.:T/+-]+[A-Za-z]{0,3}$/;
const colour = /^#[0-9a-f]{3,8}$/i;
const memberPath = /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)+$/;
const namePart = /^(?:[A-Za-z]*\d{0,2}|\d{1,3})$/;
/** `FlowContinuationStateV2`: the name of a type. */
const typeName = /^[A-Za-z]?[a-z]+(?:[A-Z][a-z]+){2,}(?:V?\d{1,2})?$/;

/**
 * Whether `value`, given to `name`, is a secret: the name says so and the value doesn't read like a word, a name,
 * a path, a reference or a placeholder. `quoted` says that it is known to be text: a bare value may be code.
 */
export function isSecretAssignment(name: string, value: string, quoted: boolean): boolean {
  if (!secretName.test(name.slice(-80)) || harmlessEnd.test(name)) return false;
  return looksSecret(value, { quoted, password: passwordName.test(name) });
}

/** Whether `value`, given to a name that may be a secret's, is one: a long mix of letters and digits, but no hash. */
export function isLikelySecret(name: string, value: string): boolean {
  if (harmlessEnd.test(name) || harmlessKey.test(name)) return false;
  if (value.length < 16 || !/^[\w+/=.-]+$/.test(value) || /^[A-Fa-f0-9-]+$/.test(value)) return false;
  return (
    /\d/.test(value) &&
    (isPaddedBase64(value) || (isJumbled(value) && entropyOf(value) >= 3.5 && !isReadable(value)))
  );
}

/** Changes between letters and digits, or between cases, more often than names do. */
export function isJumbled(value: string): boolean {
  const changes =
    value.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|\d(?=[A-Za-z])|[A-Z]{2}(?=[a-z])/g)?.length ?? 0;
  return changes >= value.length / 4;
}

function isPaddedBase64(value: string): boolean {
  return /^[A-Za-z0-9+/]{16,}={1,2}$/.test(value) && /\d/.test(value) && /[A-Z]/.test(value);
}

function isReadable(value: string): boolean {
  return placeholder.test(value) || reference.test(value) || locator.test(value) || memberPath.test(value);
}

/** Whether a value looks made by chance or as a password, and not like something that a person reads. */
export function looksSecret(value: string, options: { quoted: boolean; password: boolean }): boolean {
  if (value.length < (options.password ? 6 : 8) || /\s/.test(value)) return false;
  if (isPaddedBase64(value)) return true;
  if (placeholder.test(value) || reference.test(value) || locator.test(value)) return false;
  if (numeric.test(value) || colour.test(value)) return false;
  if (!/[A-Za-z]/.test(value)) return false;
  const hasSymbol = /[^A-Za-z0-9_\-./:]/.test(value);
  if (!/\d/.test(value)) {
    if (options.quoted && options.password && hasSymbol) return true;
    return value.length >= 16 && /^[A-Za-z]+$/.test(value) && isJumbled(value);
  }
  if (!options.quoted && memberPath.test(value)) return false;
  if (hasSymbol) return true;
  const parts = value.split(/[-_./:]/);
  if (!parts.every((part) => namePart.test(part))) return true;
  if (value.length >= 16 && parts.length === 1 && isJumbled(value)) return true;
  // `hunter2` is a password, but `password1` and `token2` are names of variables.
  return (
    options.password &&
    parts.length === 1 &&
    !typeName.test(value) &&
    !new RegExp(`^(?:new|old|my)?(?:${words})\\d*$`, 'i').test(value)
  );
}
