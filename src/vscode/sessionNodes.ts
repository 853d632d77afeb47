import type { Subagent } from '../capture/vocabulary';
import type { SessionDetail, SessionItem } from '../keeper/client';
import type { Observation, Summary } from '../memory/observation';
import type { QueuedMessage } from '../queue/message';
import type { StoredPrompt } from '../session/sessionStore';
import type { SessionGroup } from './sessionGroups';

/** One row of the session tree. */
export type SessionNode =
  | GroupNode
  | SessionRowNode
  | { readonly kind: 'prompt'; readonly prompt: StoredPrompt; readonly detail: SessionDetail }
  | SubagentNode
  | { readonly kind: 'observation'; readonly observation: Observation }
  | { readonly kind: 'summary'; readonly summary: Summary }
  | MessageNode
  | { readonly kind: 'more' }
  /** A row that could not be read: shown, never dropped. */
  | { readonly kind: 'error'; readonly of: string; readonly message: string };

/** The same object as long as the group is listed; what it holds changes. */
export interface GroupNode {
  readonly kind: 'group';
  group: SessionGroup;
  /** Expanded at first: what is newest, and what a filter has found. */
  readonly isExpanded: boolean;
}

/** The same object as long as the session is listed; what it holds changes. */
export interface SessionRowNode {
  readonly kind: 'session';
  session: SessionItem;
}

/** What a sub-agent did in one prompt. */
export interface SubagentNode {
  readonly kind: 'subagent';
  readonly sessionId: number;
  readonly promptNumber: number;
  readonly subagent: Subagent;
  readonly observations: readonly Observation[];
  readonly messages: readonly QueuedMessage[];
}

export interface MessageNode {
  readonly kind: 'message';
  readonly message: QueuedMessage;
}

/** Unique in the tree and stable, so that a refresh keeps selection and expansion. */
export function nodeId(node: SessionNode): string {
  switch (node.kind) {
    case 'group':
      return `group:${node.group.key}`;
    case 'session':
      return `session:${node.session.id}`;
    case 'prompt':
      return `prompt:${node.detail.session.id}:${node.prompt.number}`;
    case 'subagent':
      return `subagent:${node.sessionId}:${node.promptNumber}:${node.subagent.id}`;
    case 'observation':
      return `observation:${node.observation.id}`;
    case 'summary':
      return `summary:${node.summary.id}`;
    case 'message':
      return `message:${node.message.id}`;
    case 'more':
      return 'more';
    case 'error':
      return `error:${node.of}`;
  }
}

/** The rows beneath a session: what came before the first prompt, then prompt by prompt. */
export function rowsOfSession(detail: SessionDetail): SessionNode[] {
  const prompts = detail.prompts.map((prompt): SessionNode => ({ kind: 'prompt', prompt, detail }));
  return [...rowsOfTurn(detail, 0), ...prompts];
}

/** The rows of one prompt: its summary, what the session's own agent did, each sub-agent, what still waits. */
export function rowsOfTurn(detail: SessionDetail, promptNumber: number): SessionNode[] {
  const ofTurn = <T extends { promptNumber: number }>(all: T[]) =>
    all.filter((one) => one.promptNumber === promptNumber);
  const observations = ofTurn(detail.observations);
  const messages = ofTurn(detail.messages);
  const ofSubagents = [...observations.map((o) => o.subagent), ...messages.map(subagentOf)];
  // The first that names its type names it for all: an agent does not tell it with each event.
  const subagents = new Map<string, Subagent>();
  for (const subagent of ofSubagents)
    if (subagent) subagents.set(subagent.id, { ...subagent, ...subagents.get(subagent.id) });
  const nested = [...subagents.values()].map((subagent): SessionNode => ({
    ...{ kind: 'subagent', sessionId: detail.session.id, promptNumber, subagent },
    observations: observations.filter((o) => o.subagent?.id === subagent.id),
    messages: messages.filter((m) => subagentOf(m)?.id === subagent.id),
  }));
  return [
    ...ofTurn(detail.summaries).map((summary): SessionNode => ({ kind: 'summary', summary })),
    ...observations.filter((o) => !o.subagent).map(observationNode),
    ...nested,
    ...messages.filter((m) => !subagentOf(m)).map(messageNode),
  ];
}

export function rowsOfSubagent({ observations, messages }: SubagentNode): SessionNode[] {
  return [...observations.map(observationNode), ...messages.map(messageNode)];
}

function observationNode(observation: Observation): SessionNode {
  return { kind: 'observation', observation };
}

function messageNode(message: QueuedMessage): SessionNode {
  return { kind: 'message', message };
}

/** Under this id the agent's own account of what it compacted comes as a report. */
const NO_SUBAGENT = 'compaction';

function subagentOf({ body }: QueuedMessage): Subagent | undefined {
  if (body.kind === 'summary') return undefined;
  const subagent = 'report' in body ? body.report.subagent : body.use.subagent;
  return subagent?.id === NO_SUBAGENT ? undefined : subagent;
}
