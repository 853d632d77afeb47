import type { Subagent, ToolUse } from '../../../capture/vocabulary';
import type { ObservationContent } from '../../../memory/observation';
import type { MessageBody } from '../../../queue/message';
import { failedCommand, finishedCommand, hitFacts, LOOK, mergeTestRuns, TEST_RUN } from './commands';
import { FILE_CHANGE, fileChangeContent, fileOfTitle, mergeFileChanges } from './fileChanges';
import { errorLines, headlineOf, tellingLines } from './output';
import { tellingText } from './sentences';
import type { SkipRule } from './skipRules';
import { content, cut, fit, oneLine, relativePath, unique } from './text';

const READING = 'reading';
const SUBAGENT = 'sub-agent';
/** Tools with which agents keep their own lists or load other tools, by the words in their names. */
const bookkeepingTool =
  /^(todo|toolsearch|task(create|update|list|get)|(enter|exit)planmode|update_plan|report_intent)/i;

/** Leaves room for a title and a task, so that a report reads the same with and without them. */
const REPORT_LIMIT = 260;

type Found = ObservationContent[] | SkipRule;

function readingTitle(paths: readonly string[], root: string): string {
  return `Read ${paths.map((path) => relativePath(path, root)).join(', ')}`;
}

function readContent(
  action: { path: string; content?: string; image?: boolean },
  root: string,
): ObservationContent {
  const name = relativePath(action.path, root);
  const headline = action.image === true ? 'a picture' : headlineOf(action.content ?? '');
  return fit(
    content({
      type: 'discovery',
      title: readingTitle([action.path], root),
      facts: headline === undefined ? [] : [`${name}: ${cut(headline, 110)}`],
      concepts: [READING],
      filesRead: [action.path],
    }),
  );
}

function reportContent(text: string, subagent: Subagent): ObservationContent | undefined {
  const inner = /<summary>([^]*?)(?:<\/summary>|$)/.exec(text)?.[1] ?? text;
  const narrative = tellingText(inner, REPORT_LIMIT);
  if (narrative === '') return undefined;
  const own = subagent.id === 'compaction';
  return fit(
    content({
      type: 'discovery',
      title: own
        ? "The agent's own account when its context was compacted"
        : `Sub-agent${subagent.type ? ` (${cut(subagent.type, 30)})` : ''} reported`,
      narrative,
      concepts: [own ? 'own account' : SUBAGENT],
    }),
  );
}

function delegateContent(action: {
  description: string;
  result: string;
  subagentId?: string;
}): ObservationContent {
  const task = cut(oneLine(action.description), 70);
  const report = reportContent(action.result, { id: action.subagentId ?? '' });
  if (report !== undefined) return fit({ ...report, subtitle: `Task: ${task}` });
  return fit(content({ type: 'note', title: `Gave a sub-agent the task: ${task}`, concepts: [SUBAGENT] }));
}

function searchContent(
  action: { query: string; path?: string; output: string },
  root: string,
): ObservationContent {
  const where =
    action.path === undefined || action.path === root ? '' : ` in ${relativePath(action.path, root)}`;
  return fit(
    content({
      type: 'discovery',
      title: `Searched for \`${cut(oneLine(action.query), 100)}\`${where}`,
      facts: hitFacts(action.output),
      concepts: ['search'],
    }),
  );
}

function otherContent(title: string, input: string, output: string): ObservationContent {
  return fit(
    content({
      type: 'discovery',
      title,
      facts: [
        ...(input === '' ? [] : [`Asked: ${cut(oneLine(input), 120)}`]),
        cut(tellingLines(output).join(' '), 220),
      ],
      concepts: ['tool'],
    }),
  );
}

function failedUse(use: ToolUse, error: string, root: string): ObservationContent {
  const { action } = use;
  if (action.kind === 'command') return failedCommand(use, action, error);
  const subject =
    action.kind === 'read' || action.kind === 'edit'
      ? relativePath(action.path, root)
      : action.kind === 'search'
        ? action.query
        : action.kind === 'web'
          ? action.target
          : action.kind === 'delegate'
            ? action.description
            : action.input;
  return fit(
    content({
      type: use.interrupted === true ? 'note' : 'failure',
      title: `${use.interrupted === true ? 'Interrupted' : 'Failed'}: ${use.tool} ${cut(oneLine(subject), 100)}`,
      facts: errorLines(error, 4),
      concepts: ['failure'],
    }),
  );
}

function finishedUse(use: ToolUse, root: string): Found {
  const { action } = use;
  switch (action.kind) {
    case 'command':
      return finishedCommand(use, action, root);
    case 'edit':
      return [fileChangeContent(action, root)];
    case 'read':
      return [readContent(action, root)];
    case 'search':
      return [searchContent(action, root)];
    case 'web':
      return [otherContent(`Looked up ${cut(action.target, 150)}`, '', tellingText(action.output, 220))];
    case 'delegate':
      return [delegateContent(action)];
    case 'other':
      if (bookkeepingTool.test(action.tool)) return 'bookkeeping';
      return [otherContent(`Used ${action.tool}`, action.input, action.output)];
  }
}

/** What one message comes to by itself, in the project at `root`; or the rule by which it comes to nothing. */
export function findingsOf(body: Extract<MessageBody, { kind: 'observation' }>, root: string): Found {
  if ('report' in body) {
    const report = reportContent(body.report.text, body.report.subagent);
    return report === undefined ? 'empty-report' : [report];
  }
  const { use } = body;
  return use.error === undefined ? finishedUse(use, root) : [failedUse(use, use.error, root)];
}

/**
 * What makes two observations of one turn one. Computed from the content alone, so that what the store gives
 * back is recognised like what this batch made.
 */
export function keyOf(found: ObservationContent): string {
  const [kind = ''] = found.concepts;
  switch (kind) {
    case FILE_CHANGE:
      return `${kind}|${fileOfTitle(found.title)}`;
    case READING:
    case LOOK:
    case TEST_RUN:
      return kind;
    case SUBAGENT:
      return `${kind}|${found.narrative ?? found.title}`;
    default:
      return [kind, found.title, found.narrative, ...found.facts].join('|');
  }
}

/** One observation of two with the same key. A pure function of the two contents, like {@link keyOf}. */
export function merge(
  before: ObservationContent,
  after: ObservationContent,
  root: string,
): ObservationContent {
  switch (before.concepts[0]) {
    case FILE_CHANGE:
      return mergeFileChanges(before, after);
    case READING: {
      const filesRead = unique([...before.filesRead, ...after.filesRead]);
      const facts = [...before.facts, ...after.facts];
      return fit({ ...before, title: readingTitle(filesRead, root), filesRead, facts });
    }
    case LOOK:
      return fit({ ...before, facts: [...before.facts, ...after.facts] });
    case TEST_RUN:
      return mergeTestRuns(before, after);
    case SUBAGENT:
      return fit({
        ...after,
        title: before.title,
        ...(before.subtitle ? { subtitle: before.subtitle } : {}),
      });
    default:
      return before;
  }
}
