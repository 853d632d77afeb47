import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostFailure } from './errors';
import { ConditionTimeout, eventually } from './eventually';
import type { ServerHostInstall } from './hostInstall';
import type { TestRun } from './testRun';

/** What keeps a workbench under test quiet and the same on every machine. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'window.autoDetectColorScheme': false,
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  // The web's default saves after a second, which races `document.save()` in tests.
  'files.autoSave': 'off',
  'chat.disableAIFeatures': true,
  'workbench.reduceMotion': 'on',
  // A pinned parent row would cover the row that a test clicks.
  'workbench.tree.enableStickyScroll': false,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
};

export interface StartServerOptions {
  readonly serverDataDir: string;
  readonly extensionsDir: string;
  /** With it a page's payload can name an extension under development and a suite to run; it hides all toasts. */
  readonly smokeTest: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** 0, the default, takes any free port. */
  readonly port?: number;
}

/**
 * A VS Code server on 127.0.0.1. Each page opened on it has an extension host process of its own.
 * It has no access token: whoever can reach the port can run code as this user.
 */
export class ServerHost {
  readonly #hosts: number[] = [];
  #output = '';

  private constructor(
    readonly install: ServerHostInstall,
    readonly options: StartServerOptions,
    readonly port: number,
    private readonly run: TestRun,
    private readonly child: ChildProcess,
  ) {}

  static async start(
    run: TestRun,
    install: ServerHostInstall,
    options: StartServerOptions,
  ): Promise<ServerHost> {
    await mkdir(options.extensionsDir, { recursive: true });
    await writeSettings(options.serverDataDir, { ...quietSettings, ...options.settings });
    const child = run.spawnGroup(install.node, serverArguments(install, options), {
      env: serverEnvironment(run, options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let onOutput = (text: string): void => void (output += text);
    const read = (chunk: unknown): void => onOutput(String(chunk));
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    try {
      const port = await eventually('the VS Code server to listen', () => {
        if (hasEnded(child)) return -1;
        return Number(/Extension host agent listening on (\d+)/.exec(output)?.[1] ?? 0);
      });
      if (port < 0) throw new HostFailure(`The VS Code server ended at its start:\n${output.slice(-3000)}`);
      const host = new ServerHost(install, options, port, run, child);
      onOutput = (text) => host.#hear(text);
      host.#hear(output);
      return host;
    } catch (error) {
      await run.endGroup(child);
      if (!(error instanceof ConditionTimeout)) throw error;
      throw new HostFailure(`The VS Code server does not listen:\n${output.slice(-3000)}`, { cause: error });
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** The page of a folder; `payload` is read with `smokeTest` only. */
  folderUrl(folder: string, payload: ReadonlyArray<readonly [string, string]> = []): string {
    const query = new URLSearchParams({ folder });
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    return `${this.url}/?${query.toString()}`;
  }

  /** How a payload names a file on this server. */
  remoteUri(path: string): string {
    return `vscode-remote://127.0.0.1:${this.port}${path}`;
  }

  /** What the server printed so far, its log of connections and extension hosts among it. */
  get remoteAgentLog(): string {
    return this.#output;
  }

  /** Process ids of all extension hosts ever started here, oldest first. */
  get startedExtensionHosts(): readonly number[] {
    return this.#hosts;
  }

  get liveExtensionHosts(): readonly number[] {
    return this.#hosts.filter(isAlive);
  }

  /** The extension host started last, once there is one that lives and is not in `besides`. */
  extensionHost(besides: readonly number[] = []): Promise<number> {
    return eventually(
      'an extension host',
      () => this.liveExtensionHosts.findLast((pid) => !besides.includes(pid)),
      (pid) => pid !== undefined,
    ) as Promise<number>;
  }

  /** SIGKILL, as the kernel does when memory is short. Resolves with the pid when the process is gone. */
  async killExtensionHost(): Promise<number> {
    const pid = await this.extensionHost();
    process.kill(pid, 'SIGKILL');
    await eventually('the extension host to be gone', () => !isAlive(pid));
    return pid;
  }

  /** Writes user settings over those that stand there. Pages opened or reloaded afterwards have them. */
  async updateSettings(changes: Readonly<Record<string, unknown>>): Promise<void> {
    await writeSettings(this.options.serverDataDir, changes);
  }

  /** Everything that extension hosts and the server logged to files: empty where the install has no logs. */
  async logFiles(): Promise<string> {
    const folder = join(this.options.serverDataDir, 'data', 'logs');
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const logs = names.filter((name) => name.endsWith('.log')).sort();
    const texts = await Promise.all(
      logs.map(async (name) => `== ${name}\n${await readFile(join(folder, name), 'utf8')}`),
    );
    return texts.join('\n');
  }

  /** Resolves with the server's exit code when it has ended, by `stop` or by itself. */
  async whenEnded(): Promise<number> {
    if (!hasEnded(this.child)) await once(this.child, 'exit');
    return this.child.exitCode ?? 1;
  }

  /** Ends the server and its extension hosts. Idempotent. */
  async stop(): Promise<void> {
    await this.run.endGroup(this.child);
  }

  #hear(text: string): void {
    this.#output += text;
    const launched = this.#output.matchAll(/<(\d+)> Launched Extension Host Process/g);
    this.#hosts.splice(0, this.#hosts.length, ...[...launched].map((match) => Number(match[1])));
  }
}

/**
 * Installs a packaged extension into folders that no server uses yet: one that is starting writes the same list of
 * extensions, and the later of the two wins.
 */
export async function installExtension(
  run: TestRun,
  install: ServerHostInstall,
  options: Pick<StartServerOptions, 'serverDataDir' | 'extensionsDir' | 'env'>,
  vsix: string,
): Promise<void> {
  const args = [...serverArguments(install, options), '--install-extension', vsix, '--force'];
  const child = run.spawnGroup(install.node, args, {
    env: serverEnvironment(run, options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  await eventually('the extension to be installed', () => hasEnded(child), Boolean, 60_000);
  await run.endGroup(child);
  if (child.exitCode !== 0 || !output.includes('was successfully installed')) {
    throw new HostFailure(`VS Code refused ${vsix}:\n${output.slice(-3000)}`);
  }
}

function serverArguments(
  install: ServerHostInstall,
  options: Pick<StartServerOptions, 'serverDataDir' | 'extensionsDir'> & Partial<StartServerOptions>,
): string[] {
  return [
    join(install.serverFolder, 'out', 'server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    '--without-connection-token',
    '--accept-server-license-terms',
    ...['--server-data-dir', options.serverDataDir, '--extensions-dir', options.extensionsDir],
    ...['--telemetry-level', 'off'],
    ...(options.smokeTest ? ['--enable-smoke-test-driver'] : []),
  ];
}

function serverEnvironment(run: TestRun, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    // No marketplace: nothing is fetched, so a test never depends on what is published.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    // The server leaves its sockets behind; here they go with the run's folder.
    XDG_RUNTIME_DIR: run.folder,
    ...extra,
  };
  // Set in a terminal of VS Code, these would tie the host to the window that the terminal is in.
  for (const name of Object.keys(environment)) {
    if (/^(VSCODE_|ELECTRON_RUN_AS_NODE$|NODE_OPTIONS$|npm_)/.test(name) && !(name in extra))
      delete environment[name];
  }
  return environment;
}

async function writeSettings(
  serverDataDir: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const folder = join(serverDataDir, 'data', 'User');
  const path = join(folder, 'settings.json');
  await mkdir(folder, { recursive: true });
  const before = await readFile(path, 'utf8').catch(() => '{}');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(before) as object), ...changes }, undefined, 2));
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
