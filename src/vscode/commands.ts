import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import type { ConnectableAgent } from '../connect/target';
import type { SessionItem, TidemarkClient } from '../keeper/client';
import { commands, views } from './ids';
import { ImportSessions, type ImportParts } from './importSessions';
import type { MemoryRef } from '../memory/library';
import { MemoryDocuments } from './memoryDocuments';
import { openClient } from './openClient';
import { registerCommands, type CommandHandlers } from './registerCommands';
import type { SetAsideResult } from '../storage/setAsideDamaged';
import type { SessionNode } from './sessionNodes';
import type { StoreView } from './storeView';

/** Asks before something that can't be taken back lightly; any answer but `action` is no. */
async function isConfirmed(question: string, detail: string, action: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, action)) === action;
}

/** The message of a row of the tree. */
function idsOf(node: SessionNode): number[] {
  return node.kind === 'message' ? [node.message.id] : [];
}

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
  showLog(): void;
  setAnthropicKey(): Promise<void>;
  removeAnthropicKey(): Promise<void>;
  chooseLanguageModel(): Promise<void>;
  showWhatWouldBeSent(client: TidemarkClient, of?: { session?: SessionItem }): Promise<void>;
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
      [commands.retryFailed, () => this.#retryFailed()],
      [commands.discardFailed, () => this.#discard()],
      [
        commands.retryMessage,
        async (node: SessionNode) => void (await this.#client().retryFailed(idsOf(node))),
      ],
      [commands.discardMessage, (node: SessionNode) => this.#discard(idsOf(node))],
      [commands.replaceDamaged, () => this.#replaceDamaged()],
      [commands.showLog, () => actions.showLog()],
      [commands.showSessions, () => this.#showSessions()],
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
      [commands.setAnthropicKey, () => actions.setAnthropicKey()],
      [commands.removeAnthropicKey, () => actions.removeAnthropicKey()],
      [commands.chooseLanguageModel, () => actions.chooseLanguageModel()],
      [
        commands.showWhatWouldBeSent,
        (of?: { session?: SessionItem }) => actions.showWhatWouldBeSent(this.#client(), of),
      ],
    ];
    this.#registration = registerCommands(handlers, log);
  }

  #client(): TidemarkClient {
    return openClient(this.store);
  }

  async #retryFailed(): Promise<void> {
    const count = await this.#client().retryFailed();
    vscode.window.setStatusBarMessage(vscode.l10n.t('Tidemark tries {0} again', count), 3_000);
  }

  async #discard(messageIds?: readonly number[]): Promise<void> {
    const client = this.#client();
    const count = messageIds?.length ?? client.status().queue.failed;
    const discard = vscode.l10n.t('Discard');
    const question =
      count === 1
        ? vscode.l10n.t('Discard what could not be distilled?')
        : vscode.l10n.t('Discard {0} messages that could not be distilled?', count);
    const detail = vscode.l10n.t('What they tell will not be remembered.');
    if (await isConfirmed(question, detail, discard)) await client.discardFailed(messageIds);
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
    await this.actions.takeOver();
    vscode.window.setStatusBarMessage(vscode.l10n.t('This window keeps the Tidemark store'), 3_000);
  }

  async #showSessions(): Promise<void> {
    await vscode.commands.executeCommand(`${views.sessions}.focus`);
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
