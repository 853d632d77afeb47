import * as vscode from 'vscode';
import type { QueuedMessage } from '../queue/message';
import { shorten } from './plainText';
import { row } from './treeRow';

const icons = { pending: 'clock', processing: 'sync~spin', failed: 'warning' } as const;

/**
 * A message of the queue. Its `contextValue` is `message.` and its state.
 * @param told what is to be said of its state, which its icon shows.
 */
export function messageRow(id: string, message: QueuedMessage, told: string): vscode.TreeItem {
  const states = {
    pending: vscode.l10n.t('waiting'),
    processing: vscode.l10n.t('in work'),
    failed: vscode.l10n.t('failed'),
  };
  const state = states[message.state];
  const label = messageLabel(message);
  const item = row(id, label, icons[message.state]);
  item.description = told || state;
  item.contextValue = `message.${message.state}`;
  item.accessibilityInformation = { label: [label, state, told].filter(Boolean).join(', ') };
  return item;
}

/** What was done, in the agent's words. */
function messageLabel({ body }: QueuedMessage): string {
  if (body.kind === 'summary') return vscode.l10n.t('Summary of the turn');
  if ('report' in body) return vscode.l10n.t('Report of a sub-agent');
  const { action, tool } = body.use;
  if (action.kind === 'command') return shorten(action.command);
  return 'path' in action && action.path ? `${tool} ${action.path.split(/[\\/]/).at(-1)}` : tool;
}
