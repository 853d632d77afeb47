import * as vscode from 'vscode';
import type { SessionDetail, SessionItem } from '../keeper/client';
import type { Observation, Summary } from '../memory/observation';
import { observationText, summaryText } from '../memory/observation';
import type { QueuedMessage } from '../queue/message';
import { isInterrupted, type StoredPrompt } from '../session/sessionStore';
import { commands } from './ids';
import { memoryIcon, shorten, when } from './rowText';

/** What rows depend on beside their node. */
export interface Drawing {
  /** ms since the epoch. */
  now: number;
  paused: boolean;
}

/** One row of the session tree. Ids are stable, so that a refresh keeps selection and expansion. */
export type SessionNode =
  | { kind: 'session'; session: SessionItem }
  | { kind: 'prompt'; sessionId: number; prompt: StoredPrompt; detail: SessionDetail }
  | { kind: 'observation'; observation: Observation }
  | { kind: 'summary'; summary: Summary }
  | { kind: 'message'; message: QueuedMessage }
  | { kind: 'more' }
  /** A row that could not be read: shown, never dropped. */
  | { kind: 'error'; id: string; message: string };

/** A session that was not ended counts as open this long after its last activity, ms. */
const OPEN_MS = 60 * 60 * 1_000;

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** `waiting`: it has work, but distilling is paused. */
export type SessionStateName = 'working' | 'waiting' | 'failed' | 'open' | 'ended';

export function sessionState(session: SessionItem, { now, paused }: Drawing): SessionStateName {
  const { queue, endedAt, lastActivityAt } = session;
  if (queue.processing > 0 || (queue.pending > 0 && !paused)) return 'working';
  if (queue.pending > 0) return 'waiting';
  if (queue.failed > 0) return 'failed';
  return endedAt === undefined && now - lastActivityAt < OPEN_MS ? 'open' : 'ended';
}

/** The rows beneath a session: what came before the first prompt, then prompt by prompt. */
export function childrenOf(node: SessionNode, detail: SessionDetail | undefined): SessionNode[] {
  if (node.kind === 'prompt') return turnOf(node.detail, node.prompt.number);
  if (node.kind !== 'session' || !detail) return [];
  const prompts = detail.prompts.map((prompt): SessionNode => ({
    kind: 'prompt',
    sessionId: node.session.id,
    prompt,
    detail,
  }));
  return [...turnOf(detail, 0), ...prompts];
}

function turnOf({ observations, summaries, messages }: SessionDetail, number: number): SessionNode[] {
  const ofTurn = <T extends { promptNumber: number }>(all: T[]) =>
    all.filter((o) => o.promptNumber === number);
  return [
    ...ofTurn(summaries).map((summary): SessionNode => ({ kind: 'summary', summary })),
    ...ofTurn(observations).map((observation): SessionNode => ({ kind: 'observation', observation })),
    ...ofTurn(messages).map((message): SessionNode => ({ kind: 'message', message })),
  ];
}

export function treeItem(node: SessionNode, drawing: Drawing): vscode.TreeItem {
  switch (node.kind) {
    case 'session':
      return sessionItem(node.session, drawing);
    case 'prompt':
      return promptItem(node.sessionId, node.prompt, node.detail);
    case 'observation':
      return observationItem(node.observation);
    case 'summary':
      return summaryItem(node.summary);
    case 'message':
      return messageItem(node.message);
    case 'more':
      return moreItem();
    case 'error': {
      const item = row(`error:${node.id}`, vscode.l10n.t('This could not be read'), 'error', None);
      item.description = node.message;
      return item;
    }
  }
}

function row(
  id: string,
  label: string,
  icon: string,
  state: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

function sessionItem(session: SessionItem, drawing: Drawing): vscode.TreeItem {
  const { now } = drawing;
  const state = sessionState(session, drawing);
  const { pending, processing, failed } = session.queue;
  const icons = {
    working: 'sync~spin',
    waiting: 'clock',
    failed: 'warning',
    open: 'record',
    ended: 'circle-outline',
  };
  const depth = vscode.l10n.t('{0} in the queue', pending + processing);
  const texts = {
    working: depth,
    waiting: depth,
    failed: vscode.l10n.t('{0} failed', failed),
    open: vscode.l10n.t('open'),
    ended: '',
  };
  const title = shorten(session.firstPrompt ?? '') || untitled(session);
  const item = row(`session:${session.id}`, title, icons[state], Collapsed);
  item.description = [texts[state], session.project.name, when(session.lastActivityAt, now)]
    .filter(Boolean)
    .join(' · ');
  item.contextValue = 'session';
  const stateText = {
    working: vscode.l10n.t('working'),
    waiting: vscode.l10n.t('paused'),
    failed: vscode.l10n.t('failed'),
    open: vscode.l10n.t('open'),
    ended: vscode.l10n.t('ended'),
  };
  item.accessibilityInformation = { label: `${title}, ${stateText[state]}, ${item.description}` };
  return item;
}

function untitled({ promptCount }: SessionItem): string {
  return promptCount > 0 ? vscode.l10n.t('Private session') : vscode.l10n.t('Session without a prompt yet');
}

function promptItem(sessionId: number, prompt: StoredPrompt, detail: SessionDetail): vscode.TreeItem {
  const text = prompt.isPrivate ? vscode.l10n.t('(private)') : shorten(prompt.text);
  const children = turnOf(detail, prompt.number);
  const item = row(
    `prompt:${sessionId}:${prompt.number}`,
    text,
    'comment',
    children.length > 0 ? Collapsed : None,
  );
  const count = children.filter(({ kind }) => kind === 'observation').length;
  const counted = count === 1 ? vscode.l10n.t('1 observation') : vscode.l10n.t('{0} observations', count);
  item.description = [
    isInterrupted(prompt, detail.session) ? vscode.l10n.t('interrupted') : '',
    count > 0 ? counted : '',
  ]
    .filter(Boolean)
    .join(' · ');
  return item;
}

function observationItem(observation: Observation): vscode.TreeItem {
  const item = row(`observation:${observation.id}`, observation.title, memoryIcon(observation.type), None);
  const { subagent } = observation;
  const by = subagent && (subagent.type ?? vscode.l10n.t('sub-agent'));
  item.description = [by, observation.facts[0]].filter(Boolean).join(' · ');
  item.contextValue = 'observation';
  item.command = {
    command: commands.openMemory,
    title: vscode.l10n.t('Open'),
    arguments: [{ kind: 'observation', id: observation.id }],
  };
  const told = `${observation.type}: ${observationText(observation)}`;
  item.accessibilityInformation = {
    label: by === undefined ? told : vscode.l10n.t('{0}, by the sub-agent {1}', told, by),
  };
  return item;
}

function summaryItem(summary: Summary): vscode.TreeItem {
  const item = row(`summary:${summary.id}`, vscode.l10n.t('Summary'), 'book', None);
  item.description = shorten(summary.completed ?? summary.learned ?? summary.investigated ?? summary.request);
  item.contextValue = 'summary';
  item.command = {
    command: commands.openMemory,
    title: vscode.l10n.t('Open'),
    arguments: [{ kind: 'summary', id: summary.id }],
  };
  item.accessibilityInformation = { label: vscode.l10n.t('Summary: {0}', summaryText(summary)) };
  return item;
}

function messageItem(message: QueuedMessage): vscode.TreeItem {
  const icons = { pending: 'clock', processing: 'sync~spin', failed: 'warning' };
  const states = {
    pending: vscode.l10n.t('waiting'),
    processing: vscode.l10n.t('in work'),
    failed: vscode.l10n.t('failed'),
  };
  const item = row(`message:${message.id}`, messageLabel(message), icons[message.state], None);
  item.description =
    message.error === undefined ? states[message.state] : `${states[message.state]}: ${message.error}`;
  item.contextValue = `message.${message.state}`;
  return item;
}

function messageLabel({ body }: QueuedMessage): string {
  if (body.kind === 'summary') return vscode.l10n.t('Summary of the turn');
  if ('report' in body) return vscode.l10n.t('Report of a sub-agent');
  const { action, tool } = body.use;
  if (action.kind === 'command') return shorten(action.command);
  return 'path' in action && action.path ? `${tool} ${action.path.split(/[\\/]/).at(-1)}` : tool;
}

function moreItem(): vscode.TreeItem {
  const item = row('more', vscode.l10n.t('Load more'), 'ellipsis', None);
  item.command = { command: commands.loadMore, title: vscode.l10n.t('Load more') };
  return item;
}

/** The full text where the label is cut; made only when the pointer rests on the row. */
export function rowTooltip(node: SessionNode): string | undefined {
  switch (node.kind) {
    case 'session':
      return [
        node.session.firstPrompt ?? '',
        `${node.session.agent} · ${node.session.project.root}`,
        new Date(node.session.startedAt).toLocaleString(),
      ].join('\n');
    case 'prompt':
      return node.prompt.text || undefined;
    case 'observation':
      return observationText(node.observation);
    case 'summary':
      return summaryText(node.summary);
    case 'message':
      return node.message.error;
    case 'more':
    case 'error':
      return undefined;
  }
}
