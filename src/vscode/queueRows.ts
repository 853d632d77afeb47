import * as vscode from 'vscode';
import type { SetAside } from '../capture/setAsideStore';
import { MESSAGE_LIMIT, type QueuedSession, type StoreStatus } from '../keeper/client';
import type { QueuedMessage } from '../queue/message';
import { messageRow } from './messageRow';
import { restText } from './providerText';
import { sessionName } from './sessionRows';
import { sessionState } from './sessionState';
import { whenText } from './rowText';
import { errorRow, joined, row } from './treeRow';
import { waitingFor } from './waiting';

/** One row of the queue. */
export type QueueNode =
  | { readonly kind: 'queued'; readonly queued: QueuedSession }
  | { readonly kind: 'message'; readonly message: QueuedMessage; readonly queued: QueuedSession }
  /** Further messages of a session, or further sessions, that are not listed. */
  | { readonly kind: 'rest'; readonly of: string; readonly count: number | undefined }
  | { readonly kind: 'setAsideAll'; readonly all: readonly SetAside[] }
  | { readonly kind: 'setAside'; readonly setAside: SetAside }
  | { readonly kind: 'error'; readonly of: string; readonly message: string };

/** Unique in the tree and stable, so that a refresh keeps selection and expansion. */
export function queueNodeId(node: QueueNode): string {
  switch (node.kind) {
    case 'queued':
      return `queued:${node.queued.session.id}`;
    case 'message':
      return `message:${node.message.id}`;
    case 'setAside':
      return `setAside:${node.setAside.reason}:${node.setAside.sha256}`;
    case 'rest':
    case 'error':
      return `${node.kind}:${node.of}`;
    case 'setAsideAll':
      return node.kind;
  }
}

export function queueItem(node: QueueNode, status: StoreStatus, now: number): vscode.TreeItem {
  const id = queueNodeId(node);
  switch (node.kind) {
    case 'queued':
      return queuedRow(id, node.queued, status, now);
    case 'message':
      return messageRow(id, node.message, waitingText(node.message, node.queued, status, now));
    case 'rest':
      return row(
        id,
        node.count === undefined
          ? vscode.l10n.t('More sessions wait')
          : vscode.l10n.t('{0} more', node.count.toLocaleString()),
        'ellipsis',
      );
    case 'setAsideAll':
      return setAsideAllRow(id, node.all);
    case 'setAside':
      return setAsideRow(id, node.setAside, now);
    case 'error':
      return errorRow(id, node.message);
  }
}

const icons = { working: 'sync~spin', waiting: 'clock', failed: 'warning', open: 'clock', ended: 'clock' };

function queuedRow(
  id: string,
  { session, oldestAt }: QueuedSession,
  status: StoreStatus,
  now: number,
): vscode.TreeItem {
  const { pending, processing, failed } = session.queue;
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const state = sessionState(session, { now, paused: status.paused || status.providerPause !== undefined });
  const label = sessionName(session);
  const item = row(id, label, icons[state], failed > 0 ? Expanded : Collapsed);
  const waiting = pending + processing;
  item.description = joined(
    waiting > 0 ? vscode.l10n.t('{0} waiting', waiting) : '',
    failed > 0 ? vscode.l10n.t('{0} failed', failed) : '',
    vscode.l10n.t('since {0}', whenText(oldestAt, now)),
  );
  item.contextValue = failed > 0 ? 'queued.failed' : 'queued';
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

/** What a message waits for, as its row says it; empty where its state says all. */
function waitingText(
  message: QueuedMessage,
  { session }: QueuedSession,
  status: StoreStatus,
  now: number,
): string {
  const waiting = waitingFor(message, session, status, now);
  switch (waiting.for) {
    case 'person':
      return joined(waiting.error, vscode.l10n.t('{0} attempts', waiting.attempts));
    case 'resume':
      return vscode.l10n.t('paused by you');
    case 'provider':
      return restText(waiting.pause);
    case 'retry':
      return joined(
        vscode.l10n.t('next try at {0}, {1} failed', whenText(waiting.at, now), waiting.attempts),
        waiting.error,
      );
    case 'turn':
      return vscode.l10n.t('waits for its turn');
    case 'start':
      return '';
    case 'rest':
      return vscode.l10n.t('gathered with the rest of its turn');
    case 'answer':
      return '';
  }
}

function setAsideAllRow(id: string, all: readonly SetAside[]): vscode.TreeItem {
  const label = vscode.l10n.t('Set aside');
  const item = row(id, label, 'question', vscode.TreeItemCollapsibleState.Collapsed);
  const count = all.reduce((sum, one) => sum + one.count, 0);
  item.description = vscode.l10n.t('{0} not understood', count.toLocaleString());
  item.contextValue = 'setAsideAll';
  item.tooltip = vscode.l10n.t(
    'Events that agents sent and Tidemark could not understand. They are not remembered, and forgotten after 90 days.',
  );
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

function setAsideRow(id: string, setAside: SetAside, now: number): vscode.TreeItem {
  const { reason, count, size, lastAt } = setAside;
  const label = reasonText(reason);
  const item = row(id, label, 'circle-slash');
  item.description = joined(count > 1 ? `${count} ×` : '', sizeText(size), whenText(lastAt, now));
  item.contextValue = 'setAside';
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

function reasonText(reason: SetAside['reason']): string {
  switch (reason) {
    case 'empty':
      return vscode.l10n.t('Nothing was sent');
    case 'too-large':
      return vscode.l10n.t('Larger than 10 MB');
    case 'cut-off':
      return vscode.l10n.t('It ended in the middle');
    case 'not-json':
      return vscode.l10n.t('Not JSON');
    case 'not-an-object':
      return vscode.l10n.t('Not a JSON object');
    case 'unknown-event':
      return vscode.l10n.t('An event of unknown kind');
    case 'bad-payload':
      return vscode.l10n.t('An event of unknown form');
  }
}

/** @param bytes in steps of 1000. */
function sizeText(bytes: number): string {
  const format = (value: number) => value.toLocaleString(undefined, { maximumFractionDigits: 1 });
  if (bytes < 1_000) return vscode.l10n.t('{0} bytes', bytes);
  return bytes < 1_000_000
    ? vscode.l10n.t('{0} kB', format(bytes / 1_000))
    : vscode.l10n.t('{0} MB', format(bytes / 1_000_000));
}

/** The whole text where the row is cut; made only when the pointer rests on the row. */
export function queueTooltip(node: QueueNode, status: StoreStatus, now: number): string | undefined {
  switch (node.kind) {
    case 'queued': {
      const { session, oldestAt } = node.queued;
      const since = new Date(oldestAt).toLocaleString();
      return [sessionName(session), session.project.root, vscode.l10n.t('Waits since {0}', since)].join('\n');
    }
    case 'message': {
      const { createdAt } = node.message;
      const done = vscode.l10n.t('Done by the agent on {0}', new Date(createdAt).toLocaleString());
      return [waitingText(node.message, node.queued, status, now), done].filter(Boolean).join('\n');
    }
    case 'rest':
      return node.count === undefined
        ? undefined
        : vscode.l10n.t('The first {0} of a session are listed.', MESSAGE_LIMIT);
    case 'setAside':
      return [node.setAside.head, `SHA-256 ${node.setAside.sha256}`].filter(Boolean).join('\n');
    case 'setAsideAll':
    case 'error':
      return undefined;
  }
}
