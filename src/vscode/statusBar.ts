import * as vscode from 'vscode';
import { systemClock } from '../base/clock';
import type { StoreStatus } from '../keeper/client';
import type { StoreState } from '../keeper/supervisor';
import { commands, statusItemId } from './ids';
import { budgetUsd } from './providerChoice';
import { providerText, restText, usageText } from './providerText';
import { SteadyLook } from './steadyLook';
import { hangs, type StoreView } from './storeView';

interface Look {
  text: string;
  /** It comes and goes with each piece of work. */
  quiet?: true;
  /** Said after "Tidemark: " by screen readers, and at the top of the tooltip. */
  meaning: string;
  background?: 'statusBarItem.errorBackground' | 'statusBarItem.warningBackground';
}

/** The one status bar item: what Tidemark is doing, and whether a person must act. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(statusItemId, vscode.StatusBarAlignment.Left);
  readonly #steady: SteadyLook<Look>;
  readonly #subscription: vscode.Disposable;

  constructor(private readonly store: StoreView) {
    this.#item.name = 'Tidemark';
    this.#steady = new SteadyLook<Look>({
      clock: systemClock,
      read: () => this.#look(),
      isQuiet: ({ quiet }) => quiet === true,
      isSame: (a, b) => a.text === b.text && a.meaning === b.meaning && a.background === b.background,
      draw: (look) => this.#draw(look),
    });
    this.#subscription = store.onDidChange(() => {
      this.#steady.update();
      this.#describe();
    });
    this.#steady.update();
    this.#describe();
    this.#item.show();
  }

  #look(): Look {
    const status = this.store.client?.status();
    return status && !hangs(this.store.state) ? statusLook(status) : stateLook(this.store.state);
  }

  #draw({ text, meaning, background }: Look): void {
    // Setting an equal text again would make it flicker.
    if (this.#item.text !== text) this.#item.text = text;
    this.#item.accessibilityInformation = { label: `Tidemark: ${meaning}` };
    this.#item.backgroundColor = background && new vscode.ThemeColor(background);
  }

  /** The tooltip is always true: it is seen only by who asks for it. */
  #describe(): void {
    const status = this.store.client?.status();
    this.#item.command = (status?.queue.failed ?? 0) > 0 ? commands.showQueue : commands.showSessions;
    this.#item.tooltip = tooltip(this.#look().meaning, status, this.store.state);
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#steady.dispose();
    this.#item.dispose();
  }
}

function stateLook(state: StoreState): Look {
  if (hangs(state)) {
    return {
      text: '$(warning) Tidemark',
      meaning: vscode.l10n.t('The window that keeps the store does not answer'),
      background: 'statusBarItem.warningBackground',
    };
  }
  switch (state.kind) {
    case 'starting':
      return { text: '$(bookmark)', meaning: vscode.l10n.t('Starting') };
    case 'elsewhere':
      return { text: '$(lock) Tidemark', meaning: state.error.message };
    case 'failed':
      return {
        text: '$(error) Tidemark',
        meaning: vscode.l10n.t('The store could not be opened'),
        background: 'statusBarItem.errorBackground',
      };
    case 'keeping':
    case 'following':
    case 'stopped':
      return { text: '$(bookmark)', meaning: vscode.l10n.t('Stopped') };
  }
}

function statusLook({ queue, paused, providerPause, warning }: StoreStatus): Look {
  const work = queue.pending + queue.processing;
  if (providerPause && providerPause.retryAt === undefined) {
    return {
      text: '$(debug-pause) Tidemark',
      meaning: restText(providerPause),
      background: 'statusBarItem.errorBackground',
    };
  }
  if (queue.failed > 0) {
    return {
      text: `$(warning) ${queue.failed}`,
      meaning: vscode.l10n.t('{0} failed', queue.failed),
      background: 'statusBarItem.warningBackground',
    };
  }
  if (paused) {
    return {
      text: work > 0 ? `$(debug-pause) ${work}` : '$(debug-pause) Tidemark',
      meaning: work > 0 ? vscode.l10n.t('Paused, {0} waiting', work) : vscode.l10n.t('Paused'),
    };
  }
  if (providerPause?.retryAt !== undefined) {
    return {
      text: `$(debug-pause) ${work}`,
      meaning: restText(providerPause),
    };
  }
  if (warning === 'large') {
    return {
      text: '$(warning) Tidemark',
      meaning: vscode.l10n.t('The store has grown large'),
      background: 'statusBarItem.warningBackground',
    };
  }
  if (work === 0) return { text: '$(bookmark)', meaning: vscode.l10n.t('Idle'), quiet: true };
  return {
    text: `$(sync~spin) ${work}`,
    meaning: vscode.l10n.t('Working, {0} in the queue', work),
    quiet: true,
  };
}

function tooltip(meaning: string, status: StoreStatus | undefined, state: StoreState): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands: Object.values(commands) };
  text.appendMarkdown(`**Tidemark**: ${meaning}\n\n`);
  const links: [string, string][] = [];
  if (status) {
    const { pending, processing, failed } = status.queue;
    text.appendMarkdown(
      `$(inbox) ${vscode.l10n.t('{0} waiting, {1} in work, {2} failed', pending, processing, failed)}\n\n`,
    );
    text.appendMarkdown(`$(server-process) ${providerText(status)}\n\n`);
    const usage = usageText(status, budgetUsd());
    if (usage !== undefined) text.appendMarkdown(`$(graph) ${usage}\n\n`);
    if (status.providerPause) text.appendMarkdown(`$(warning) ${restText(status.providerPause)}\n\n`);
    if (state.kind === 'following') {
      text.appendMarkdown(
        `$(link) ${vscode.l10n.t('Kept by another window (process {0})', state.keeper.pid)}\n\n`,
      );
      if (hangs(state)) links.push([vscode.l10n.t('Take over'), commands.takeOver]);
    }
    if (state.kind === 'keeping') text.appendMarkdown(`$(home) ${vscode.l10n.t('Kept by this window')}\n\n`);
    if (failed > 0) links.push([vscode.l10n.t('Retry failed'), commands.retryFailed]);
    links.push(
      status.paused ? [vscode.l10n.t('Resume'), commands.resume] : [vscode.l10n.t('Pause'), commands.pause],
    );
  } else if (state.kind === 'elsewhere') {
    text.appendText(state.error.advice ?? '');
    text.appendMarkdown('\n\n');
    links.push([vscode.l10n.t('Take over'), commands.takeOver]);
  } else if (state.kind === 'failed') {
    text.appendText(state.error.message);
    text.appendMarkdown('\n\n');
    links.push([vscode.l10n.t('Try again'), commands.reopenStore]);
  }
  links.push([vscode.l10n.t('Sessions'), commands.showSessions]);
  if (status) links.push([vscode.l10n.t('Queue'), commands.showQueue]);
  links.push([vscode.l10n.t('Log'), commands.showLog]);
  text.appendMarkdown(links.map(([label, command]) => `[${label}](command:${command})`).join(' · '));
  return text;
}
