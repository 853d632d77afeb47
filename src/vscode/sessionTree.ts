import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { asError } from '../base/errors';
import type { SessionDetail, SessionItem, TidemarkClient } from '../keeper/client';
import { focusedRows } from './focusedRows';
import { commands, contextKeys, views } from './ids';
import { groupSessions, sessionGroupings, type SessionGrouping } from './sessionGroups';
import { SessionList, type SessionFilter } from './sessionList';
import {
  nodeId,
  rowsOfSession,
  rowsOfSubagent,
  rowsOfTurn,
  type GroupNode,
  type SessionNode,
  type SessionRowNode,
} from './sessionNodes';
import { sessionUsageLines } from './providerText';
import { rowTooltip, treeItem } from './sessionRows';
import type { Drawing } from './sessionState';
import { hangs, type StoreView } from './storeView';
import { TreeRefresh } from './treeRefresh';

/** In the global state. */
const GROUPING_KEY = 'sessions.grouping';
/** Details of expanded sessions that are kept to draw from. */
const MOST_DETAILS = 30;

/**
 * The sessions under their groups; under each its prompts with summary, observations and queued messages. What was
 * read is kept and corrected by what the store says has changed: a refresh reads no more than that.
 */
export class SessionTree implements vscode.TreeDataProvider<SessionNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<SessionNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<SessionNode>;
  readonly #disposables: vscode.Disposable[];
  readonly #list = new SessionList();
  readonly #refresh = new TreeRefresh<SessionNode>((nodes) => this.#changed.fire(nodes));
  readonly #groups = new Map<string, GroupNode>();
  readonly #sessions = new Map<number, SessionRowNode>();
  readonly #details = new Map<number, Promise<SessionDetail | undefined>>();
  readonly #parents = new WeakMap<SessionNode, SessionNode>();
  /** What a person expanded or collapsed: a row that moves to another group stays so. */
  readonly #expanded = new Map<string, boolean>();
  /** Which rows stood where when the tree was drawn last. */
  #drawnLayout = '';
  #drawnPaused = false;
  #isEmpty = false;
  #toMerge = new Set<number>();
  #merging = false;

  constructor(
    private readonly store: StoreView,
    private readonly memento: vscode.Memento,
    private readonly log: Logger,
  ) {
    this.#view = vscode.window.createTreeView(views.sessions, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    const expand = (isExpanded: boolean) => (event: vscode.TreeViewExpansionEvent<SessionNode>) =>
      void this.#expanded.set(nodeId(event.element), isExpanded);
    this.#disposables = [
      this.#view,
      store.onDidChange((changed) => this.#follow(changed)),
      // What is open, and what is of today, depends on the time.
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.#redraw(new Set())),
      this.#view.onDidExpandElement(expand(true)),
      this.#view.onDidCollapseElement(expand(false)),
      vscode.commands.registerCommand(commands.loadMore, () => this.#loadMore()),
      this.#changed,
    ];
  }

  get grouping(): SessionGrouping {
    const kept = this.memento.get<SessionGrouping>(GROUPING_KEY);
    return sessionGroupings.find((grouping) => grouping === kept) ?? 'day';
  }

  /** Kept over restarts. */
  async group(by: SessionGrouping): Promise<void> {
    await this.memento.update(GROUPING_KEY, by);
    this.#refresh.request();
  }

  get filter(): SessionFilter {
    return this.#list.filter;
  }

  async show(filter: SessionFilter): Promise<void> {
    this.#list.reset(filter);
    const { text, archived } = filter;
    this.#view.description = [archived ? vscode.l10n.t('archived') : '', text ? `“${text}”` : '']
      .filter(Boolean)
      .join(' · ');
    await vscode.commands.executeCommand('setContext', contextKeys.sessionsFiltered, text !== undefined);
    await vscode.commands.executeCommand('setContext', contextKeys.showsArchived, archived);
    this.#refresh.request();
  }

  /** What is selected in the view. */
  get selection(): readonly SessionNode[] {
    return this.#view.selection;
  }

  /** What a key in this view is about. */
  focused(): Promise<readonly SessionNode[]> {
    return focusedRows(this.#view, nodeId);
  }

  /** Selects the session and brings it into sight, whatever is filtered. False where it is not stored any more. */
  async reveal(id: number): Promise<boolean> {
    const { client } = this.store;
    const [session] = client ? await client.sessions({ ids: [id], limit: 1 }) : [];
    if (!client || !session) return false;
    const archived = session.isArchived ?? false;
    const { filter } = this.#list;
    if (filter.text !== undefined || filter.archived !== archived) await this.show({ archived });
    await this.#load(client);
    await this.#list.keep(client, id);
    this.#layOut();
    const node = this.#sessions.get(id);
    if (!node) return false;
    this.#refresh.request();
    await this.#view.reveal(node, { select: true, focus: true, expand: true });
    return true;
  }

  #follow(changed: ReadonlySet<number> | undefined): void {
    this.#say();
    // What is asked now would not be answered: the rows stay until something is.
    if (hangs(this.store.state)) return;
    if (!changed) {
      this.#list.reset();
      this.#details.clear();
      this.#refresh.request();
      return;
    }
    if (changed.size === 0) {
      // Of the status alone, rows show only whether it is paused.
      if (this.#drawing().paused !== this.#drawnPaused) this.#refresh.request();
      return;
    }
    for (const id of changed) {
      this.#toMerge.add(id);
      this.#details.delete(id);
    }
    if (!this.#merging) void this.#merge();
  }

  async #merge(): Promise<void> {
    this.#merging = true;
    const merged = new Set<number>();
    const { client } = this.store;
    try {
      while (client && this.#toMerge.size > 0) {
        const ids = [...this.#toMerge];
        this.#toMerge.clear();
        await this.#list.merge(client, ids);
        for (const id of ids) merged.add(id);
      }
    } catch (error) {
      // The list may be untrue now: it is read again as a whole.
      if (this.store.client === client) this.log.error('Changed sessions could not be read.', error);
      this.#list.reset();
    } finally {
      this.#merging = false;
    }
    this.#redraw(merged);
  }

  /** Draws changed sessions anew; everything where rows came, went or moved. */
  #redraw(ids: ReadonlySet<number>): void {
    if (!this.#list.isLoaded) return this.#refresh.request();
    const layout = this.#drawnLayout;
    this.#layOut();
    if (layout !== this.#drawnLayout) return this.#refresh.request();
    const nodes = [...ids].flatMap((id) => this.#sessions.get(id) ?? []);
    if (nodes.length > 0) this.#refresh.request(nodes);
  }

  getTreeItem(node: SessionNode): vscode.TreeItem {
    const item = treeItem(node, this.#drawing(), this.grouping);
    const expanded = this.#expanded.get(nodeId(node));
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    if (expanded !== undefined && item.collapsibleState !== None)
      item.collapsibleState = expanded ? Expanded : Collapsed;
    return item;
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

  getParent(node: SessionNode): SessionNode | undefined {
    return this.#parents.get(node);
  }

  getChildren(node?: SessionNode): Promise<SessionNode[]> {
    return this.#refresh.while(() => this.#read(node));
  }

  async #read(node?: SessionNode): Promise<SessionNode[]> {
    const { client } = this.store;
    if (!client) return [];
    try {
      const children = node ? await this.#childrenOf(node, client) : await this.#roots(client);
      if (node) for (const child of children) this.#parents.set(child, node);
      return children;
    } catch (error) {
      // The store may have closed while it was asked; the next state draws the tree again.
      if (this.store.client !== client) return [];
      this.log.error('A part of the session tree could not be read.', error);
      return [{ kind: 'error', of: node ? nodeId(node) : 'root', message: asError(error).message }];
    }
  }

  async #childrenOf(node: SessionNode, client: TidemarkClient): Promise<SessionNode[]> {
    switch (node.kind) {
      case 'group':
        return node.group.sessions.flatMap(({ id }) => this.#sessions.get(id) ?? []);
      case 'session': {
        const detail = await this.#detail(node.session.id, client);
        return detail ? rowsOfSession(detail) : [];
      }
      case 'prompt':
        return rowsOfTurn(node.detail, node.prompt.number);
      case 'subagent':
        return rowsOfSubagent(node);
      default:
        return [];
    }
  }

  #detail(id: number, client: TidemarkClient): Promise<SessionDetail | undefined> {
    const known = this.#details.get(id);
    if (known) return known;
    const detail = client.session(id);
    // A failed read is tried again by the next refresh.
    detail.catch(() => this.#details.delete(id));
    this.#details.set(id, detail);
    const [oldest] = this.#details.keys();
    if (this.#details.size > MOST_DETAILS && oldest !== undefined) this.#details.delete(oldest);
    return detail;
  }

  async #roots(client: TidemarkClient): Promise<SessionNode[]> {
    await this.#load(client);
    const groups = this.#layOut();
    this.#isEmpty = groups.length === 0;
    this.#say();
    return this.#list.hasMore ? [...groups, { kind: 'more' }] : groups;
  }

  /** What stands above the rows: why there is none, or why they may be old. */
  #say(): void {
    const { archived, text } = this.#list.filter;
    const none = text
      ? vscode.l10n.t('No session matches “{0}”.', text)
      : archived && vscode.l10n.t('No session is archived.');
    const message = hangs(this.store.state)
      ? vscode.l10n.t(
          'The window that keeps the store does not answer. Run “Tidemark: Take Over the Store” to go on here.',
        )
      : this.#isEmpty && none;
    this.#view.message = message || '';
  }

  async #load(client: TidemarkClient): Promise<void> {
    // What changes the list's filter while it is read has it read again.
    while (!this.#list.isLoaded && this.store.client === client) await this.#list.load(client);
  }

  /** Gives each group and each session its row, and remembers which stands where. */
  #layOut(): SessionNode[] {
    const drawing = this.#drawing();
    this.#drawnPaused = drawing.paused;
    const { text } = this.#list.filter;
    const groups = groupSessions(this.#list.sessions(), this.grouping, drawing).map((group) =>
      // Other rows than without a filter: what is searched for should not be hidden in one that was collapsed.
      text === undefined ? group : { ...group, key: `filtered:${group.key}` },
    );
    const newest = groups.filter(({ by }) => by !== 'active')[0]?.key;
    const listed = new Set<number>();
    const nodes = groups.map((group): GroupNode => {
      const node: GroupNode = this.#groups.get(group.key) ?? {
        kind: 'group',
        group,
        isExpanded: text !== undefined || group.by === 'active' || group.key === newest,
      };
      node.group = group;
      for (const session of group.sessions) {
        listed.add(session.id);
        this.#parents.set(this.#rowOf(session), node);
      }
      return node;
    });
    this.#groups.clear();
    for (const node of nodes) this.#groups.set(node.group.key, node);
    for (const id of this.#sessions.keys()) if (!listed.has(id)) this.#sessions.delete(id);
    const places = groups.map(({ key, sessions }) => `${key}=${sessions.map(({ id }) => id).join()}`);
    this.#drawnLayout = `${places.join(';')};${this.#list.hasMore}`;
    return nodes;
  }

  #rowOf(session: SessionItem): SessionRowNode {
    const known = this.#sessions.get(session.id);
    const node: SessionRowNode = known ?? { kind: 'session', session };
    node.session = session;
    this.#sessions.set(session.id, node);
    return node;
  }

  async #loadMore(): Promise<void> {
    const { client } = this.store;
    if (!client) return;
    try {
      await this.#list.more(client);
    } catch (error) {
      this.log.error('More sessions could not be read.', error);
      this.#list.reset();
    }
    this.#refresh.request();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}
