import * as vscode from 'vscode';
import { asError, TidemarkError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { SessionItem, TidemarkClient } from '../keeper/client';
import { commands, views } from './ids';
import { MemoryDocuments, type MemoryRef } from './memoryDocuments';
import type { StoreView } from './storeView';

export interface CommandActions {
  connectClaudeCode(): Promise<void>;
  clearAllData(): Promise<void>;
  reopenStore(): void;
  showLog(): void;
  setAnthropicKey(): Promise<void>;
  removeAnthropicKey(): Promise<void>;
  chooseLanguageModel(): Promise<void>;
  showWhatWouldBeSent(client: TidemarkClient, of?: { session?: SessionItem }): Promise<void>;
}

/** The palette's actions. Each tells a person what went wrong and what to do; the log has the rest. */
export class Commands implements vscode.Disposable {
  readonly #registrations: vscode.Disposable[];

  constructor(
    private readonly store: StoreView,
    private readonly actions: CommandActions,
    private readonly log: Logger,
  ) {
    const handlers: [string, (...args: never[]) => Promise<void> | void][] = [
      [commands.pause, () => this.#client().setPaused(true)],
      [commands.resume, () => this.#client().setPaused(false)],
      [commands.retryFailed, () => this.#retryFailed()],
      [commands.showLog, () => actions.showLog()],
      [commands.showSessions, () => this.#showSessions()],
      [commands.openMemory, (ref: MemoryRef) => MemoryDocuments.open(ref)],
      [commands.connectClaudeCode, () => actions.connectClaudeCode()],
      [commands.clearAllData, () => this.#clearAllData()],
      [commands.reopenStore, () => actions.reopenStore()],
      [commands.setAnthropicKey, () => actions.setAnthropicKey()],
      [commands.removeAnthropicKey, () => actions.removeAnthropicKey()],
      [commands.chooseLanguageModel, () => actions.chooseLanguageModel()],
      [
        commands.showWhatWouldBeSent,
        (of?: { session?: SessionItem }) => actions.showWhatWouldBeSent(this.#client(), of),
      ],
    ];
    this.#registrations = handlers.map(([id, run]) =>
      vscode.commands.registerCommand(id, (...args: never[]) => this.#guard(id, () => run(...args))),
    );
  }

  async #guard(id: string, run: () => Promise<void> | void): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.log.error(`${id} failed.`, error);
      const advice = error instanceof TidemarkError && error.advice ? ` ${error.advice}` : '';
      const showLog = vscode.l10n.t('Show Log');
      const answer = await vscode.window.showErrorMessage(
        `Tidemark: ${asError(error).message}${advice}`,
        showLog,
      );
      if (answer === showLog) this.actions.showLog();
    }
  }

  #client(): TidemarkClient {
    const { client } = this.store;
    if (client) return client;
    throw new Error(
      this.store.state.kind === 'elsewhere'
        ? vscode.l10n.t('Another VS Code window has the store. Use that window, or close it.')
        : vscode.l10n.t('The store is not open yet. Try again in a moment.'),
    );
  }

  async #retryFailed(): Promise<void> {
    const count = await this.#client().retryFailed();
    vscode.window.setStatusBarMessage(vscode.l10n.t('Tidemark tries {0} again', count), 3_000);
  }

  async #showSessions(): Promise<void> {
    await vscode.commands.executeCommand(`${views.sessions}.focus`);
  }

  async #clearAllData(): Promise<void> {
    this.#client();
    const clear = vscode.l10n.t('Delete Everything');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Delete everything that Tidemark has stored?'),
      {
        modal: true,
        detail: vscode.l10n.t(
          'All sessions, observations and summaries, what waits in the queue and the spool, and what was set aside are deleted for good, for all projects.',
        ),
      },
      clear,
    );
    if (answer !== clear) return;
    await this.actions.clearAllData();
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Tidemark has deleted everything it had stored.'),
    );
  }

  dispose(): void {
    vscode.Disposable.from(...this.#registrations).dispose();
  }
}
