import { join } from 'node:path';
import * as vscode from 'vscode';
import { asError } from './base/errors';
import type { Logger } from './base/logger';
import type { Supervisor } from './keeper/supervisor';
import { Commands } from './vscode/commands';
import { ConnectClaudeCode } from './vscode/connectClaudeCode';
import { channelLogger } from './vscode/logChannel';
import { Consent } from './vscode/consent';
import { MemoryDocuments } from './vscode/memoryDocuments';
import { PreviewDocuments } from './vscode/previewDocuments';
import { ProviderChoice } from './vscode/providerChoice';
import { ProviderCommands } from './vscode/providerCommands';
import { ProviderNotices } from './vscode/providerNotices';
import { SessionTree } from './vscode/sessionTree';
import { StatusBar } from './vscode/statusBar';
import { StoreView } from './vscode/storeView';

/**
 * The composition root: everything is made here, by hand, and disposed here.
 *
 * In order: log and views (in `activate`, drawing nothing but "starting"), then, once it has returned, launcher
 * and keeper, each on its own: one that fails shows in the view and the log and takes nothing else down.
 * Disposed in reverse: commands and views, then the store, the log last.
 */
export class Container {
  readonly #channel = vscode.window.createOutputChannel('Tidemark', { log: true });
  readonly #log: Logger = channelLogger(this.#channel);
  readonly #store = new StoreView();
  readonly #surface: vscode.Disposable[];
  readonly #folder: string;
  readonly #dist: string;
  readonly #choice: ProviderChoice;
  #supervisor: Supervisor | undefined;
  #launcher: Promise<string> | undefined;
  #stopped = false;

  constructor(context: vscode.ExtensionContext) {
    this.#folder = context.globalStorageUri.fsPath;
    this.#dist = join(context.extensionPath, 'dist');
    const consent = new Consent(context.globalState);
    const { secrets, languageModelAccessInformation: access } = context;
    this.#choice = new ProviderChoice(secrets, consent, access, this.#log);
    const providers = new ProviderCommands(this.#choice, consent);
    const preview = new PreviewDocuments(this.#store);
    const connect = new ConnectClaudeCode(() => (this.#launcher ??= this.#installLauncher()));
    this.#surface = [
      connect,
      this.#choice,
      preview,
      new ProviderNotices(this.#store, context.globalState),
      new StatusBar(this.#store),
      new SessionTree(this.#store, this.#log),
      new MemoryDocuments(this.#store),
      new Commands(
        this.#store,
        {
          connectClaudeCode: () => connect.show(),
          clearAllData: async () => this.#supervisor?.clearAllData(),
          reopenStore: () => this.#supervisor?.retry(),
          replaceDamaged: async () => this.#supervisor?.replaceDamaged(),
          showLog: () => this.#channel.show(),
          setAnthropicKey: () => providers.setAnthropicKey(),
          removeAnthropicKey: () => providers.removeAnthropicKey(),
          chooseLanguageModel: () => providers.chooseLanguageModel(),
          showWhatWouldBeSent: (client, of) => preview.show(client, of),
        },
        this.#log,
      ),
      // The spool's watcher may have dropped an event while the window was away.
      vscode.window.onDidChangeWindowState(({ focused }) => void (focused && this.#supervisor?.rescan())),
    ];
  }

  /** Begins everything that takes time, after `activate` has returned. */
  start(): void {
    setImmediate(() => {
      this.#startKeeper().catch((error) => {
        this.#log.error('Tidemark could not start.', error);
        this.#store.fail(asError(error));
      });
      this.#launcher ??= this.#installLauncher();
      this.#launcher.catch((error) => {
        this.#launcher = undefined;
        this.#log.error('The launcher for the agents’ hooks could not be written.', error);
      });
    });
  }

  async #startKeeper(): Promise<void> {
    const { createBuiltinProvider, createModelProvider, ProviderSwitch, Supervisor, systemClock } =
      await import('./keeper/entry');
    const provider = new ProviderSwitch(createBuiltinProvider());
    const createAnthropicModel = async (options: { apiKey: string; model: string; baseUrl: string }) => {
      const anthropic = await import('./distill/providers/anthropic/entry');
      return anthropic.createAnthropicModel({ ...options, log: this.#log, now: () => systemClock.now() });
    };
    // Before the keeper: what waits is for the provider that was chosen.
    await this.#choice.connect(
      { createBuiltinProvider, createModelProvider, createAnthropicModel },
      (chosen) => {
        provider.use(chosen);
        this.#supervisor?.providerChanged();
      },
    );
    if (this.#stopped) return;
    this.#supervisor = new Supervisor({
      folder: this.#folder,
      engineFiles: {
        workerFile: join(this.#dist, 'engineWorker.js'),
        wasmFile: join(this.#dist, 'sql-wasm.wasm'),
        salvageFile: join(this.#dist, 'salvageWorker.js'),
      },
      provider,
      clock: systemClock,
      log: this.#log,
    });
    this.#store.connect(this.#supervisor);
    this.#supervisor.start();
  }

  async #installLauncher(): Promise<string> {
    const { installLauncher } = await import('./keeper/entry');
    return installLauncher(this.#folder, {
      nodePath: process.execPath,
      electron: process.versions['electron'] !== undefined,
      hookFile: join(this.#dist, 'hook.js'),
    });
  }

  /** A courtesy: the process may end before, or without it, and nothing is lost. */
  async stop(): Promise<void> {
    this.#stopped = true;
    vscode.Disposable.from(...this.#surface).dispose();
    await this.#supervisor?.stop();
    this.#store.dispose();
    this.#channel.dispose();
  }
}
