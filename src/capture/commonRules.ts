import { findPrivateKeys } from './privateKeys';
import type { RedactionRule, Span } from './redaction';
import { findServiceSecrets } from './secretServices';
import { findTokens } from './secretTokens';
import {
  isLikelySecret,
  isSecretAssignment,
  looksSecret,
  maybeSecretNamePattern,
  secretNamePattern,
} from './secretValue';

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

const rule = (pattern: string, flags = '') => new RegExp(pattern, flags);

const quotedValue = String.raw`(?<quote>\\{0,3}["'\x60])((?:(?!\k<quote>)[^\n]){4,4096})`;
const bareValue = String.raw`([^\s"'\x60,;(){}\[\]<>\\]{6,4096})`;
const assignment = String.raw`\\{0,3}["'\x60]?\]?[ \t]{0,8}(?::[ \t]{0,4}[A-Za-z][\w.|\[\] ]{0,30}(?==))?(?:=>|:=|={1,3}|:|\?=|\|\||[ \t]{1,8}value[ \t]?=)[ \t]{0,8}`;
const flagged = String.raw`(?<=\s--?[a-z0-9-]{1,60})[ ]`;

/** Whether the assigned value is a secret, and neither a call nor an expression. */
function isAssigned(secret: string, match: RegExpExecArray, text: string): boolean {
  const quoted = match.groups?.['quote'] !== undefined;
  const next = text.charAt(match.index + match[0].length);
  if (!quoted && '([{<'.includes(next) && next !== '') return false;
  return isSecretAssignment(match.groups?.['name'] ?? '', secret, quoted);
}

/** The matched end of a name, with what stands in front of it. */
function wholeName(match: RegExpExecArray, text: string): string {
  const before = /[\w.-]*$/.exec(text.slice(Math.max(0, match.index - 24), match.index))?.[0] ?? '';
  return before + (match.groups?.['name'] ?? '');
}

/** What a manifest of a `Secret` holds, whatever the names: its `data` and `stringData`, to where the block ends. */
function* findKubernetesSecrets(text: string): Generator<Span> {
  for (const { index, 0: head } of text.matchAll(/^([ \t]{0,20})(?:data|stringData):[ \t]*\r?\n/gm)) {
    if (!/\bkind:[ \t]{0,4}["']?Secret\b/.test(text.slice(Math.max(0, index - 2_000), index + 4_000)))
      continue;
    const entry = /[ \t]{1,40}[\w.-]{1,253}:[ \t]*(["']?)([^\s"'#{|>[][^\s"']{3,8192})\1[ \t]*(?:\r?\n|$)/y;
    entry.lastIndex = index + head.length;
    for (let match = entry.exec(text); match !== null; match = entry.exec(text)) {
      const end = match.index + match[0].lastIndexOf(match[2]!) + match[2]!.length;
      yield { start: end - match[2]!.length, end };
    }
  }
}

/** A credential behind a scheme (`Bearer`, `Basic`): English words behind it are none. */
function isCredential(secret: string): boolean {
  if (looksSecret(secret, { quoted: true, password: false })) return true;
  return secret.length >= 8 && (secret.endsWith('=') || /[a-z][A-Z].*[a-z][A-Z]/.test(secret));
}

/** The commonest kinds of secrets. Kinds with a form of their own come before those known by their surroundings. */
export const commonRules: readonly RedactionRule[] = [
  { id: 'private-key', mayContain: /PRIVATE KEY/, find: findPrivateKeys },
  { id: 'token', find: findTokens },
  patternRule(
    'aws-secret-access-key',
    /secret|aws-access-key-id/i,
    /(?:secret[_\s-]?access[_\s-]?key|aws[_-]?secret|\[redacted:aws-access-key-id\])[^\n]{0,40}?(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/i,
  ),
  patternRule(
    'slack-token',
    /hooks\.slack/,
    /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9+/_-]{12,160}/,
  ),
  patternRule(
    'jwt',
    /eyJ/,
    /eyJ(?<=(?:(?<![A-Za-z0-9_-])|\\[nrt])eyJ)[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/,
  ),
  patternRule(
    'authorization',
    /authorization|bearer/i,
    /(?:authorization\\{0,3}["'`]?\]?[ \t]{0,4}[:=,][ \t]{0,4}\\{0,3}["'`]?(?:(?:bearer|basic|token|apikey)[ \t]{1,4})?|bearer[ \t]{1,4})([A-Za-z0-9._~+/=-]{8,8192})/i,
    isCredential,
  ),
  patternRule(
    'user-password',
    /curl/,
    /(?<=\s)(?:-u|--user)(?:=|[ \t]{0,5})["']?[^\s:"'$<{]{1,100}:([^\s"'$<{[*][^\s"']{2,200})/,
    (_, match, text) => /\bcurl\b[^\n]*$/.test(text.slice(Math.max(0, match.index - 500), match.index)),
  ),
  patternRule(
    'url-password',
    /:\/\//,
    /:\/\/[^\s/:@"'`<>]{0,100}:([^\s/"'`<>]{1,200})(?=@)/,
    (secret) => !/^(?:[$%{*<]|\[redacted:|x-oauth-basic$)/.test(secret),
  ),
  patternRule('url-token', /:x-oauth-basic@/, /(?<=:\/\/)[^\s/:@"'`<>$[]{8,256}(?=:x-oauth-basic@)/),
  patternRule(
    'netrc-password',
    /login\s/,
    /login\s{1,4}\S{1,80}\s{1,4}password\s{1,4}(\S{4,200})/,
    (secret, match, text) =>
      looksSecret(secret, { quoted: true, password: true }) ||
      (/\bmachine\s{1,4}\S{1,253}\s{1,4}$/.test(text.slice(Math.max(0, match.index - 300), match.index)) &&
        !/^(?:[$%{<*]|\[redacted:)/.test(secret)),
  ),
  { id: 'kubernetes-secret', mayContain: /kind:[ \t]{0,4}["']?Secret\b/, find: findKubernetesSecrets },
  { id: 'service-secret', find: findServiceSecrets },
  patternRule(
    'assigned-secret',
    /pass(?:w|phrase)|pwd|secret|token|cred|key/i,
    rule(`(?<name>${secretNamePattern})(?:${assignment}|${flagged})(?:${quotedValue}|${bareValue})`),
    isAssigned,
  ),
  patternRule(
    'assigned-secret',
    /key|auth|api|access/i,
    rule(`(?<name>${maybeSecretNamePattern})${assignment}(?:${quotedValue}|${bareValue})`),
    (secret, match, text) => isLikelySecret(wholeName(match, text), secret),
  ),
];
