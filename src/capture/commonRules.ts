import { findPrivateKeys } from './privateKeys';
import type { RedactionRule, Span } from './redaction';
import { isSecretAssignment, looksSecret, secretNamePattern } from './secretValue';

/**
 * A rule by a pattern. The secret is the last group that took part in the match, which must reach to the end of
 * the match, or else the whole match. Every repetition in a pattern is bounded or runs over one class of
 * characters that cannot begin another match, so that none backtracks beyond a constant.
 */
function patternRule(
  id: string,
  mayContain: RegExp,
  pattern: RegExp,
  accept: (secret: string, match: RegExpExecArray, text: string) => boolean = () => true,
): RedactionRule {
  return { id, mayContain, find: (text) => matches(text, pattern, accept) };
}

function* matches(
  text: string,
  pattern: RegExp,
  accept: (secret: string, match: RegExpExecArray, text: string) => boolean,
): Generator<Span> {
  const search = new RegExp(pattern.source, `${pattern.flags}g`);
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const end = match.index + match[0].length;
    const secret = match.slice(1).findLast((group) => group !== undefined) ?? match[0];
    if (accept(secret, match, text)) yield { start: end - secret.length, end };
    // A refused value may itself hold an assignment: `next=/login?token=…`.
    else search.lastIndex = Math.max(end - secret.length, match.index + 1);
  }
}

/** Not inside a longer word; behind an escaped line break there is none. */
const start = String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))`;
const rule = (pattern: string, flags = '') => new RegExp(pattern, flags);

const quotedValue = String.raw`(?<quote>\\{0,3}["'\x60])((?:(?!\k<quote>)[^\n]){4,4096})`;
const bareValue = String.raw`([^\s"'\x60,;(){}\[\]<>\\]{6,4096})`;
const assignment = String.raw`\\{0,3}["'\x60]?\]?[ \t]{0,8}(?::[ \t]{0,4}[A-Za-z][\w.|\[\] ]{0,30}(?==))?(?:=>|:=|={1,3}|:)[ \t]{0,8}`;
const flagged = String.raw`(?<=\s--?[a-z0-9-]{1,60})[ ]`;

/** Whether the assigned value is a secret, and neither a call nor an expression. */
function isAssigned(secret: string, match: RegExpExecArray, text: string): boolean {
  const quoted = match.groups?.['quote'] !== undefined;
  const next = text.charAt(match.index + match[0].length);
  if (!quoted && '([{<'.includes(next) && next !== '') return false;
  return isSecretAssignment(match.groups?.['name'] ?? '', secret, quoted);
}

/** A credential behind a scheme (`Bearer`, `Basic`): English words behind it are none. */
function isCredential(secret: string): boolean {
  if (looksSecret(secret, { quoted: true, password: false })) return true;
  return secret.length >= 8 && (secret.endsWith('=') || /[a-z][A-Z].*[a-z][A-Z]/.test(secret));
}

/** The commonest kinds of secrets. Kinds with a form of their own come before those known by their surroundings. */
export const commonRules: readonly RedactionRule[] = [
  { id: 'private-key', mayContain: /PRIVATE KEY/, find: findPrivateKeys },
  patternRule(
    'aws-access-key-id',
    /AKIA|ASIA|ABIA|ACCA/,
    /(?<![A-Z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/,
  ),
  patternRule(
    'aws-secret-access-key',
    /secret|aws-access-key-id/i,
    /(?:secret[_\s-]?access[_\s-]?key|aws[_-]?secret|\[redacted:aws-access-key-id\])[^\n]{0,40}?(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/i,
  ),
  patternRule(
    'github-token',
    /gh[pousr]_|github_pat_/,
    /gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}/,
  ),
  patternRule(
    'slack-token',
    /xox|xapp-|hooks\.slack/,
    /xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{10,250}|(?<=hooks\.slack\.com\/services\/)[A-Za-z0-9/_-]{20,120}/,
  ),
  patternRule('google-api-key', /AIza/, /AIza[A-Za-z0-9_-]{35}/),
  patternRule('stripe-key', /[sr]k_live_/, /[sr]k_live_[A-Za-z0-9]{10,250}/),
  patternRule(
    'jwt',
    /eyJ/,
    rule(`${start}eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)?`),
  ),
  patternRule(
    'sk-key',
    /sk-/,
    rule(`${start}sk-(?:(?:ant|proj|or|svcacct|admin|None)-[A-Za-z0-9_-]{16,250}|[A-Za-z0-9]{20,250})`),
  ),
  patternRule(
    'authorization',
    /authorization|bearer/i,
    /(?:authorization\\{0,3}["'`]?\]?[ \t]{0,4}[:=,][ \t]{0,4}\\{0,3}["'`]?(?:(?:bearer|basic|token|apikey)[ \t]{1,4})?|bearer[ \t]{1,4})([A-Za-z0-9._~+/=-]{8,8192})/i,
    isCredential,
  ),
  patternRule(
    'url-password',
    /:\/\//,
    /:\/\/[^\s/:@"'`<>]{0,100}:([^\s/"'`<>]{1,200})(?=@)/,
    (secret) => !/^(?:[$%{*<]|\[redacted:)/.test(secret),
  ),
  patternRule(
    'assigned-secret',
    /pass(?:w|phrase)|pwd|secret|token|credential|key/i,
    rule(`(?<name>${secretNamePattern})(?:${assignment}|${flagged})(?:${quotedValue}|${bareValue})`),
    isAssigned,
  ),
];
