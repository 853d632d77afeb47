import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { MemoryGroup, MemoryGrouping } from '../memory/library';
import { observationText, type Observation, type ObservationType } from '../memory/observation';
import { changedText } from './changedMarks';
import { commands } from './ids';
import { memoryUri } from './memoryUri';
import { dayText, memoryIcon, typeName, whenText } from './rowText';
import { errorRow, row } from './treeRow';

/** Rows that have others beneath. */
export type MemoryParent =
  | { readonly kind: 'pinned'; readonly id: string }
  | { readonly kind: 'group'; readonly id: string; readonly by: MemoryGrouping; readonly group: MemoryGroup };

/** One row of the memory view. Ids are stable, so that a refresh keeps selection and expansion. */
export type MemoryNode =
  | MemoryParent
  | { readonly kind: 'observation'; readonly id: string; readonly observation: Observation }
  /** Loads the next page of a parent, or of the groups. */
  | { readonly kind: 'more'; readonly id: string; readonly of: MemoryParent | undefined }
  /** Rows that could not be read: shown, never dropped. */
  | { readonly kind: 'error'; readonly id: string; readonly message: string };

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** @param changed files of the observation that are known to have changed since. @param now ms since the epoch. */
export function memoryItem(node: MemoryNode, changed: readonly string[], now: number): vscode.TreeItem {
  switch (node.kind) {
    case 'pinned': {
      const item = row(node.id, vscode.l10n.t('Pinned'), 'pinned', Expanded);
      item.contextValue = 'pinned';
      return item;
    }
    case 'group':
      return groupItem(node, now);
    case 'observation':
      return observationItem(node.id, node.observation, changed, now);
    case 'more': {
      const item = row(node.id, vscode.l10n.t('Load more'), 'ellipsis', None);
      item.command = {
        command: commands.loadMoreMemory,
        title: vscode.l10n.t('Load more'),
        arguments: [node],
      };
      return item;
    }
    case 'error':
      return errorRow(node.id, node.message);
  }
}

function groupItem({ id, by, group }: Extract<MemoryNode, { kind: 'group' }>, now: number): vscode.TreeItem {
  const item = row(id, groupName(by, group, now), groupIcon(by, group), Collapsed);
  item.contextValue = `group.${by}`;
  if (by === 'file') {
    item.resourceUri = vscode.Uri.file(group.key);
    item.iconPath = vscode.ThemeIcon.File;
    item.description = dirname(group.key);
    item.tooltip = group.key;
  }
  const kinds = {
    project: vscode.l10n.t('project'),
    type: vscode.l10n.t('type'),
    file: vscode.l10n.t('file'),
    day: vscode.l10n.t('day'),
  };
  item.accessibilityInformation = { label: `${item.label as string}, ${kinds[by]}` };
  return item;
}

function groupName(by: MemoryGrouping, { key, name }: MemoryGroup, now: number): string {
  switch (by) {
    case 'project':
      return name;
    case 'type':
      return typeName(key as ObservationType);
    case 'file':
      return basename(key) || key;
    case 'day':
      return dayText(Number(key), now);
  }
}

function groupIcon(by: MemoryGrouping, { key }: MemoryGroup): string {
  const icons = { project: 'repo', file: 'file', day: 'calendar' };
  return by === 'type' ? memoryIcon(key as ObservationType) : icons[by];
}

function observationItem(
  id: string,
  observation: Observation,
  changed: readonly string[],
  now: number,
): vscode.TreeItem {
  const { type, title, pinnedAt, subagent, createdAt, facts, editedAt } = observation;
  const isPinned = pinnedAt !== undefined;
  const item = row(id, title.replace(/\s+/g, ' '), memoryIcon(type), None);
  // By its address VS Code asks for the mark of what has changed.
  item.resourceUri = memoryUri({ kind: 'observation', id: observation.id });
  const by = subagent && (subagent.type ?? vscode.l10n.t('sub-agent'));
  item.description = [whenText(createdAt, now), isPinned && vscode.l10n.t('pinned'), by, facts[0]]
    .filter(Boolean)
    .join(' · ');
  item.contextValue = isPinned ? 'observation.pinned' : 'observation';
  item.command = {
    command: commands.openMemory,
    title: vscode.l10n.t('Open'),
    arguments: [{ kind: 'observation', id: observation.id }],
  };
  item.accessibilityInformation = {
    label: [
      `${typeName(type)}: ${observationText(observation)}`,
      whenText(createdAt, now),
      isPinned && vscode.l10n.t('pinned'),
      editedAt !== undefined && vscode.l10n.t('edited'),
      by !== undefined && vscode.l10n.t('by the sub-agent {0}', by),
      changed.length > 0 && changedText(changed),
    ]
      .filter(Boolean)
      .join(', '),
  };
  return item;
}

/** The whole text; made only when the pointer rests on the row. */
export function memoryTooltip(
  { observation }: Extract<MemoryNode, { kind: 'observation' }>,
  changed: readonly string[],
) {
  const { type, createdAt, editedAt } = observation;
  return [
    observationText(observation),
    '',
    `${typeName(type)} · ${new Date(createdAt).toLocaleString()}`,
    editedAt !== undefined && vscode.l10n.t('Edited {0}', new Date(editedAt).toLocaleString()),
    changed.length > 0 && changedText(changed),
  ]
    .filter((line) => line !== false)
    .join('\n');
}
