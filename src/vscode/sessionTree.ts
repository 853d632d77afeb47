import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { asError } from '../base/errors';
import type { SessionItem } from '../keeper/client';
import { commands, views } from './ids';
import {
  type Drawing,
  childrenOf,
  rowTooltip,
  sessionState,
  treeItem,
  type SessionNode,
  type SessionStateName,
} from './sessionNodes';
import { sessionUsageLines } from './providerText';
import { hangs, type StoreView } from './storeView';

const PAGE = 50;
/** What needs a look comes first; within each, the newest activity. */
const order: readonly SessionStateName[] = ['working', 'waiting', 'failed', 'open', 'ended'];

/** The sessions, active ones first; under each its prompts with summary, observations and queued messages. */
export class SessionTree implements vscode.TreeDataProvider<SessionNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<SessionNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  #limit = PAGE;
  /** Reads under way. VS Code drops the answer to a read that a refresh overtakes, and the row stays empty. */
  #reading = 0;
  #refreshAfter = false;

  constructor(
    private readonly store: StoreView,
    private readonly log: Logger,
  ) {
    let drawnPaused = false;
    const view = vscode.window.createTreeView(views.sessions, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#disposables = [
      view,
      store.onDidChange((changed) => {
        const failed = store.client?.status().queue.failed ?? 0;
        view.badge = failed > 0 ? { value: failed, tooltip: vscode.l10n.t('{0} failed', failed) } : undefined;
        view.message = hangs(store.state)
          ? vscode.l10n.t(
              'The window that keeps the store does not answer. Run “Tidemark: Take Over the Store” to go on here.',
            )
          : '';
        const { paused } = this.#drawing();
        // Of the status alone, rows show only whether it is paused.
        if (changed?.size === 0 && paused === drawnPaused) return;
        drawnPaused = paused;
        this.#refresh();
      }),
      vscode.commands.registerCommand(commands.loadMore, () => {
        this.#limit += PAGE;
        this.#refresh();
      }),
      this.#changed,
    ];
  }

  #refresh(): void {
    if (this.#reading > 0) this.#refreshAfter = true;
    else this.#changed.fire(undefined);
  }

  getTreeItem(node: SessionNode): vscode.TreeItem {
    return treeItem(node, this.#drawing());
  }

  #drawing(): Drawing {
    return { now: Date.now(), paused: this.store.client?.status().paused ?? false };
  }

  async resolveTreeItem(item: vscode.TreeItem, node: SessionNode): Promise<vscode.TreeItem> {
    const usage = node.kind === 'session' ? await this.#usageOf(node.session.id) : [];
    item.tooltip = [rowTooltip(node), ...usage].filter(Boolean).join('\n') || undefined;
    return item;
  }

  /** Asked when somebody looks. A tooltip says the rest without it. */
  async #usageOf(sessionId: number): Promise<string[]> {
    const { client } = this.store;
    const detail = await client?.session(sessionId).catch(() => undefined);
    return detail && client ? sessionUsageLines(detail.usage, client.status().pricesAsOf) : [];
  }

  async getChildren(node?: SessionNode): Promise<SessionNode[]> {
    this.#reading++;
    try {
      return await this.#read(node);
    } finally {
      // After this answer has gone out.
      setImmediate(() => {
        this.#reading--;
        if (this.#reading > 0 || !this.#refreshAfter) return;
        this.#refreshAfter = false;
        this.#changed.fire(undefined);
      });
    }
  }

  async #read(node?: SessionNode): Promise<SessionNode[]> {
    const { client } = this.store;
    if (!client) return [];
    try {
      if (!node) return await this.#sessions(await client.sessions({ limit: this.#limit + 1 }));
      return childrenOf(node, node.kind === 'session' ? await client.session(node.session.id) : undefined);
    } catch (error) {
      // The store may have closed while it was asked; the next state draws the tree again.
      if (this.store.client !== client) return [];
      this.log.error('A part of the session tree could not be read.', error);
      return [{ kind: 'error', id: node?.kind ?? 'root', message: asError(error).message }];
    }
  }

  async #sessions(found: SessionItem[]): Promise<SessionNode[]> {
    const drawing = this.#drawing();
    const rank = (session: SessionItem) => order.indexOf(sessionState(session, drawing));
    const shown = found.slice(0, this.#limit).sort((a, b) => rank(a) - rank(b));
    const nodes = shown.map((session): SessionNode => ({ kind: 'session', session }));
    return found.length > this.#limit ? [...nodes, { kind: 'more' }] : nodes;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}
