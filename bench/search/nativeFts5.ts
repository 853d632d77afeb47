import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const VERSION = '12.11.1';

interface Statement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): unknown;
}
interface NativeDatabase {
  exec(script: string): unknown;
  prepare(statement: string): Statement;
  pragma(pragma: string): unknown;
  close(): void;
}

/**
 * better-sqlite3 out of a cache of this benchmark; installed there when it is missing. Tidemark itself has no
 * native module. @throws where it can't be had.
 */
function loadNative(): new (file: string) => NativeDatabase {
  const platform = `${VERSION}-${process.platform}-${process.arch}-${process.versions.modules}`;
  const folder = join(homedir(), '.cache/tidemark-bench', platform);
  const module = join(folder, 'node_modules/better-sqlite3');
  if (!existsSync(module)) {
    mkdirSync(folder, { recursive: true });
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const { status } = spawnSync(npm, ['install', '--prefix', folder, `better-sqlite3@${VERSION}`], {
      stdio: 'ignore',
      timeout: 240_000,
    });
    if (status !== 0) throw new Error('better-sqlite3 could not be installed');
  }
  return createRequire(__filename)(module) as new (file: string) => NativeDatabase;
}

export interface NativeIndex {
  readonly buildMs: number;
  readonly bytes: number;
  search(words: string): unknown[];
  close(): void;
}

/** Native FTS5 over the same texts: Porter, BM25, ten best with their snippets. */
export function nativeFts5(file: string, texts: readonly { title: string; body: string }[]): NativeIndex {
  const db = new (loadNative())(file);
  db.exec(
    `PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE VIRTUAL TABLE texts USING fts5(title, body, tokenize='porter unicode61')`,
  );
  const insert = db.prepare('INSERT INTO texts (title, body) VALUES (?, ?)');
  const start = performance.now();
  for (let from = 0; from < texts.length; from += 32) {
    db.exec('BEGIN');
    for (const { title, body } of texts.slice(from, from + 32)) insert.run(title, body);
    db.exec('COMMIT');
  }
  const buildMs = performance.now() - start;
  const [{ bytes }] = db.prepare(`SELECT sum(length(block)) AS bytes FROM texts_data`).all() as [
    { bytes: number },
  ];
  const [{ content }] = db
    .prepare(`SELECT sum(length(c0) + length(c1)) AS content FROM texts_content`)
    .all() as [{ content: number }];
  const select = db.prepare(
    `SELECT rowid, title, snippet(texts, -1, '', '', '…', 24) AS snippet FROM texts WHERE texts MATCH ?
     ORDER BY bm25(texts, 1.5, 1) LIMIT 10`,
  );
  return { buildMs, bytes: bytes + content, search: (words) => select.all(words), close: () => db.close() };
}
