import * as vscode from 'vscode';

/** A row as every view of Tidemark draws it. */
export function row(
  id: string,
  label: string,
  icon: string,
  state = vscode.TreeItemCollapsibleState.None,
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.id = id;
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

/** The row of what could not be read: shown, never dropped. */
export function errorRow(id: string, message: string): vscode.TreeItem {
  const item = row(id, vscode.l10n.t('This could not be read'), 'error');
  item.description = message;
  item.accessibilityInformation = { label: vscode.l10n.t('This could not be read: {0}', message) };
  return item;
}

/** Parts of a description; empty ones are left out. */
export function joined(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(' · ');
}
