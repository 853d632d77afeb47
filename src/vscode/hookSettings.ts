import * as vscode from 'vscode';
import type { ContextSettings } from '../capture/contextSettings';
import type { ExclusionSettings } from '../capture/exclusions';
import type { Logger } from '../base/logger';

/** Where settings are written for the hook program, which can't ask VS Code. */
export interface HookSettingsFiles {
  writeContextSettings(settings: ContextSettings): Promise<void>;
  writeExclusions(settings: ExclusionSettings): Promise<void>;
}

/** Hands on what is set for hooks, at once and at every change. The caller disposes the answer. */
export function followHookSettings(files: HookSettingsFiles, log: Logger): vscode.Disposable {
  const failed = (error: unknown) => log.error('The settings for the hooks could not be written.', error);
  const hand = {
    'tidemark.context': () => files.writeContextSettings(contextSettings()).catch(failed),
    'tidemark.privacy': () => files.writeExclusions(exclusionSettings()).catch(failed),
  };
  for (const run of Object.values(hand)) void run();
  return vscode.workspace.onDidChangeConfiguration((change) => {
    for (const [section, run] of Object.entries(hand)) if (change.affectsConfiguration(section)) void run();
  });
}

function contextSettings(): ContextSettings {
  const settings = vscode.workspace.getConfiguration('tidemark.context');
  return { onPrompt: settings.get('onPrompt', false), maxTokens: settings.get('maxTokens', 2_000) };
}

/** What a person has set not to be captured. */
export function exclusionSettings(): ExclusionSettings {
  const settings = vscode.workspace.getConfiguration('tidemark.privacy');
  // What is not set has the default of package.json.
  return { files: texts(settings.get('excludeFiles')), projects: texts(settings.get('excludeProjects')) };
}

/** A list in settings may hold anything: what is a text in it counts. */
function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
