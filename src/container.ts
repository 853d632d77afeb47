import { join } from 'node:path';
import * as vscode from 'vscode';
import { Deferred } from './base/async';
import { asError } from './base/errors';
import type { Logger } from './base/logger';
import type { Supervisor } from './keeper/supervisor';
import { Commands } from './vscode/commands';
import { Insights } from './vscode/insights/insights';
import { ConnectAgents } from './vscode/connectAgents';
import { DroppedEventsWarning } from './vscode/droppedEvents';
import { channelLogger } from './vscode/logChannel';
import { Consent } from './vscode/consent';
import { followHookSettings } from './vscode/hookSettings';
import { ChangedMarks } from './vscode/changedMarks';
import { registerLanguageModelTools } from './vscode/languageModelTools';
import { registerMcpServer } from './vscode/mcpServer';
import { MemoryCommands } from './vscode/memoryCommands';
import { Onboarding } from './vscode/onboarding';
import { MemoryDocuments } from './vscode/memoryDocuments';
import { MemoryEditing } from './vscode/memoryEditing';
import { MemoryExchange } from './vscode/memoryExchange';
import { MemoryTree } from './vscode/memoryTree';
import { PreviewDocuments } from './vscode/previewDocuments';
import { ProviderChoice } from './vscode/providerChoice';
import { ProviderCommands } from './vscode/providerCommands';
import { ProviderNotices } from './vscode/providerNotices';
import { PublicApi, type ApiBackend } from './vscode/publicApi';
import { QueueCommands } from './vscode/queueCommands';
import { QueueTree } from './vscode/queueTree';
import { SessionCommands } from './vscode/sessionCommands';
import { SearchMemory } from './vscode/searchMemory';
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
  readonly #apiBackend = new Deferred<ApiBackend>();
  /** For other extensions. */
  readonly api = new PublicApi(this.#apiBackend.promise);
  readonly #surface: vscode.Disposable[];
  readonly #folder: string;
  readonly #dist: string;
  readonly #version: string;
  readonly #choice: ProviderChoice;
  readonly #onboarding: Onboarding;
  #supervisor: Supervisor | undefined;
  #launcher: Promise<string> | undefined;
  #stopped = false;

  constructor(context: vscode.ExtensionContext) {
    this.#folder = context.globalStorageUri.fsPath;
    this.#version = (context.extension.packageJSON as { version: string }).version;
    this.#dist = join(context.extensionPath, 'dist');
    const connect = new ConnectAgents({
      launcher: () => (this.#launcher ??= this.#installLauncher()),
      connecting: () => import('./keeper/entry'),
      log: this.#log,
    });
    const consent = new Consent(context.globalState);
    const { secrets, languageModelAccessInformation: access } = context;
    this.#choice = new ProviderChoice(secrets, consent, access, this.#log);
    const providers = new ProviderCommands(this.#choice, consent);
    const preview = new PreviewDocuments(this.#store);
    const sessions = new SessionTree(this.#store, context.globalState, this.#log);
    const queue = new QueueTree(this.#store, this.#log);
    this.#onboarding = new Onboarding({
      store: this.#store,
      countConnections: async () => (await import('./keeper/entry')).countConnections(this.#folder),
      onDidChangeConnections: connect.onDidChangeConnections,
      log: this.#log,
    });
    const insights = new Insights(this.#store, this.#log, context.extensionUri);
    const marks = new ChangedMarks(this.#store, this.#log);
    const memory = new MemoryTree(this.#store, marks, context.globalState, this.#log);
    this.#surface = [
      connect,
      this.api,
      this.#choice,
      preview,
      insights,
      this.#onboarding,
      new ProviderNotices(this.#store, context.globalState),
      new StatusBar(this.#store),
      sessions,
      marks,
      memory,
      queue,
      new MemoryDocuments(this.#store, marks),
      new MemoryEditing(this.#store),
      new MemoryCommands(this.#store, () => memory.focused(), this.#log),
      new MemoryExchange(this.#store, () => import('./keeper/entry'), this.#log),
      new SearchMemory(this.#store, this.#log),
      new DroppedEventsWarning(
        this.#store,
        async () => (await import('./keeper/entry')).takeDropped(this.#folder),
        this.#log,
      ),
      registerLanguageModelTools(this.#store),
      registerMcpServer({
        serverFile: join(this.#dist, 'mcp.js'),
        storeFolder: this.#folder,
        version: this.#version,
      }),
      new Commands(
        this.#store,
        {
          connectAgent: (agent) => connect.connect(agent),
          disconnectAgent: () => connect.disconnect(),
          testConnection: () => connect.test(),
          clearAllData: async () => this.#supervisor?.clearAllData(),
          reopenStore: () => this.#supervisor?.retry(),
          replaceDamaged: async () => this.#supervisor?.replaceDamaged(),
          loadImport: () => import('./keeper/entry'),
          takeOver: async () => this.#supervisor?.takeOver(),
          endKeeper: async () => this.#supervisor?.endKeeper(),
          showLog: () => this.#channel.show(),
          showInsights: () => insights.show(),
          setAnthropicKey: () => providers.setAnthropicKey(),
          removeAnthropicKey: () => providers.removeAnthropicKey(),
          chooseLanguageModel: () => providers.chooseLanguageModel(),
          showWhatWouldBeSent: (client, of) => preview.show(client, of),
          handlers: (client) => [
            ...new SessionCommands(sessions, client).handlers(),
            ...new QueueCommands(queue, client).handlers(),
          ],
        },
        this.#log,
      ),
      // The spool's watcher may have dropped an event while the window was away.
      vscode.window.onDidChangeWindowState(
        ({ focused }) => void (focused && this.#supervisor?.client.rescan().catch(() => undefined)),
      ),
    ];
  }

  /** Begins everything that takes time, after `activate` has returned. */
  start(): void {
    setImmediate(() => {
      if (this.#stopped) return;
      this.#startKeeper().catch((error) => {
        this.#log.error('Tidemark could not start.', error);
        this.#store.fail(asError(error));
        this.#apiBackend.reject(error);
      });
      this.#surface.push(
        followHookSettings(
          {
            writeContextSettings: async (settings) =>
              (await import('./keeper/entry')).writeContextSettings(this.#folder, settings),
            writeExclusions: async (settings) =>
              (await import('./keeper/entry')).writeExclusions(this.#folder, settings),
          },
          this.#log,
        ),
      );
      this.#onboarding.start();
      this.#launcher ??= this.#installLauncher();
      this.#launcher.catch((error) => {
        this.#launcher = undefined;
        this.#log.error('The launcher for the agents’ hooks could not be written.', error);
      });
    });
  }

  async #startKeeper(): Promise<void> {
    const { createBuiltinProvider, createModelProvider, ProviderSwitch, Supervisor, systemClock, ...entry } =
      await import('./keeper/entry');
    const { toNewObservation, toNewSummary, toRowId, toSearchQuery } = entry;
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
      version: this.#version,
      provider,
      chooseProvider: () => void this.#choice.apply(),
      clock: systemClock,
      log: this.#log,
    });
    this.#store.connect(this.#supervisor);
    this.#apiBackend.resolve({
      client: this.#supervisor.client,
      requests: { toNewObservation, toNewSummary, toRowId, toSearchQuery },
    });
    this.#supervisor.start();
  }

  async #installLauncher(): Promise<string> {
    const { installLauncher, installMcpLauncher, mcpFiles, writePlugin } = await import('./keeper/entry');
    const node = {
      nodePath: process.execPath,
      electron: process.versions['electron'] !== undefined,
    };
    const launcher = await installLauncher(this.#folder, { ...node, hookFile: join(this.#dist, 'hook.js') });
    const server = { ...node, files: mcpFiles(this.#dist), version: this.#version };
    await installMcpLauncher(this.#folder, server).catch((error: unknown) =>
      this.#log.error('The launcher of the MCP server could not be written.', error),
    );
    writePlugin(launcher, process.platform, this.#version).catch((error: unknown) =>
      this.#log.error('The plugin for agents could not be written.', error),
    );
    return launcher;
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
