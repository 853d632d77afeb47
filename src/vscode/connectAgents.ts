import { homedir } from 'node:os';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import type { Logger } from '../base/logger';
import type { AgentSettings } from '../connect/agents/agentSettings';
import type { ConnectionTestResult } from '../connect/connectionTest';
import {
  connectableAgents,
  type ConnectableAgent,
  type ConnectionPlan,
  type ConnectionTarget,
} from '../connect/target';
import { connectScheme } from './ids';

type Change = (target: ConnectionTarget, shown?: ConnectionPlan) => Promise<ConnectionPlan>;

/** What connects agents; loaded only when a person asks for it. */
export interface Connecting {
  agentSettings: Readonly<Record<ConnectableAgent, AgentSettings>>;
  planConnection: (target: ConnectionTarget) => Promise<ConnectionPlan>;
  planDisconnection: (target: ConnectionTarget) => Promise<ConnectionPlan>;
  connectAgent: Change;
  disconnectAgent: Change;
  testConnection: (
    launcher: string,
    platform: NodeJS.Platform,
    clock: Clock,
  ) => Promise<ConnectionTestResult>;
  systemClock: Clock;
}

export interface ConnectAgentsOptions {
  /** Absolute path of the stable launcher, once it is there. */
  launcher: () => Promise<string>;
  connecting: () => Promise<Connecting>;
  log: Logger;
}

interface Shown {
  before: string;
  after: string;
}

/** Connects and disconnects agents. Nothing is written before its exact change has been shown and agreed to. */
export class ConnectAgents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(connectScheme, this);
  /** The change that is being shown; one at a time. */
  #shown: Shown = { before: '', after: '' };
  #count = 0;
  readonly #didChange = new vscode.EventEmitter<void>();
  /** Fires when a file was connected or disconnected in this window. */
  readonly onDidChangeConnections = this.#didChange.event;

  constructor(private readonly options: ConnectAgentsOptions) {}

  async connect(agent?: ConnectableAgent): Promise<void> {
    const calls = await this.options.connecting();
    const target = await this.#ask(calls, agent, vscode.l10n.t('Connect which agent?'));
    if (!target) return;
    const { name } = calls.agentSettings[target.agent];
    const plan = await calls.planConnection(target);
    if (!plan.alreadyConnected) {
      const title = vscode.l10n.t('Connect {0}', name);
      if (!(await this.#agrees(plan, title, standing(plan, name)))) return;
      await calls.connectAgent(target, plan);
      this.#didChange.fire();
      this.options.log.info(`${name} was connected (${target.scope}).`);
    }
    const asks = await this.#offerServer(calls, { ...target, part: 'mcp' });
    if (plan.alreadyConnected && asks !== 'now')
      return this.#connected(plan, name, vscode.l10n.t('{0} is connected already.', name));
    const message = asks
      ? vscode.l10n.t('{0} is connected. Its next session is captured, and can ask what is remembered.', name)
      : vscode.l10n.t('{0} is connected. Its next session is captured.', name);
    await this.#connected(plan, name, message);
  }

  /** Offers the agent the MCP server; whether the agent has it, and whether only now. */
  async #offerServer(calls: Connecting, target: ConnectionTarget): Promise<'before' | 'now' | undefined> {
    const { name, mcp } = calls.agentSettings[target.agent];
    if (!mcp) return undefined;
    const plan = await calls.planConnection(target);
    if (plan.alreadyConnected) return 'before';
    const title = vscode.l10n.t('Let {0} ask what is remembered', name);
    const text = vscode.l10n.t('Adds Tidemark’s MCP server, which works with VS Code closed, too.');
    if (!(await this.#agrees(plan, title, text, vscode.l10n.t('Not Now')))) return undefined;
    await calls.connectAgent(target, plan);
    this.#didChange.fire();
    this.options.log.info(`${name} was offered the MCP server (${target.scope}).`);
    return 'now';
  }

  async disconnect(): Promise<void> {
    const calls = await this.options.connecting();
    const target = await this.#ask(calls, undefined, vscode.l10n.t('Disconnect which agent?'));
    if (!target) return;
    const { name, mcp } = calls.agentSettings[target.agent];
    // What was put in last goes first: only then a file that has both is found as it was left.
    const parts: ConnectionTarget[] = [...(mcp ? [{ ...target, part: 'mcp' as const }] : []), target];
    let changes = 0;
    for (const part of parts) {
      const plan = await calls.planDisconnection(part);
      if (plan.before !== plan.after) {
        changes++;
        if (!(await this.#agrees(plan, vscode.l10n.t('Disconnect {0}', name), undefined))) return;
      }
      await calls.disconnectAgent(part, plan);
      this.#didChange.fire();
    }
    if (changes === 0) {
      const file = calls.agentSettings[target.agent].file(target);
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There are no hooks of Tidemark to take out of {0}.', file),
      );
      return;
    }
    this.options.log.info(`${name} was disconnected (${target.scope}).`);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is disconnected. What is remembered stays.', name),
    );
  }

  /** Fires a real hook, and says how far it came. */
  async test(): Promise<void> {
    const { testConnection, systemClock } = await this.options.connecting();
    const launcher = await this.options.launcher();
    const { outcome, ms } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Testing the connection') },
      () => testConnection(launcher, process.platform, systemClock),
    );
    if (outcome === 'arrived') {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('The connection works: a test event arrived after {0} ms.', Math.round(ms)),
      );
    } else if (outcome === 'waiting') {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          'The hook works, and its event waits in the spool: nothing is lost, but no window has taken it yet.',
        ),
      );
    } else {
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The hook at {0} could not be run or could not write. Reload the window.', launcher),
      );
    }
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return uri.path.startsWith('/before/') ? this.#shown.before : this.#shown.after;
  }

  async #ask(
    calls: Connecting,
    named: ConnectableAgent | undefined,
    title: string,
  ): Promise<ConnectionTarget | undefined> {
    const agent = named ?? (await askAgent(calls, title));
    if (!agent) return undefined;
    const common = {
      ...{ agent, home: homedir(), platform: process.platform, env: process.env },
      launcher: await this.options.launcher(),
    };
    const projectRoot = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri
      .fsPath;
    const user: ConnectionTarget = {
      ...common,
      scope: 'user',
      ...(projectRoot !== undefined && { projectRoot }),
    };
    if (projectRoot === undefined) return user;
    return askScope(calls, user, { ...user, scope: 'project' });
  }

  /** Shows the change side by side, and asks above it, where neither covers the other. */
  async #agrees(
    plan: ConnectionPlan,
    title: string,
    detail: string | undefined,
    no = vscode.l10n.t('Cancel'),
  ): Promise<boolean> {
    this.#shown = { before: plan.before ?? '', after: plan.after ?? '' };
    const name = `${++this.#count}/${basename(plan.file)}`;
    const [before, after] = ['before', 'after'].map((side) =>
      vscode.Uri.from({ scheme: connectScheme, path: `/${side}/${name}` }),
    );
    await vscode.commands.executeCommand('vscode.diff', before, after, `${title}: ${plan.file}`, {
      preview: true,
    });
    const apply = {
      label: vscode.l10n.t('Apply'),
      detail: detail ?? vscode.l10n.t('Everything else in the file stays as it is.'),
    };
    const answer = await vscode.window.showQuickPick([apply, { label: no }], {
      title,
      placeHolder: changeText(plan),
      ignoreFocusOut: true,
    });
    await closeDiff(after!);
    return answer === apply;
  }

  async #connected(plan: ConnectionPlan, name: string, message: string): Promise<void> {
    const test = vscode.l10n.t('Test the Connection');
    const warning = standing(plan, name);
    const answer = await (warning
      ? vscode.window.showWarningMessage(`${message} ${warning}`, test)
      : vscode.window.showInformationMessage(message, test));
    if (answer === test) await this.test();
  }

  dispose(): void {
    this.#registration.dispose();
    this.#didChange.dispose();
  }
}

async function askAgent({ agentSettings }: Connecting, title: string): Promise<ConnectableAgent | undefined> {
  const items = connectableAgents.map((id) => ({ label: agentSettings[id].name, id }));
  return (await vscode.window.showQuickPick(items, { title }))?.id;
}

async function askScope(
  { agentSettings }: Connecting,
  user: ConnectionTarget,
  project: ConnectionTarget,
): Promise<ConnectionTarget | undefined> {
  const item = (label: string, target: ConnectionTarget) => ({
    ...{ label, target },
    description: agentSettings[target.agent].file(target),
  });
  const items = [
    item(vscode.l10n.t('All projects'), user),
    item(vscode.l10n.t('This project only'), project),
  ];
  const title = vscode.l10n.t('{0}: for which projects?', agentSettings[user.agent].name);
  return (await vscode.window.showQuickPick(items, { title }))?.target;
}

function changeText({ before, after, file }: ConnectionPlan): string {
  if (before === undefined) return vscode.l10n.t('Make {0} as shown?', file);
  if (after === undefined) return vscode.l10n.t('Remove {0}, which has nothing else in it?', file);
  return vscode.l10n.t('Change {0} as shown?', file);
}

/** What still keeps the agent from running the hooks, in words. */
function standing({ agent, hooksDisabled, needsTrust }: ConnectionPlan, name: string): string | undefined {
  if (agent === 'vscode' && vscode.workspace.getConfiguration('chat').get('useHooks') === false)
    return vscode.l10n.t('But the setting {0} turns hooks off: turn them on there.', 'chat.useHooks');
  if (hooksDisabled?.by === 'policy') {
    return vscode.l10n.t(
      'But a policy of this machine turns hooks off: {0}. Ask who manages it.',
      hooksDisabled.file,
    );
  }
  if (hooksDisabled)
    return vscode.l10n.t('But hooks are turned off in {0}: turn them on there.', hooksDisabled.file);
  if (needsTrust)
    return vscode.l10n.t('But {0} runs hooks only once you trust them: run /hooks in it.', name);
  return undefined;
}

async function closeDiff(after: vscode.Uri): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const shown = tabs.filter(
    ({ input }) => input instanceof vscode.TabInputTextDiff && input.modified.toString() === after.toString(),
  );
  await vscode.window.tabGroups.close(shown);
}
