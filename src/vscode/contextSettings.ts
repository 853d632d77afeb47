import * as vscode from 'vscode';
import type { ContextSettings } from '../capture/contextSettings';
import type { Logger } from '../base/logger';

/** Hands on what is set about the context of agents, at once and at every change. The caller disposes the answer. */
export function followContextSettings(
  write: (settings: ContextSettings) => Promise<void>,
  log: Logger,
): vscode.Disposable {
  const hand = () => {
    const settings = vscode.workspace.getConfiguration('tidemark.context');
    write({
      onPrompt: settings.get('onPrompt', false),
      maxTokens: settings.get('maxTokens', 2_000),
    }).catch((error: unknown) => log.error('The context settings could not be written.', error));
  };
  hand();
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('tidemark.context')) hand();
  });
}
