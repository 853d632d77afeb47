import * as vscode from 'vscode';

/** Asks before something that can't be taken back lightly; any answer but `action` is no. */
export async function isConfirmed(question: string, detail: string, action: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, action)) === action;
}
