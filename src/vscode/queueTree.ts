import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { asError } from '../base/errors';
import { MESSAGE_LIMIT, type TidemarkClient } from '../keeper/client';
import { focusedRows } from './focusedRows';
import { views } from './ids';
import { queueItem, queueNodeId, queueTooltip, type QueueNode } from './queueRows';
import type { StoreView } from './storeView';
import { TreeRefresh } from './treeRefresh';

/** Most sessions, and most of what was set aside, that are listed. */
const MOST_ROWS = 100;

/**
 * What waits to be distilled, session by session, with what it waits for; and what was set aside. Its badge says how
 * much has failed: that needs a person.
 */
export class QueueTree implements vscode.TreeDataProvider<QueueNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<QueueNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #refresh = new TreeRefresh<QueueNode>((nodes) => this.#changed.fire(nodes));
  readonly #view: vscode.TreeView<QueueNode>;
  readonly #disposables: vscode.Disposable[];

  constructor(
    private readonly store: StoreView,
    private readonly log: Logger,
  ) {
    this.#view = vscode.window.createTreeView(views.queue, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.#disposables = [
      this.#view,
      store.onDidChange(() => {
        const failed = store.client?.status().queue.failed ?? 0;
        this.#view.badge =
          failed > 0 ? { value: failed, tooltip: vscode.l10n.t('{0} failed', failed) } : undefined;
        this.#refresh.request();
      }),
      this.#changed,
    ];
  }

  /** What is selected in the view. */
  get selection(): readonly QueueNode[] {
    return this.#view.selection;
  }

  /** What a key in this view is about. */
  focused(): Promise<readonly QueueNode[]> {
    return focusedRows(this.#view, queueNodeId);
  }

  getTreeItem(node: QueueNode): vscode.TreeItem {
    const { client } = this.store;
    if (client) return queueItem(node, client.status(), Date.now());
    // The store has just been closed: the next state draws the tree again.
    return new vscode.TreeItem('');
  }

  resolveTreeItem(item: vscode.TreeItem, node: QueueNode): vscode.TreeItem {
    const status = this.store.client?.status();
    if (status) item.tooltip ??= queueTooltip(node, status, Date.now());
    return item;
  }

  getChildren(node?: QueueNode): Promise<QueueNode[]> {
    return this.#refresh.while(() => this.#read(node));
  }

  async #read(node?: QueueNode): Promise<QueueNode[]> {
    const { client } = this.store;
    if (!client) return [];
    try {
      if (!node) return await this.#roots(client);
      if (node.kind === 'setAsideAll') return node.all.map((setAside) => ({ kind: 'setAside', setAside }));
      return node.kind === 'queued' ? await this.#messages(node, client) : [];
    } catch (error) {
      if (this.store.client !== client) return [];
      this.log.error('A part of the queue could not be read.', error);
      return [{ kind: 'error', of: node ? queueNodeId(node) : 'root', message: asError(error).message }];
    }
  }

  async #roots(client: TidemarkClient): Promise<QueueNode[]> {
    const [queued, setAside] = await Promise.all([
      client.queuedSessions(MOST_ROWS + 1),
      client.setAside(MOST_ROWS),
    ]);
    const rows = queued.slice(0, MOST_ROWS).map((one): QueueNode => ({ kind: 'queued', queued: one }));
    if (queued.length > MOST_ROWS) rows.push({ kind: 'rest', of: 'sessions', count: undefined });
    if (setAside.length > 0) rows.push({ kind: 'setAsideAll', all: setAside });
    return rows;
  }

  async #messages(
    { queued }: Extract<QueueNode, { kind: 'queued' }>,
    client: TidemarkClient,
  ): Promise<QueueNode[]> {
    const { id, queue } = queued.session;
    const messages = await client.messages(id, MESSAGE_LIMIT);
    const rows = messages.map((message): QueueNode => ({ kind: 'message', message, queued }));
    const rest = queue.pending + queue.processing + queue.failed - messages.length;
    if (messages.length === MESSAGE_LIMIT && rest > 0)
      rows.push({ kind: 'rest', of: `session:${id}`, count: rest });
    return rows;
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}
