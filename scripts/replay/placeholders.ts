import { createHash } from 'node:crypto';

/** A made-up value for a placeholder that looks like the real thing; made here, so that no file holds one. */
function fakeSecret(name: string): string {
  const digest = createHash('sha512').update(name).digest();
  const pick = (alphabet: string, length: number) =>
    Array.from({ length }, (_, at) => alphabet.charAt((digest[at % 64] ?? 0) % alphabet.length)).join('');
  const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const mixed = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  if (name.startsWith('AWS_ACCESS_KEY_ID')) return `${'AK'}IA${pick(upper, 16)}`;
  if (name.startsWith('AWS_SECRET')) return pick(mixed, 40);
  if (name.startsWith('GITHUB_TOKEN')) return `${'gh'}p_${pick(mixed, 36)}`;
  if (name === 'KEY_BEGIN' || name === 'KEY_END')
    return `-----${name.slice(4)} OPENSSH ${'PRIVATE'} KEY-----`;
  return pick(mixed, 64);
}

/**
 * Recordings hold `@@NAME@@` where a secret stood. Each becomes a made-up value of the right pattern, so that
 * the redaction has something to find and no file holds what looks like a secret.
 */
export function fillPlaceholders(text: string): string {
  return text.replace(/@@([A-Z0-9_]{1,60})@@/g, (_, name: string) => fakeSecret(name));
}
