import * as vscode from 'vscode';
import type { Logger } from '../../base/logger';
import { insightsPanelType } from '../ids';
import type { StoreView } from '../storeView';
import type { InsightsPanel } from './panel';

/** The Insights page: one at most, loaded when it is first asked for, and back after a reload of the window. */
export class Insights implements vscode.Disposable {
  readonly #serializer: vscode.Disposable;
  #shown: InsightsPanel | undefined;

  constructor(
    private readonly store: StoreView,
    private readonly log: Logger,
    private readonly extension: vscode.Uri,
  ) {
    this.#serializer = vscode.window.registerWebviewPanelSerializer(insightsPanelType, {
      deserializeWebviewPanel: (panel) => this.#keep(panel),
    });
  }

  /** Shows the page, or brings it to the front. */
  async show(): Promise<void> {
    if (this.#shown) return this.#shown.panel.reveal();
    const column = vscode.ViewColumn.Active;
    await this.#keep(
      vscode.window.createWebviewPanel(insightsPanelType, vscode.l10n.t('Tidemark Insights'), column),
    );
  }

  async #keep(panel: vscode.WebviewPanel): Promise<void> {
    const { InsightsPanel: Panel } = await import('./panel');
    const icon = (name: string) => vscode.Uri.joinPath(this.extension, 'media', name);
    panel.iconPath = { light: icon('tab-light.svg'), dark: icon('tab-dark.svg') };
    const shown = new Panel(panel, { store: this.store, log: this.log, extension: this.extension });
    this.#shown?.panel.dispose();
    this.#shown = shown;
    panel.onDidDispose(() => {
      shown.dispose();
      if (this.#shown === shown) this.#shown = undefined;
    });
  }

  dispose(): void {
    this.#serializer.dispose();
    this.#shown?.dispose();
  }
}
