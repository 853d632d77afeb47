import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import type { DistillProvider } from '../distill/provider';
import type { Model, ModelAnswer } from '../distill/providers/model/model';
import type { Consent } from './consent';
import { settings } from './ids';
import { createLanguageModel, parseModelRef } from './providers/languageModel';

const concerned = ['provider', 'anthropic', 'languageModel', 'budget'].map((name) => `tidemark.${name}`);
const API_KEY = 'tidemark.anthropic.apiKey';

/** What is loaded only after activation. */
export interface ProviderParts {
  createBuiltinProvider(): DistillProvider;
  createModelProvider(model: Model, budgetUsd: () => number | undefined): DistillProvider;
  createAnthropicModel(options: { apiKey: string; model: string; baseUrl: string }): Promise<Model>;
}

/**
 * Which provider distils, by settings, key and consent. The key is in SecretStorage and nowhere else; nothing
 * is sent to anybody before the person has allowed it.
 */
export class ProviderChoice implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[];
  #connected: { parts: ProviderParts; use: (provider: DistillProvider) => void } | undefined;
  #applying: Promise<void> = Promise.resolve();

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly consent: Consent,
    private readonly access: vscode.LanguageModelAccessInformation,
    private readonly log: Logger,
  ) {
    this.#disposables = [
      secrets.onDidChange(({ key }) => void (key === API_KEY && this.apply())),
      vscode.workspace.onDidChangeConfiguration(
        (change) => void (concerned.some((name) => change.affectsConfiguration(name)) && this.apply()),
      ),
    ];
  }

  /** @param use is given the provider now, and another whenever the choice changes. */
  async connect(parts: ProviderParts, use: (provider: DistillProvider) => void): Promise<void> {
    this.#connected = { parts, use };
    await this.apply();
  }

  /** Heeds settings, key and consent as they are now. Never rejects. */
  apply(): Promise<void> {
    return (this.#applying = this.#applying.then(async () => {
      if (!this.#connected) return;
      const { parts, use } = this.#connected;
      try {
        use(await this.#choose(parts));
      } catch (error) {
        this.log.error('The provider could not be changed.', error);
      }
    }));
  }

  async #choose(parts: ProviderParts): Promise<DistillProvider> {
    const budget = () => budgetUsd();
    switch (setting<string>(settings.provider)) {
      case 'builtin':
        return parts.createBuiltinProvider();
      case 'vscode':
        return parts.createModelProvider(this.#languageModel(), budget);
      case 'anthropic':
        return parts.createModelProvider(
          (await this.#anthropic(parts)) ?? missing('anthropic', NO_KEY),
          budget,
        );
      default: {
        const model = await this.#anthropic(parts);
        return model ? parts.createModelProvider(model, budget) : parts.createBuiltinProvider();
      }
    }
  }

  /** Undefined without a key, or without consent to use it. */
  async #anthropic(parts: ProviderParts): Promise<Model | undefined> {
    const apiKey = await this.secrets.get(API_KEY);
    const baseUrl = anthropicUrl();
    if (!apiKey || !this.consent.has(baseUrl)) return undefined;
    return parts.createAnthropicModel({
      apiKey,
      model: setting<string>(settings.anthropicModel) ?? '',
      baseUrl,
    });
  }

  #languageModel(): Model {
    const ref = parseModelRef(setting<string>(settings.languageModel) ?? '');
    if (!ref) return missing('vscode', NO_MODEL);
    return createLanguageModel(ref, (chat) => this.access.canSendRequest(chat) === true, Date.now);
  }

  async hasKey(): Promise<boolean> {
    return Boolean(await this.secrets.get(API_KEY));
  }

  async setKey(key: string): Promise<void> {
    await this.secrets.store(API_KEY, key);
    await this.apply();
  }

  async removeKey(): Promise<void> {
    await this.secrets.delete(API_KEY);
    await this.consent.withdraw(anthropicUrl());
    await this.apply();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

const NO_KEY = 'There is no Anthropic API key that Tidemark may use.';
const NO_MODEL = 'No language model has been chosen.';

/** Stands for a model that a person has still to give: nothing is sent, and the queue waits. */
function missing(provider: string, message: string): Model {
  const answer: ModelAnswer = { kind: 'unavailable', reason: 'auth', message, mayBePaid: false };
  return { provider, model: '', ask: async () => answer };
}

export function setting<T>(name: string): T | undefined {
  return vscode.workspace.getConfiguration('tidemark').get<T>(name);
}

export function budgetUsd(): number | undefined {
  return setting<number>(settings.dailyUsd);
}

export function anthropicUrl(): string {
  return setting<string>(settings.anthropicBaseUrl) || 'https://api.anthropic.com';
}
