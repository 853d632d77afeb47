import { cut, oneLine, unique } from './text';

const LINE_LIMIT = 400;
const LINES_LIMIT = 2_000;

/** Lines that say something, trimmed; rules (`-----`), carets and empty lines are left out. */
export function tellingLines(output: string): string[] {
  return output
    .split('\n', LINES_LIMIT)
    .map((line) => oneLine(line.slice(0, LINE_LIMIT)))
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
}

/** How the common test programs print what came out, in words that nothing else prints. */
const certainResults: readonly RegExp[] = [
  /^[#ℹ] (tests|pass|fail) \d/,
  /^Ran \d+ tests? in/,
  /^(Tests|Test Suites|Test Files|Tests run):? +\d/,
  /^test result: /,
  /^\d+ (examples|specs|tests), \d+ failures?/,
];
/** What stands for a result only in the output of a command that runs tests. */
const likelyResults: readonly RegExp[] = [
  ...certainResults,
  /^(OK|FAILED)( \(.*\))?$/,
  /\b\d+ (passed|failed|passing|failing)\b/,
  /^(ok|FAIL|---) .*\d+\.\d+s/,
  /^(Failed|Passed)!?:? .*\d/,
  /^not ok\b/,
];
const testCommand =
  /(^|[^a-z])(tests?|unittest|check|verify|specs?|[pc]ytest|jest|mocha|vitest|rspec|phpunit|ctest|tox|nox|playwright|cypress)([^a-z]|$)/i;

function withoutDuration(line: string): string {
  return line.replace(/ in \d{1,9}(\.\d{1,9})? ?(ms|s|seconds)\b/, '');
}

/** Lines that tell how tests came out, at most eight, without durations; none where no test program spoke. */
export function testResultLines(command: string, output: string): string[] {
  const results = testCommand.test(command) ? likelyResults : certainResults;
  const lines = tellingLines(output).filter((line) => results.some((result) => result.test(line)));
  return unique(lines.map(withoutDuration)).slice(0, 8);
}

/** Places in a stack, and the lines that frame an error: they tell little. */
const frame = /^(at |File "|Traceback|\^|node:|~|Caused by: .*\.java)|^\S+ \((file|node|\/)/;
const noise =
  /^(failureType|code|name|operator|stack|location|duration_ms|ok \d|ok -|# Subtest|TAP version|error: \|-|\+ actual|> |Exit code)/;
const namedError =
  /^(\w+\.)*\w*(Error|Exception|Fault|Panic)\b|^(fatal|panic|error|E ) ?[:[]?|^not ok\b|^(FAIL|ERROR): /i;
const complaint =
  /\b(error|fail(ed|ure|s)?|assert\w*|cannot|can't|denied|not found|no such|refus\w+|missing|undefined|invalid|unexpected|timed? ?out|expected|actual|conflict|rejected|looks like)\b/i;

function errorWeight(line: string): number {
  if (frame.test(line) || noise.test(line)) return 0;
  if (namedError.test(line)) return 4;
  if (complaint.test(line)) return 3;
  return likelyResults.some((result) => result.test(line)) ? 2 : 1;
}

/** Of an error's lines the ones that tell most, at most `count`, in their order. */
export function errorLines(error: string, count: number): string[] {
  const lines = tellingLines(error).map((line, at) => ({
    line: cut(withoutDuration(line), 200),
    at,
    weight: errorWeight(line),
  }));
  const least = lines.some(({ weight }) => weight >= 3) ? 2 : 1;
  return lines
    .filter(({ weight }) => weight >= least)
    .sort((a, b) => b.weight - a.weight || b.at - a.at)
    .slice(0, count)
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

/** The exit code that an error text starts with. */
export function exitCodeOf(error: string): string | undefined {
  return /^Exit code (\d{1,6})/.exec(error)?.[1];
}

const comment = /^(\/\/|#(?!!|include|define|if|pragma|import)|\/\*|\*|"""|''')/;
const boilerplate = /copyright|licen[cs]e|eslint|prettier|@ts-|coding[:=]|noqa/i;

/** The first line in which a text says what it is: a comment, a heading, a doc string. */
export function headlineOf(text: string): string | undefined {
  const line = tellingLines(text.slice(0, 4_000))
    .slice(0, 12)
    .find((candidate) => comment.test(candidate) && !boilerplate.test(candidate));
  const words = line?.replace(/^[^\p{L}\p{N}`]+/u, '').replace(/(\*\/|"""|''')$/, '');
  return words === undefined || words.length < 8 ? undefined : words.trim();
}
