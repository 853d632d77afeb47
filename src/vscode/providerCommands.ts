import * as vscode from 'vscode';
import type { Consent } from './consent';
import { settings } from './ids';
import { anthropicUrl, budgetUsd, type ProviderChoice } from './providerChoice';
import { formatModelRef } from './providers/languageModel';

/** What a person does about providers: keys, models and consent. Each asks for what it needs, when it is used. */
export class ProviderCommands {
  constructor(
    private readonly choice: ProviderChoice,
    private readonly consent: Consent,
  ) {}

  async setAnthropicKey(): Promise<void> {
    const url = anthropicUrl();
    // A key that may not be used yet needs an answer, not another key.
    if (!(await this.choice.hasKey()) || this.consent.has(url)) {
      const key = await vscode.window.showInputBox({
        title: vscode.l10n.t('Anthropic API key'),
        prompt: vscode.l10n.t('Kept in VS Code’s secret storage. You pay for what it is used for.'),
        password: true,
        ignoreFocusOut: true,
        validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Paste your key.') : undefined),
      });
      if (!key) return;
      await this.choice.setKey(key.trim());
    }
    const budget = budgetUsd() ?? 0;
    const payer = vscode.l10n.t(
      'You pay Anthropic for it with your API key: at most ${0} a day, and nothing more before you raise “tidemark.budget.dailyUsd”.',
      budget.toFixed(2),
    );
    const who = new URL(url).host === 'api.anthropic.com' ? 'Anthropic' : url;
    if (!(await this.consent.ask(url, who, payer))) return;
    await this.choice.apply();
    vscode.window.setStatusBarMessage(vscode.l10n.t('Tidemark uses Anthropic from the next batch on'), 3_000);
  }

  async removeAnthropicKey(): Promise<void> {
    await this.choice.removeKey();
    vscode.window.setStatusBarMessage(vscode.l10n.t('Tidemark has forgotten the Anthropic API key'), 3_000);
  }

  /** The person picks a model, allows its use, and VS Code asks for its own consent: all while they look. */
  async chooseLanguageModel(): Promise<void> {
    const models = await vscode.lm.selectChatModels();
    if (models.length === 0) throw new Error(vscode.l10n.t('VS Code offers no language model at present.'));
    const items = models.map((model) => ({
      label: model.name,
      description: formatModelRef(model),
      model,
    }));
    const title = vscode.l10n.t('Language model that turns what agents do into memory');
    const picked = await vscode.window.showQuickPick(items, { title });
    if (!picked) return;
    const { model } = picked;
    const payer = vscode.l10n.t('Requests count against your plan with {0}.', model.vendor);
    if (!(await this.consent.ask(formatModelRef(model), model.name, payer))) return;
    await this.#tryOut(model);
    const configuration = vscode.workspace.getConfiguration('tidemark');
    await configuration.update(
      settings.languageModel,
      formatModelRef(model),
      vscode.ConfigurationTarget.Global,
    );
    await configuration.update(settings.provider, 'vscode', vscode.ConfigurationTarget.Global);
    await this.choice.apply();
    vscode.window.setStatusBarMessage(
      vscode.l10n.t('Tidemark uses {0} from the next batch on', model.name),
      3_000,
    );
  }

  /** One tiny request, so that VS Code asks for its consent here and not in the middle of other work. */
  async #tryOut(model: vscode.LanguageModelChat): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    try {
      const message = vscode.LanguageModelChatMessage.User('Reply with: ok');
      const response = await model.sendRequest([message], {}, source.token);
      for await (const piece of response.text) if (piece) break;
    } finally {
      source.dispose();
    }
  }
}
