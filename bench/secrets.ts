/**
 * How many secrets the hook program's rules find, how often they take something else for one, and how much processor
 * time that takes, ms (a median): `[--json] [--seed TEXT] [--show]`. `--json` puts the figures on the last line,
 * `--show` prints what was missed and what was taken by mistake.
 *
 * All secrets are made by chance when this runs. `tokens` and `services` come from the forms in gitleaks' public
 * rules, `named` and `structures` from how secrets are commonly assigned, `secretlint` from the patterns of that
 * package's rules, read from it. The product's rules were written with the first four in view, and `secretlint`'s
 * patterns were looked at, too: all of it tells how well public rules are covered, not how well unknown secrets are.
 * A false alarm is any redaction in texts without secrets; `falseAlarms` is their share of lines, where a line of
 * more than 120 characters counts as several. The installed packages' prose has example passwords: counted, too.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { redact } from '../src/capture/redaction';
import { isGone, secretTexts, type Corpus } from './secrets/corpus';
import { alarmsIn, lookalikes, packageTexts } from './secrets/lookalikes';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, show: { type: 'boolean' }, seed: { type: 'string', default: '1' } },
});

const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const packages = packageTexts(5_000_000);

function measureRecall() {
  const corpora: Corpus[] = ['tokens', 'services', 'named', 'structures', 'secretlint'];
  return corpora.map((corpus) => {
    const texts = secretTexts(corpus, options.seed, 50);
    const missed = texts.filter((text) => !isGone(text, redact(text.text).text));
    return { corpus, secrets: texts.length, missed };
  });
}

function measureAlarms() {
  const kinds = Object.entries({ ...lookalikes(options.seed, 5_000), ...packages });
  return kinds.map(([kind, text]) => ({ kind, ...alarmsIn(text, redact) }));
}

async function measureTimes() {
  const mixed = ['code', 'minified', 'prose', 'lock']
    .map((kind) => packages[kind]!.slice(0, 256_000))
    .join('\n');
  // Processor time: what else the machine does is no part of it.
  const timed = (text: string) => {
    const start = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
  const pieces = Array.from({ length: 15 }, (_, i) => mixed.slice(i * 65_536, (i + 1) * 65_536));
  const megabyte = mixed.slice(0, 1_000_000);
  return {
    ms64kFirst: rounded(median(await firstTimes(pieces[0]!))),
    ms64k: rounded(median(pieces.map(timed))),
    ms1M: rounded(median(Array.from({ length: 9 }, () => timed(megabyte)))),
  };
}

/** In processes of their own, where nothing is compiled yet: so a hook meets it. */
async function firstTimes(text: string): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  try {
    const outfile = join(folder, 'redaction.cjs');
    await build({ entryPoints: ['src/capture/redaction.ts'], bundle: true, platform: 'node', outfile });
    const script = `const { redact } = require(${JSON.stringify(outfile)});
      const text = require('node:fs').readFileSync(0, 'utf8');
      const start = process.cpuUsage(); redact(text);
      const { user, system } = process.cpuUsage(start); console.log((user + system) / 1000);`;
    const run = () =>
      Number(execFileSync(process.execPath, ['-e', script], { input: text, encoding: 'utf8' }));
    return Array.from({ length: 15 }, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const times = await measureTimes();
  const found = measureRecall();
  const harmless = measureAlarms();
  const sum = <T>(rows: readonly T[], of: (row: T) => number) =>
    rows.reduce((total, row) => total + of(row), 0);
  const secrets = sum(found, ({ secrets }) => secrets);
  const missed = sum(found, ({ missed }) => missed.length);
  const lines = sum(harmless, ({ lines }) => lines);
  const alarms = sum(harmless, ({ alarms }) => alarms.length);
  const recall = rounded(1 - missed / secrets, 4);
  const falseAlarms = rounded(alarms / lines, 6);
  console.log(`found ${secrets - missed} of ${secrets} secrets: ${recall} (to beat 0.97)`);
  for (const { corpus, secrets, missed } of found)
    console.log(`  ${corpus.padEnd(11)} ${secrets - missed.length} of ${secrets}`);
  console.log(`false alarms: ${alarms} in ${lines} lines: ${falseAlarms} (to beat 0.001)`);
  for (const { kind, lines, words, alarms } of harmless)
    console.log(`  ${kind.padEnd(11)} ${alarms.length} in ${lines} lines, ${words} words`);
  const { ms64k, ms64kFirst, ms1M } = times;
  console.log(
    `64 kB: ${ms64k} ms, the first time ${ms64kFirst} ms (at most 5); 1 MB: ${ms1M} ms (at most 100)`,
  );
  if (options.show) {
    for (const { missed } of found)
      for (const { rule, text } of missed) console.log(`missed ${rule}: ${text}`);
    for (const { kind, alarms } of harmless)
      for (const alarm of alarms) console.log(`alarm ${kind}: ${alarm}`);
  }
  if (options.json) {
    const recallOf = Object.fromEntries(
      found
        .filter(({ secrets }) => secrets > 0)
        .map(({ corpus, secrets, missed }) => [corpus, rounded(1 - missed.length / secrets, 4)]),
    );
    const alarmsOf = Object.fromEntries(
      harmless.map(({ kind, lines, alarms }) => [kind, rounded(alarms.length / lines, 6)]),
    );
    console.log(
      JSON.stringify({ recall, falseAlarms, ...times, secrets, missed, lines, alarms, recallOf, alarmsOf }),
    );
  }
}

void main();
