import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import type { ConnectableAgent } from '../connect/target';
import type { SessionItem, TidemarkClient } from '../keeper/client';
import { isConfirmed } from './confirmation';
import { commands, views } from './ids';
import { ImportSessions, type ImportParts } from './importSessions';
import type { MemoryRef } from '../memory/library';
import { MemoryDocuments } from './memoryDocuments';
import { openClient } from './openClient';
import { registerCommands, type CommandHandlers } from './registerCommands';
import type { SetAsideResult } from '../storage/setAsideDamaged';
import { hangs, type StoreView } from './storeView';

export interface CommandActions {
  /** Asks which agent where none is named. */
  connectAgent(agent?: ConnectableAgent): Promise<void>;
  disconnectAgent(): Promise<void>;
  testConnection(): Promise<void>;
  clearAllData(): Promise<void>;
  reopenStore(): void;
  replaceDamaged(): Promise<SetAsideResult | undefined>;
  loadImport(): Promise<ImportParts>;
  takeOver(): Promise<void>;
  /** Ends the process of a keeper that hangs. */
  endKeeper(): Promise<void>;
  showLog(): void;
  showInsights(): Promise<void>;
  setAnthropicKey(): Promise<void>;
  removeAnthropicKey(): Promise<void>;
  chooseLanguageModel(): Promise<void>;
  showWhatWouldBeSent(client: TidemarkClient, of?: { session?: SessionItem }): Promise<void>;
  /** What other parts offer, by the ids of the commands. */
  handlers(client: () => TidemarkClient): CommandHandlers;
}

/** The palette's actions. Each tells a person what went wrong and what to do; the log has the rest. */
export class Commands implements vscode.Disposable {
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly store: StoreView,
    private readonly actions: CommandActions,
    log: Logger,
  ) {
    const handlers: CommandHandlers = [
      [commands.pause, () => this.#client().setPaused(true)],
      [commands.resume, () => this.#client().setPaused(false)],
      [commands.replaceDamaged, () => this.#replaceDamaged()],
      [commands.showLog, () => actions.showLog()],
      [commands.showSessions, () => focusView(views.sessions)],
      [commands.showQueue, () => focusView(views.queue)],
      [commands.openMemory, (ref: MemoryRef) => MemoryDocuments.open(ref)],
      [commands.connectClaudeCode, () => actions.connectAgent('claude-code')],
      [commands.connectAgent, () => actions.connectAgent()],
      [commands.disconnectAgent, () => actions.disconnectAgent()],
      [commands.testConnection, () => actions.testConnection()],
      [commands.clearAllData, () => this.#clearAllData()],
      [commands.reopenStore, () => actions.reopenStore()],
      [
        commands.importSessions,
        () =>
          new ImportSessions(
            () => this.#client(),
            () => actions.loadImport(),
          ).run(),
      ],
      [commands.takeOver, () => this.#takeOver()],
      [commands.showInsights, () => actions.showInsights()],
      [commands.setAnthropicKey, () => actions.setAnthropicKey()],
      [commands.removeAnthropicKey, () => actions.removeAnthropicKey()],
      [commands.chooseLanguageModel, () => actions.chooseLanguageModel()],
      [
        commands.showWhatWouldBeSent,
        (of?: { session?: SessionItem }) => actions.showWhatWouldBeSent(this.#client(), of),
      ],
      ...actions.handlers(() => this.#client()),
    ];
    this.#registration = registerCommands(handlers, log);
  }

  #client(): TidemarkClient {
    return openClient(this.store);
  }

  async #replaceDamaged(): Promise<void> {
    const start = vscode.l10n.t('Set Aside and Start Anew');
    const detail = vscode.l10n.t(
      'The store that can’t be opened is kept in a folder beside it, together with what can still be read of it. Nothing is deleted.',
    );
    if (!(await isConfirmed(vscode.l10n.t('Start with an empty store?'), detail, start))) return;
    const result = await this.actions.replaceDamaged();
    if (!result) return;
    const show = vscode.l10n.t('Show Folder');
    const next = await vscode.window.showInformationMessage(
      vscode.l10n.t('Tidemark has started anew. {0} rows of the old store could be saved.', result.rows),
      show,
    );
    if (next === show) await vscode.env.openExternal(vscode.Uri.file(result.folder));
  }

  async #takeOver(): Promise<void> {
    if (!hangs(this.store.state)) {
      try {
        await this.actions.takeOver();
      } catch (error) {
        // It may have come to hang just now.
        if (!hangs(this.store.state)) throw error;
      }
    }
    if (hangs(this.store.state)) {
      const end = vscode.l10n.t('End It and Take Over');
      const question = vscode.l10n.t(
        'The window that keeps the store does not answer. End its extension host (process {0})?',
        this.store.state.keeper.pid,
      );
      const detail = vscode.l10n.t(
        'All extensions of that window stop, and VS Code starts them again or offers to. Editors and files stay as they are, and Tidemark loses nothing.',
      );
      if (!(await isConfirmed(question, detail, end))) return;
      await this.actions.endKeeper();
    }
    if (this.store.state.kind !== 'keeping') return;
    vscode.window.setStatusBarMessage(vscode.l10n.t('This window keeps the Tidemark store'), 3_000);
  }

  async #clearAllData(): Promise<void> {
    this.#client();
    const clear = vscode.l10n.t('Delete Everything');
    const detail = vscode.l10n.t(
      'All sessions, observations and summaries, what waits in the queue and the spool, and what was set aside are deleted for good, for all projects.',
    );
    const question = vscode.l10n.t('Delete everything that Tidemark has stored?');
    if (!(await isConfirmed(question, detail, clear))) return;
    await this.actions.clearAllData();
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Tidemark has deleted everything it had stored.'),
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

async function focusView(id: string): Promise<void> {
  await vscode.commands.executeCommand(`${id}.focus`);
}
