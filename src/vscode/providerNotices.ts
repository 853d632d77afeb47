import * as vscode from 'vscode';
import type { StoreStatus } from '../keeper/client';
import { commands } from './ids';
import { restText } from './providerText';
import type { StoreView } from './storeView';

type Rest = NonNullable<StoreStatus['providerPause']>;

const hidden = (reason: string) => `tidemark.noticeHidden:${reason}`;

/**
 * Tells a person once that the provider needs them, in the window that keeps the store: what passes by itself is
 * left to the status bar.
 */
export class ProviderNotices implements vscode.Disposable {
  readonly #subscription: vscode.Disposable;
  #told: string | undefined;

  constructor(
    private readonly store: StoreView,
    private readonly memento: vscode.Memento,
  ) {
    this.#subscription = store.onDidChange(() => this.#look());
  }

  #look(): void {
    if (this.store.state.kind !== 'keeping') return;
    const status = this.store.client?.status();
    const rest = status?.providerPause;
    if (!status || !rest || rest.reason === 'overloaded' || rest.reason === 'network') return;
    const name = `${status.provider} ${rest.reason} ${rest.message}`;
    if (this.#told === name || this.memento.get(hidden(rest.reason))) return;
    this.#told = name;
    void this.#tell(status, rest);
  }

  async #tell({ provider }: StoreStatus, rest: Rest): Promise<void> {
    const act = actionFor(provider, rest);
    const never = vscode.l10n.t('Don’t Show Again');
    const text = `Tidemark: ${restText(rest)}. ${vscode.l10n.t('What agents do is kept and waits.')}`;
    const answer = await vscode.window.showWarningMessage(text, act.label, never);
    if (answer === never) await this.memento.update(hidden(rest.reason), true);
    if (answer === act.label) await vscode.commands.executeCommand(act.command, ...act.args);
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

function actionFor(provider: string, { reason }: Rest): { label: string; command: string; args: string[] } {
  if (reason === 'auth' && provider === 'anthropic')
    return { label: vscode.l10n.t('Set API Key…'), command: commands.setAnthropicKey, args: [] };
  if (reason === 'auth')
    return { label: vscode.l10n.t('Choose Model…'), command: commands.chooseLanguageModel, args: [] };
  const query = reason === 'budget' ? 'tidemark.budget' : 'tidemark.provider';
  return {
    label: vscode.l10n.t('Open Settings'),
    command: 'workbench.action.openSettings',
    args: [query],
  };
}
