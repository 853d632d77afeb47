import * as vscode from 'vscode';
import type { AgentId } from '../capture/vocabulary';
import type { SessionItem } from '../keeper/client';
import { observationText, summaryText, type Observation, type Summary } from '../memory/observation';
import { isInterrupted } from '../session/sessionStore';
import { commands } from './ids';
import { messageRow } from './messageRow';
import { shorten } from './plainText';
import { dayText, memoryIcon, shortDateText, timeText } from './rowText';
import { daysAgo, type SessionGroup, type SessionGrouping } from './sessionGroups';
import { nodeId, rowsOfTurn, type GroupNode, type SessionNode, type SubagentNode } from './sessionNodes';
import { sessionState, sessionTitle, type Drawing } from './sessionState';
import { errorRow, joined, row } from './treeRow';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** @param grouping what the group of a session tells already, its row does not. */
export function treeItem(node: SessionNode, drawing: Drawing, grouping: SessionGrouping): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return groupRow(node, drawing.now);
    case 'session':
      return sessionRow(node.session, drawing, grouping);
    case 'prompt':
      return promptRow(node);
    case 'subagent':
      return subagentRow(node);
    case 'observation':
      return observationRow(node.observation);
    case 'summary':
      return summaryRow(node.summary);
    case 'message':
      return messageRow(nodeId(node), node.message, node.message.error ?? '');
    case 'more':
      return moreRow();
    case 'error':
      return errorRow(nodeId(node), node.message);
  }
}

const groupIcons = { active: 'pulse', day: 'calendar', project: 'repo', agent: 'hubot' } as const;

function groupRow(node: GroupNode, now: number): vscode.TreeItem {
  const { group, isExpanded } = node;
  const label = groupLabel(group, now);
  const item = row(nodeId(node), label, groupIcons[group.by], isExpanded ? Expanded : Collapsed);
  const count = group.sessions.length;
  item.description = String(count);
  item.contextValue = 'group';
  const sessions = count === 1 ? vscode.l10n.t('1 session') : vscode.l10n.t('{0} sessions', count);
  item.accessibilityInformation = { label: `${label}, ${sessions}` };
  return item;
}

function groupLabel({ by, name, day }: SessionGroup, now: number): string {
  switch (by) {
    case 'active':
      return vscode.l10n.t('Active');
    case 'project':
      return name || vscode.l10n.t('No project');
    case 'agent':
      return agentName(name as AgentId);
    case 'day':
      return dayText(day, now);
  }
}

/** As the agent's own makers write it. */
function agentName(agent: AgentId): string {
  const names: Record<AgentId, string> = {
    'claude-code': 'Claude Code',
    'copilot-cli': 'Copilot CLI',
    codex: 'Codex',
    'gemini-cli': 'Gemini CLI',
    vscode: 'VS Code',
    extension: vscode.l10n.t('Other extensions'),
  };
  return names[agent] ?? agent;
}

/** What a session is called in rows, questions and messages. */
export function sessionName(session: SessionItem): string {
  if (session.promptCount > 0) return sessionTitle(session) ?? vscode.l10n.t('Private session');
  return sessionTitle(session) ?? vscode.l10n.t('Session without a prompt yet');
}

const sessionIcons = {
  working: 'sync~spin',
  waiting: 'clock',
  failed: 'warning',
  open: 'record',
  ended: 'circle-outline',
} as const;

function sessionRow(session: SessionItem, drawing: Drawing, grouping: SessionGrouping): vscode.TreeItem {
  const state = sessionState(session, drawing);
  const { pending, processing, failed } = session.queue;
  const depth = vscode.l10n.t('{0} in the queue', pending + processing);
  const texts = {
    working: depth,
    waiting: depth,
    failed: vscode.l10n.t('{0} failed', failed),
    open: vscode.l10n.t('open'),
    ended: '',
  };
  const title = sessionName(session);
  const item = row(
    `session:${session.id}`,
    title,
    session.isArchived ? 'archive' : sessionIcons[state],
    Collapsed,
  );
  const { lastActivityAt: at } = session;
  const isDayKnown = daysAgo(at, drawing.now) === 0 || (grouping === 'day' && state === 'ended');
  item.description = joined(
    texts[state],
    grouping === 'project' ? '' : session.project.name,
    isDayKnown ? timeText(at) : shortDateText(at, drawing.now),
  );
  item.contextValue = session.isArchived ? 'session.archived' : 'session';
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

function promptRow(node: Extract<SessionNode, { kind: 'prompt' }>): vscode.TreeItem {
  const { prompt, detail } = node;
  const text = prompt.isPrivate ? vscode.l10n.t('(private)') : shorten(prompt.text);
  const hasChildren = rowsOfTurn(detail, prompt.number).length > 0;
  const item = row(nodeId(node), text, 'comment', hasChildren ? Collapsed : None);
  const count = detail.observations.filter(({ promptNumber }) => promptNumber === prompt.number).length;
  item.description = joined(
    isInterrupted(prompt, detail.session) ? vscode.l10n.t('interrupted') : '',
    observationCount(count),
  );
  item.contextValue = 'prompt';
  item.accessibilityInformation = { label: joined(text, item.description) };
  return item;
}

function observationCount(count: number): string {
  if (count === 0) return '';
  return count === 1 ? vscode.l10n.t('1 observation') : vscode.l10n.t('{0} observations', count);
}

function subagentRow(node: SubagentNode): vscode.TreeItem {
  const name = node.subagent.type ?? vscode.l10n.t('Sub-agent');
  const item = row(nodeId(node), name, 'hubot', Collapsed);
  const waiting = node.messages.length;
  item.description = joined(
    vscode.l10n.t('sub-agent'),
    observationCount(node.observations.length),
    waiting > 0 ? vscode.l10n.t('{0} in the queue', waiting) : '',
  );
  item.contextValue = 'subagent';
  item.accessibilityInformation = { label: `${name}, ${item.description}` };
  return item;
}

function observationRow(observation: Observation): vscode.TreeItem {
  const { id, title, type, facts, subagent } = observation;
  const item = row(`observation:${id}`, title, memoryIcon(type));
  item.description = facts[0] ?? '';
  item.contextValue = 'observation';
  item.command = {
    command: commands.openMemory,
    title: vscode.l10n.t('Open'),
    arguments: [{ kind: 'observation', id }],
  };
  const told = `${type}: ${observationText(observation)}`;
  const by = subagent && (subagent.type ?? vscode.l10n.t('sub-agent'));
  item.accessibilityInformation = {
    label: by === undefined ? told : vscode.l10n.t('{0}, by the sub-agent {1}', told, by),
  };
  return item;
}

function summaryRow(summary: Summary): vscode.TreeItem {
  const item = row(`summary:${summary.id}`, vscode.l10n.t('Summary'), 'book');
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

function moreRow(): vscode.TreeItem {
  const item = row('more', vscode.l10n.t('Load more'), 'ellipsis');
  item.command = { command: commands.loadMore, title: vscode.l10n.t('Load more') };
  return item;
}

/** The full text where the label is cut; made only when the pointer rests on the row. */
export function rowTooltip(node: SessionNode): string | undefined {
  switch (node.kind) {
    case 'session': {
      const { title, agentTitle, firstPrompt, agent, project, startedAt } = node.session;
      return [
        ...[title, agentTitle, firstPrompt].filter(Boolean),
        `${agentName(agent)} · ${project.root}`,
        new Date(startedAt).toLocaleString(),
      ].join('\n');
    }
    case 'prompt':
      return node.prompt.text || undefined;
    case 'observation':
      return observationText(node.observation);
    case 'summary':
      return summaryText(node.summary);
    case 'message':
      return node.message.error;
    case 'group':
    case 'subagent':
    case 'more':
    case 'error':
      return undefined;
  }
}
