import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { chance } from './corpus';

/** Texts with no secret in them that look as if there were, by kind. */
export function lookalikes(seed: string, lines: number): Record<string, string> {
  const random = chance(`lookalikes ${seed}`);
  const bytes = (n: number) => Buffer.from(Array.from({ length: n }, () => Math.floor(random() * 256)));
  const sha = (kind: string) => createHash(kind).update(bytes(16)).digest('hex');
  const many = (line: (i: number) => string) => Array.from({ length: lines }, (_, i) => line(i)).join('\n');
  return {
    gitHashes: many(
      (i) =>
        [
          `commit ${sha('sha1')}`,
          `index ${sha('sha1').slice(0, 7)}..${sha('sha1').slice(0, 7)} 100644`,
          `${sha('sha1').slice(0, 9)} Update the key of the cache`,
          `Submodule path 'vendor/x': checked out '${sha('sha1')}'`,
          `parent ${sha('sha1')}\ntree ${sha('sha1')}`,
        ][i % 5]!,
    ),
    uuids: many(
      (i) =>
        [
          `"id": "${randomUUID()}",`,
          `session_id=${randomUUID()} request=${randomUUID()}`,
          `DELETE FROM orders WHERE id = '${randomUUID()}';`,
          `GET /api/orders/${randomUUID()}/items 200`,
        ][i % 4]!,
    ),
    images: many((i) =>
      i % 20 === 0
        ? `<img src="data:image/png;base64,${bytes(600).toString('base64')}">`
        : bytes(57).toString('base64'),
    ),
    lockfiles: many(
      (i) =>
        [
          `      "integrity": "sha512-${bytes(64).toString('base64')}",`,
          `  resolved "https://registry.yarnpkg.com/a-b/-/a-b-1.2.3.tgz#${sha('sha1')}"`,
          `checksum = "${sha('sha256')}"`,
          `golang.org/x/text v0.3.7 h1:${bytes(32).toString('base64')}`,
          `    resolution: {integrity: sha512-${bytes(64).toString('base64')}}`,
          `    --hash=sha256:${sha('sha256')} \\`,
          `FROM node:20@sha256:${sha('sha256')}`,
        ][i % 7]!,
    ),
  };
}

/** Files of the installed packages: their code, what is minified of it, and their prose. None has a secret for us. */
export function packageTexts(bytesOfEach: number, folder = 'node_modules'): Record<string, string> {
  const texts = { code: '', minified: '', prose: '', lock: readFileSync('package-lock.json', 'utf8') };
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(at, entry.name);
      // They are about secrets, and show some.
      if (/secretlint|gitleaks/.test(path)) continue;
      if (entry.isDirectory()) walk(path);
      const kind = kindOf(entry.name);
      if (!entry.isFile() || !kind || texts[kind].length >= bytesOfEach || statSync(path).size > 500_000)
        continue;
      texts[kind] += readFileSync(path, 'utf8');
    }
  };
  walk(folder);
  return texts;
}

function kindOf(name: string): 'code' | 'minified' | 'prose' | undefined {
  if (/\.min\.[cm]?js$/.test(name)) return 'minified';
  if (/\.(?:[cm]?js|[cm]?ts|json|css|html|ya?ml|sh|py)$/.test(name)) return 'code';
  return /\.(?:md|txt)$|^LICENSE|^README/i.test(name) ? 'prose' : undefined;
}

/** Lines (one of more than 120 characters counts as several), pieces between white space, and what a redaction took out, each with its surroundings. */
export interface Alarms {
  lines: number;
  words: number;
  alarms: string[];
}

export function alarmsIn(text: string, redact: (text: string) => { text: string }): Alarms {
  const found: string[] = [];
  const clean = redact(text).text;
  for (const { index } of clean.matchAll(/\[redacted:[\w-]+\]/g)) {
    if (text.includes(clean.slice(index, index + 20))) continue;
    found.push(clean.slice(Math.max(0, index - 60), index + 40).replace(/\s+/g, ' '));
  }
  const lines = text.split('\n').reduce((sum, { length }) => sum + Math.max(1, Math.ceil(length / 120)), 0);
  return { lines, words: text.split(/\s+/).length, alarms: found };
}
