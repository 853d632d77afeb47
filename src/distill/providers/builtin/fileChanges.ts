import type { FileChange } from '../../../capture/vocabulary';
import type { ObservationContent } from '../../../memory/observation';
import { content, cut, fit, oneLine, relativePath, unique } from './text';

export const FILE_CHANGE = 'file change';

/** What can have happened to a file in a turn, as titles tell it. Longer ones first: they are looked for in order. */
const verbs = ['Created and deleted again', 'Created', 'Changed', 'Deleted'] as const;
type Verb = (typeof verbs)[number];

const FACT_LIMIT = 150;
/** From this weight on, a line tells something by itself. */
const TELLING = 4;
const MOST_FACTS = 8;
const FEW_FACTS = 4;
const commentStart = /^(\/\/|#(?!!|include|define|if|endif|pragma)|\/\*|\*(?!\/)|"""|'''|--\s|<!--|;;|%)/;
const directive = /eslint-|@ts-|noqa|prettier-|type: ignore|nolint|pylint/;
const proseFile = /\.(md|mdx|markdown|txt|rst|adoc|org)$/i;
const decisionFile = /(^|[\\/])(adrs?|decisions?)[\\/]/i;
const cue =
  /\b(because|why|must|never|always|only|not|required?|instead|first|twice|still|decid\w+|default\w*|until|unless|refuses?)\b/i;
const declaration =
  /^(export\s|async\s|public\s|private\s|static\s|def\s|class\s|function\s|fn\s|func\s|interface\s|type\s|struct\s|enum\s|const\s+\w+\s*=\s*(async\s*)?\(|CREATE\s)/i;
const testCase = /^(test|it|describe|t\.Run)\s*\(|^(async\s+)?def\s+test_|^@Test\b|#\[test\]/;
const complaint = /\b(throw|raise|panic|assert\w*|error|fail|exit|echo)\b/i;
const importLine = /^(import\s|from\s+\S+\s+import\s|use\s|#include|require\(|const\s+\S+\s*=\s*require\()/;

/** How much a line tells about its change: whole numbers, more tells more, 0 tells nothing. */
function weight(line: string, prose: boolean): number {
  if (!/[\p{L}\p{N}]{2}/u.test(line) || line.startsWith('#!')) return 0;
  if (/[-=*#]{10}/.test(line)) return 1;
  if (prose) return 4 + (line.startsWith('#') ? 3 : 0) + (cue.test(line) ? 2 : 0);
  if (commentStart.test(line) && directive.test(line)) return 1;
  if (commentStart.test(line)) return 6 + (cue.test(line) ? 2 : 0);
  if (testCase.test(line)) return 5;
  if (importLine.test(line) || (line.endsWith(',') && line.length < 40)) return 1;
  if (complaint.test(line)) return 4;
  return declaration.test(line) ? 4 : 2;
}

/**
 * Facts with what tells most first; plain lines only where there is little else. A fact's weight is in its
 * words, so that facts of several edits can be ranked together.
 */
function ranked(facts: readonly string[], path: string): string[] {
  const prose = proseFile.test(path);
  return unique(facts)
    .map((fact, at) => ({ fact, at, weight: weight(fact, prose) }))
    .sort((a, b) => b.weight - a.weight || a.at - b.at)
    .filter((line, rank) => rank < (line.weight >= TELLING ? MOST_FACTS : FEW_FACTS))
    .map(({ fact }) => fact);
}

function factsOf(change: FileChange): string[] {
  const telling = (lines: readonly string[]) =>
    lines
      .map((line) => cut(oneLine(line), FACT_LIMIT))
      .filter((line) => weight(line, proseFile.test(change.path)) > 0);
  const added = telling(change.added);
  if (added.length > 0) return ranked(added, change.path);
  const [removed] = ranked(telling(change.removed), change.path);
  return removed === undefined ? [] : [`Removed: ${removed}`];
}

function verbOf(title: string): Verb {
  return verbs.find((verb) => title.startsWith(`${verb} `)) ?? 'Changed';
}

/** The file of a change's title: what two changes of one file have in common. */
export function fileOfTitle(title: string): string {
  return title.slice(verbOf(title).length + 1);
}

/** One changed file as an observation. A file that is gone is not among the modified ones. */
export function fileChangeContent(change: FileChange, root: string): ObservationContent {
  const verb: Verb = change.deleted === true ? 'Deleted' : change.created ? 'Created' : 'Changed';
  const name = relativePath(change.path, root);
  return fit(
    content({
      type: decisionFile.test(name) && verb !== 'Deleted' ? 'decision' : 'change',
      title: `${verb} ${name.length > 140 ? `…${name.slice(-139)}` : name}`,
      facts: change.deleted === true ? [] : factsOf(change),
      concepts: [FILE_CHANGE],
      filesModified: change.deleted === true ? [] : [change.path],
    }),
  );
}

function verbAfter(before: Verb, after: Verb): Verb {
  if (after === 'Deleted')
    return before === 'Changed' || before === 'Deleted' ? 'Deleted' : 'Created and deleted again';
  return before === 'Created'
    ? 'Created'
    : after === 'Created' && before !== 'Changed'
      ? 'Created'
      : 'Changed';
}

/** What one turn did to one file, told once. */
export function mergeFileChanges(before: ObservationContent, after: ObservationContent): ObservationContent {
  const verb = verbAfter(verbOf(before.title), verbOf(after.title));
  const file = fileOfTitle(after.title);
  const gone = after.filesModified.length === 0;
  return fit({
    ...after,
    type: gone ? 'change' : after.type,
    title: `${verb} ${file}`,
    facts: gone ? [] : ranked([...before.facts, ...after.facts], file),
  });
}
