import type { CommandAction, ToolUse } from '../../../capture/vocabulary';
import type { ObservationContent } from '../../../memory/observation';
import { fileChangeContent } from './fileChanges';
import { errorLines, exitCodeOf, tellingLines, testResultLines } from './output';
import type { ShellPart } from './shell';
import { shellParts } from './shell';
import type { SkipRule } from './skipRules';
import { content, cut, fit, oneLine, quoteCommand } from './text';

export const TEST_RUN = 'test run';
export const LOOK = 'look';
const RUN_AS = 'Run as ';

const trivialHeads = new Set(
  'pwd ls cd echo printf true false date which whoami clear sleep exit done fi export set type'.split(' '),
);
const lookHeads = new Set(
  'cat head tail less more wc du df ps stat file tree sort uniq cut tr jq nl awk sed pgrep env id uname'.split(
    ' ',
  ),
);
const searchHeads = new Set('grep rg egrep fgrep ag ack find fd locate'.split(' '));
const trivialGit = new Set(['status', 'log', 'branch', 'remote', 'rev-parse', 'config', 'fetch']);
const lookGit = new Set(['diff', 'show', 'blame', 'shortlog', 'reflog', 'ls-files']);

type Purpose = 'trivial' | 'look' | 'search' | 'work';

function purposeOf({ words }: ShellPart): Purpose {
  const head = (words[0] ?? '').split('/').at(-1) ?? '';
  if (words.some((word) => /^\d?>{1,2}(?!&)/.test(word) && !/\/dev\/null$/.test(words.join(' '))))
    return 'work';
  if (head === 'git') {
    const sub = words.slice(1).find((word) => !word.startsWith('-')) ?? '';
    if (sub === 'grep') return 'search';
    if (sub === 'diff' && words.includes('--stat')) return 'trivial';
    return trivialGit.has(sub) ? 'trivial' : lookGit.has(sub) ? 'look' : 'work';
  }
  if (trivialHeads.has(head)) return 'trivial';
  if (head === 'sed' && words.some((word) => /^-\w*i|^--in-place/.test(word))) return 'work';
  if (head === 'find' && words.some((word) => /^-(delete|exec|execdir|ok)$/.test(word))) return 'work';
  if (searchHeads.has(head)) return 'search';
  return lookHeads.has(head) ? 'look' : 'work';
}

/** What the whole line is for: its most consequential part decides. A filter behind a pipe decides nothing. */
function purposeOfLine(parts: readonly ShellPart[]): Purpose {
  const purposes = parts.map((part) => {
    const purpose = purposeOf(part);
    return part.operator === '|' && purpose !== 'work' ? 'trivial' : purpose;
  });
  return (['work', 'search', 'look'] as const).find((purpose) => purposes.includes(purpose)) ?? 'trivial';
}

/** The first line of the message that a `git commit` is given; none for a message made elsewhere. */
function commitSubject({ words }: ShellPart): string | undefined {
  if (words[0] !== 'git' || !words.includes('commit')) return undefined;
  const at = words.findIndex((word) => /^-[a-z]*m$/.test(word) || word === '--message');
  const given =
    at >= 0 ? words[at + 1] : words.find((word) => word.startsWith('--message='))?.slice('--message='.length);
  const lines = (given ?? '').split('\n').map((line) => line.trim());
  const subject = lines[0]?.startsWith('$(cat <<') ? lines.slice(1).find((line) => line !== '') : lines[0];
  return subject === '' ? undefined : subject;
}

/**
 * Commits that certainly happened: the output names the commit with its subject, or the command's success
 * proves it, because nothing but `&&` follows and no `||` could have gone round it.
 */
function commitContents(parts: readonly ShellPart[], output: string): ObservationContent[] {
  const lines = tellingLines(output);
  return parts.flatMap((part, at) => {
    const subject = commitSubject(part);
    if (subject === undefined) return [];
    const shown = lines.find(
      (line) => /^(\[[^\]]{1,80} |)[0-9a-f]{7,40}\]? /.test(line) && line.endsWith(oneLine(subject)),
    );
    const proved = part.operator !== '||' && parts.slice(at + 1).every((next) => next.operator === '&&');
    if (shown === undefined && !proved) return [];
    const hash = /[0-9a-f]{7,40}/.exec(
      shown
        ?.split('] ')[0]
        ?.split(' ')
        .at(shown.startsWith('[') ? -1 : 0) ?? '',
    )?.[0];
    return [
      fit(
        content({
          type: 'change',
          title: `Committed: ${subject}`,
          facts: hash === undefined ? [] : [`Commit ${hash}`],
          concepts: ['commit'],
        }),
      ),
    ];
  });
}

/** How tests came out. Short outputs are told whole, since a label often stands beside the figures. */
function testContent(action: CommandAction, commits: boolean): ObservationContent | undefined {
  const results = testResultLines(action.command, action.output);
  if (results.length === 0) return undefined;
  const lines = tellingLines(action.output);
  const told = lines.length <= 9 && !commits && lines.length > results.length ? lines : results;
  return fit(
    content({
      type: 'discovery',
      title: `Tests: ${cut(told.join(', '), 150)}`,
      facts: [`${RUN_AS}${quoteCommand(action.command, 110)}`],
      concepts: [TEST_RUN],
    }),
  );
}

/** The newest outcome in the title, earlier ones of the turn as facts. */
export function mergeTestRuns(before: ObservationContent, after: ObservationContent): ObservationContent {
  const told =
    before.title === after.title ? [] : [before.title.replace(/^Tests: /, 'Earlier in this turn: ')];
  const earlier = before.facts.filter((fact) => !fact.startsWith(RUN_AS));
  return fit({ ...after, facts: [...after.facts, ...told, ...earlier] });
}

function outputFacts(output: string): string[] {
  const lines = tellingLines(output);
  const most = lines.length > 6 ? [...lines.slice(0, 4), ...lines.slice(-2)] : lines;
  return most.map((line) => cut(line, 120));
}

function lookContent(action: CommandAction): ObservationContent {
  const shown = cut(tellingLines(action.output).slice(0, 4).join(' / '), 110);
  const fact = `${quoteCommand(action.command, 60)}: ${shown}`;
  return fit(
    content({ type: 'discovery', title: 'Looked around with commands', facts: [fact], concepts: [LOOK] }),
  );
}

/** Places (`file:line`) in the order of a search's output, then what stands there. */
export function hitFacts(output: string): string[] {
  const lines = tellingLines(output);
  const places = lines.flatMap((line) => /^(?:\.\/)?([^\s:]{1,200}:\d+):/.exec(line)?.[1] ?? []);
  const found =
    places.length > 0
      ? [`${places.length} ${places.length === 1 ? 'hit' : 'hits'}: ${cut(places.join(', '), 150)}`]
      : [];
  return [...found, ...lines.slice(0, 6).map((line) => cut(line, 110))];
}

function plainContent(action: CommandAction, purpose: Purpose): ObservationContent {
  if (purpose === 'look') return lookContent(action);
  const search = purpose === 'search';
  return fit(
    content({
      type: 'discovery',
      title: `${search ? 'Searched' : 'Ran'} ${quoteCommand(action.command)}`,
      ...(action.description === undefined ? {} : { subtitle: `Meant to: ${action.description}` }),
      facts: search ? hitFacts(action.output) : outputFacts(action.output),
      concepts: [search ? 'search' : 'command'],
    }),
  );
}

/** A command that was stopped or runs on: what is known is that it started, not how it ended. */
function unfinishedContent(use: ToolUse, action: CommandAction): ObservationContent {
  const how = use.interrupted === true ? 'Interrupted' : 'Started in the background';
  return fit(
    content({
      type: 'note',
      title: `${how}: ${quoteCommand(action.command)}`,
      facts: ['How it ended is not known from this.', ...outputFacts(action.output)],
      concepts: ['command'],
    }),
  );
}

/** A command that failed: the command, its exit code, and the lines of the error that tell most. */
export function failedCommand(use: ToolUse, action: CommandAction, error: string): ObservationContent {
  if (use.interrupted === true) return unfinishedContent(use, { ...action, output: error });
  const code = exitCodeOf(error);
  return fit(
    content({
      type: 'failure',
      title: `Failed: ${quoteCommand(action.command)}`,
      facts: [...(code === undefined ? [] : [`Exit code ${code}`]), ...errorLines(error, 5)],
      concepts: ['failure'],
    }),
  );
}

/** What a finished command comes to: files changed, commits, test outcomes, else what it showed; or why nothing. */
export function finishedCommand(
  use: ToolUse,
  action: CommandAction,
  root: string,
): ObservationContent[] | SkipRule {
  const parts = shellParts(action.command);
  const known = new Set(action.changes?.map((change) => change.path));
  const bare = (action.files ?? []).filter((path) => !known.has(path));
  const changes = [
    ...(action.changes ?? []),
    ...bare.map((path) => ({ path, created: false, added: [], removed: [] })),
  ].map((change) => fileChangeContent(change, root));
  if (use.interrupted === true || action.background === true)
    return [...changes, unfinishedContent(use, action)];
  const commits = commitContents(parts, action.output);
  const tests = testContent(action, commits.length > 0);
  const found = [...changes, ...(tests === undefined ? [] : [tests]), ...commits];
  if (found.length > 0) return found;
  const purpose = purposeOfLine(parts);
  if (purpose === 'trivial') return 'trivial-command';
  if (purpose === 'look' && tellingLines(action.output).length === 0) return 'empty-look';
  return [plainContent(action, purpose)];
}
