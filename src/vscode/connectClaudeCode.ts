import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { claudeCodeSettings } from './claudeCodeSettings';
import { connectScheme } from './ids';

/** Shows how Claude Code is connected on this platform. Changes nothing of Claude Code's by itself. */
export class ConnectClaudeCode implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #registration: vscode.Disposable;

  /** @param launcher answers the absolute path of the stable launcher, once it is there. */
  constructor(private readonly launcher: () => Promise<string>) {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(connectScheme, this);
  }

  /** Shows the settings to paste, and offers to copy them and to open Claude Code's file. */
  async show(): Promise<void> {
    const uri = vscode.Uri.from({ scheme: connectScheme, path: '/Claude Code hooks.jsonc' });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    const copy = vscode.l10n.t('Copy and Open settings.json');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'To connect Claude Code, add these hooks to its settings. New sessions are captured from then on.',
      ),
      copy,
    );
    if (answer !== copy) return;
    await vscode.env.clipboard.writeText(await this.#settings());
    await openSettings();
  }

  async provideTextDocumentContent(): Promise<string> {
    const lines = [
      vscode.l10n.t('Add this to {0}. If there are hooks already, merge the lists.', settingsFile().fsPath),
      vscode.l10n.t('The hooks write to Tidemark’s folder on this machine only.'),
    ];
    return [...lines.map((line) => `// ${line}`), await this.#settings(), ''].join('\n');
  }

  async #settings(): Promise<string> {
    return claudeCodeSettings(await this.launcher(), process.platform);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function settingsFile(): vscode.Uri {
  return vscode.Uri.file(join(homedir(), '.claude', 'settings.json'));
}

async function openSettings(): Promise<void> {
  const file = settingsFile();
  const exists = await vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
  // One that is not there yet opens unsaved under its name, to be saved by the person.
  const uri = exists ? file : file.with({ scheme: 'untitled' });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
}
