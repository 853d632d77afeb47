import * as vscode from 'vscode';
import type { DroppedEvents } from '../capture/droppedEvents';
import type { Logger } from '../base/logger';
import { commands } from './ids';
import type { StoreView } from './storeView';

/** It is looked for when something else has changed, and this often at most, ms. */
const INTERVAL_MS = 10_000;

/** Warns of events that could not be kept, once each, whichever window finds the count. */
export class DroppedEventsWarning implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = -INTERVAL_MS;

  /** @param take answers what was counted since the last call. */
  constructor(
    store: StoreView,
    private readonly take: () => Promise<DroppedEvents | undefined>,
    private readonly log: Logger,
  ) {
    this.#subscriptions = [
      store.onDidChange(() => this.#soon()),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && this.#soon()),
    ];
  }

  #soon(): void {
    const wait = Math.max(0, this.#lookedAt + INTERVAL_MS - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#lookedAt = performance.now();
      this.#look().catch((error: unknown) => this.log.error('Dropped events could not be counted.', error));
    }, wait);
  }

  async #look(): Promise<void> {
    const dropped = await this.take();
    if (!dropped) return;
    const { full, failed } = dropped;
    this.log.warn(`Events were dropped: ${full} by a full spool, ${failed} that could not be written.`);
    const texts = [
      ...(full > 0
        ? [
            vscode.l10n.t(
              '{0} events of agents were not kept, because too many were waiting to be read. Leave a window with Tidemark open until they are worked off.',
              full,
            ),
          ]
        : []),
      ...(failed > 0
        ? [
            vscode.l10n.t(
              '{0} events of agents could not be written. Is the disk full, or the folder not writable?',
              failed,
            ),
          ]
        : []),
    ];
    const showLog = vscode.l10n.t('Show Log');
    const answer = await vscode.window.showWarningMessage(`Tidemark: ${texts.join(' ')}`, showLog);
    if (answer === showLog) await vscode.commands.executeCommand(commands.showLog);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#subscriptions).dispose();
  }
}
