import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'node_modules/@secretlint/secretlint-rule-preset-recommend/module';

/** Names of other things than secrets' own forms in that file. */
const unfit = /ACCOUNT|URL_PATTERN|XOAuth|AuthToken|LITERAL|COMMENT|PRIVATE_KEY/i;

/**
 * The patterns of secretlint's recommended rules, read from its package (a development dependency of vsce) when this
 * runs: rules that the product's table was not made from, and that no text here repeats. None where it is not there.
 */
export function secretlintPatterns(): { rule: string; pattern: string }[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((name) => /^index-.*\.js$/.test(name));
  } catch {
    return [];
  }
  return files
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/const (\w*(?:pattern|_PATTERN|Pattern)) = \/(.+)\/[gim]{1,3};/g)])
    .map(([, rule, pattern]) => ({ rule: `${rule} ${pattern!.slice(0, 12)}`, pattern: pattern! }))
    .filter(({ rule }) => !unfit.test(rule));
}
