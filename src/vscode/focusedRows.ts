import * as vscode from 'vscode';

/** What a key passes instead of a row (`args` in package.json): the one that the keyboard is on is meant. */
export type Focused = 'focused';

/**
 * What a key in this view is about: the row that the keyboard is on, or all that are selected where it is one of
 * them. VS Code tells extensions of the selection alone: so the row is put into it, or out of it, for a moment.
 */
export async function focusedRows<T>(
  view: vscode.TreeView<T>,
  idOf: (node: T) => string,
): Promise<readonly T[]> {
  const toggle = () => vscode.commands.executeCommand('list.toggleSelection');
  const before = view.selection;
  const ids = new Set(before.map(idOf));
  await toggle();
  const added = view.selection.filter((node) => !ids.has(idOf(node)));
  await toggle();
  return added.length > 0 ? added : before;
}
