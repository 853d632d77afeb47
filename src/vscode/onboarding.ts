import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { contextKeys } from './ids';
import type { StoreView } from './storeView';

export interface OnboardingOptions {
  readonly store: StoreView;
  /** How many settings files Tidemark is connected in. */
  readonly countConnections: () => Promise<number>;
  readonly onDidChangeConnections: vscode.Event<void>;
  readonly log: Logger;
}

/**
 * Sets the context keys by which welcome views and the walkthrough know how far a person has come. Both are unset until
 * they are known, so that nothing is shown at the start that is wrong a moment later.
 */
export class Onboarding implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[];
  #hasSessions = false;

  constructor(private readonly options: OnboardingOptions) {
    this.#disposables = [
      options.onDidChangeConnections(() => void this.#lookForConnections()),
      // Another window may have connected an agent.
      vscode.window.onDidChangeWindowState(({ focused }) => void (focused && this.#lookForConnections())),
      options.store.onDidChange((changed) => void this.#lookForSessions(changed)),
    ];
  }

  /** Reads what is connected for the first time. Not at activation: it loads what does that. */
  start(): void {
    void this.#lookForConnections();
  }

  async #lookForConnections(): Promise<void> {
    try {
      const count = await this.options.countConnections();
      await setContext(contextKeys.connections, count > 0 ? 'some' : 'none');
    } catch (error) {
      this.options.log.error('The list of connected files could not be read.', error);
      await setContext(contextKeys.connections, 'none');
    }
  }

  /** Once there are sessions, only an event that names none (the store was opened, or cleared) can mean otherwise. */
  async #lookForSessions(changed: ReadonlySet<number> | undefined): Promise<void> {
    const { client } = this.options.store;
    if (!client || changed?.size === 0 || (this.#hasSessions && changed)) return;
    try {
      const [session] = await client.sessions({ limit: 1 });
      this.#hasSessions = session !== undefined;
      await setContext(contextKeys.hasSessions, this.#hasSessions);
    } catch {
      // The store has closed meanwhile; it is asked again when it opens.
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

async function setContext(key: string, value: unknown): Promise<void> {
  await vscode.commands.executeCommand('setContext', key, value);
}
