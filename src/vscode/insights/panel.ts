import * as vscode from 'vscode';
import { asError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import {
  DEFAULT_RANGE,
  parseToExtension,
  ranges,
  type Range,
  type ToPage,
  type View,
} from '../../webview/messages';
import { commands } from '../ids';
import { budgetUsd } from '../providerChoice';
import type { StoreView } from '../storeView';
import { chartsOf, isBlank } from './charts';
import { lastDays } from './days';
import { insightsPage } from './page';

/** While agents work, the figures are read at most this often. */
const REFRESH_MS = 5_000;

/**
 * The page with its figures, as long as it is open. It is drawn when its page asks, and again when the store has
 * changed, at most every `REFRESH_MS` and only while a person can see it.
 */
export class InsightsPanel implements vscode.Disposable {
  readonly #disposables: vscode.Disposable[];
  #range: Range = DEFAULT_RANGE;
  /** The page has asked; before, nobody hears. */
  #isReady = false;
  #refresh: NodeJS.Timeout | undefined;
  /** Something has changed while nobody could see it. */
  #isStale = false;
  /** Counts reads, so that an older answer is not shown over a newer one. */
  #reads = 0;

  constructor(
    readonly panel: vscode.WebviewPanel,
    private readonly options: {
      readonly store: StoreView;
      readonly log: Logger;
      readonly extension: vscode.Uri;
    },
  ) {
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(options.extension, 'dist');
    webview.options = {
      enableScripts: true,
      enableCommandUris: [commands.connectAgent],
      localResourceRoots: [dist, vscode.Uri.joinPath(options.extension, 'media')],
    };
    this.#disposables = [
      webview.onDidReceiveMessage((message: unknown) => this.#hear(message)),
      panel.onDidChangeViewState(() => {
        // A hidden page is gone; the one that comes back asks anew.
        if (!panel.visible) this.#isReady = false;
        else if (this.#isStale) this.#changed();
      }),
      options.store.onDidChange(() => this.#changed()),
      vscode.workspace.onDidChangeConfiguration(
        (change) => void (change.affectsConfiguration('tidemark.budget') && this.#changed()),
      ),
    ];
    webview.html = insightsPage(webview, dist);
  }

  #hear(message: unknown): void {
    const heard = parseToExtension(message);
    if (!heard) return this.options.log.warn('The Insights page said something that is not understood.');
    this.#range = heard.range;
    this.#isReady = true;
    void this.#show();
  }

  #changed(): void {
    this.#isStale = true;
    if (!this.panel.visible || !this.#isReady) return;
    this.#refresh ??= setTimeout(() => {
      this.#refresh = undefined;
      if (this.panel.visible) void this.#show();
    }, REFRESH_MS);
  }

  async #show(): Promise<void> {
    const read = ++this.#reads;
    this.#isStale = false;
    const message = await this.#figures();
    if (read === this.#reads && this.#isReady) await this.panel.webview.postMessage(message);
  }

  async #figures(): Promise<ToPage> {
    const { client } = this.options.store;
    if (!client) return { type: 'unavailable', text: vscode.l10n.t('The store is not open yet.') };
    try {
      const range = this.#range;
      const days = lastDays(range, new Date());
      const insights = await client.library.insights({ days });
      const { language } = vscode.env;
      const charts = chartsOf({ insights, days, budgetUsd: budgetUsd(), language });
      return {
        type: 'show',
        view: { ...words(range), range, language, days, charts, ...noticeOf(isBlank(insights)) },
      };
    } catch (error) {
      this.options.log.error('The figures for Insights could not be read.', error);
      return {
        type: 'unavailable',
        text: vscode.l10n.t('The figures could not be read: {0}', asError(error).message),
      };
    }
  }

  dispose(): void {
    clearTimeout(this.#refresh);
    this.#reads++;
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

function words(range: Range): Pick<View, 'status' | 'words'> {
  const { l10n } = vscode;
  return {
    status: l10n.t('{0} days are shown', range),
    words: {
      ...{ title: l10n.t('Tidemark Insights'), range: l10n.t('Days that are shown') },
      ...{ table: l10n.t('Show as table'), day: l10n.t('Day'), total: l10n.t('Total') },
      leftOut: l10n.t('Days without anything are left out.'),
      ranges: ranges.map((days) => ({ days, label: l10n.t('{0} days', days) })),
    },
  };
}

function noticeOf(isNothing: boolean): Pick<View, 'notice'> {
  if (!isNothing) return {};
  return {
    notice: {
      text: vscode.l10n.t(
        'Nothing is remembered of these days. Connect an agent, and its next session counts.',
      ),
      ...{ link: vscode.l10n.t('Connect an Agent…'), command: commands.connectAgent },
    },
  };
}
