import * as vscode from 'vscode';
import { asError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { TidemarkClient } from '../keeper/client';
import {
  memoryGroupings,
  type After,
  type MemoriesQuery,
  type MemoryGroup,
  type MemoryGrouping,
} from '../memory/library';
import type { Observation } from '../memory/observation';
import type { ChangedMarks } from './changedMarks';
import { focusedRows } from './focusedRows';
import { commands, views } from './ids';
import { memoryItem, memoryTooltip, type MemoryNode, type MemoryParent } from './memoryNodes';
import { whenStarted } from './openClient';
import { registerCommands } from './registerCommands';
import type { StoreView } from './storeView';

const PAGE = 50;
const GROUPING_KEY = 'tidemark.memory.groupBy';
const pinned: MemoryParent = { kind: 'pinned', id: 'pinned' };

/** What is remembered: pinned first, then by project, type, file or day, page by page. */
export class MemoryTree implements vscode.TreeDataProvider<MemoryNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view: vscode.TreeView<MemoryNode>;
  readonly #disposables: vscode.Disposable[];
  /** Rows shown of a parent, by its id; of the groups under the empty one. A page where none stands here. */
  readonly #limits = new Map<string, number>();
  /** Reads under way. VS Code drops the answer to a read that a refresh overtakes, and the row stays empty. */
  #reading = 0;
  #refreshAfter = false;

  constructor(
    private readonly store: StoreView,
    private readonly marks: ChangedMarks,
    private readonly state: vscode.Memento,
    private readonly log: Logger,
  ) {
    this.#view = vscode.window.createTreeView(views.memory, {
      treeDataProvider: this,
      canSelectMany: true,
      showCollapseAll: true,
    });
    this.#disposables = [
      this.#view,
      // Of the status alone nothing is shown here.
      store.onDidChange((sessions) => sessions?.size !== 0 && this.#refresh()),
      marks.onDidMark(() => this.#refresh()),
      registerCommands(
        [
          [commands.groupMemory, () => this.#chooseGrouping()],
          [commands.loadMoreMemory, (node: Extract<MemoryNode, { kind: 'more' }>) => this.#loadMore(node)],
        ],
        log,
      ),
      this.#changed,
    ];
  }

  /** What a key in this view is about. */
  focused(): Promise<readonly MemoryNode[]> {
    return focusedRows(this.#view, ({ id }) => id);
  }

  get #grouping(): MemoryGrouping {
    const chosen = this.state.get<string>(GROUPING_KEY);
    return memoryGroupings.find((grouping) => grouping === chosen) ?? 'project';
  }

  getTreeItem(node: MemoryNode): vscode.TreeItem {
    const changed = node.kind === 'observation' ? this.marks.known(node.observation.id) : [];
    return memoryItem(node, changed, Date.now());
  }

  async resolveTreeItem(item: vscode.TreeItem, node: MemoryNode): Promise<vscode.TreeItem> {
    if (node.kind === 'observation')
      item.tooltip = memoryTooltip(node, await this.marks.filesOf(node.observation.id));
    return item;
  }

  async getChildren(node?: MemoryNode): Promise<MemoryNode[]> {
    this.#reading++;
    try {
      await whenStarted(this.store);
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

  async #read(node?: MemoryNode): Promise<MemoryNode[]> {
    const { client } = this.store;
    if (!client) return [];
    try {
      if (!node) return await this.#top(client);
      if (node.kind === 'pinned') return await this.#observations(client, node, { pinned: true });
      if (node.kind !== 'group') return [];
      const { by, group } = node;
      return await this.#observations(client, node, { group: { by, key: group.key } });
    } catch (error) {
      // The store may have closed while it was asked; the next state draws the tree again.
      if (this.store.client !== client) return [];
      this.log.error('A part of the memory view could not be read.', error);
      return [{ kind: 'error', id: `error:${node?.id ?? ''}`, message: asError(error).message }];
    }
  }

  async #top({ library }: TidemarkClient): Promise<MemoryNode[]> {
    const by = this.#grouping;
    const [groups, anyPinned] = await Promise.all([
      readPages(this.#limit(''), (last: MemoryGroup | undefined, limit) =>
        library.groups({ by, limit, ...(last && { after: last.key }) }),
      ),
      library.memories({ pinned: true, limit: 1 }),
    ]);
    const nodes = groups.rows.map((group): MemoryNode => ({
      ...{ kind: 'group', id: `${by}:${group.key}`, by, group },
    }));
    return [
      ...(anyPinned.length > 0 ? [pinned] : []),
      ...nodes,
      ...(groups.hasMore ? [{ kind: 'more', id: 'more:', of: undefined } as const] : []),
    ];
  }

  async #observations(
    { library }: TidemarkClient,
    parent: MemoryParent,
    query: Omit<MemoriesQuery, 'limit'>,
  ): Promise<MemoryNode[]> {
    const { rows, hasMore } = await readPages(
      this.#limit(parent.id),
      (last: Observation | undefined, limit) =>
        library.memories({ ...query, limit, ...(last && { after: afterOf(last) }) }),
    );
    const nodes = rows.map((observation): MemoryNode => ({
      ...{ kind: 'observation', id: `${parent.id}/${observation.id}`, observation },
    }));
    return hasMore ? [...nodes, { kind: 'more', id: `more:${parent.id}`, of: parent }] : nodes;
  }

  #limit(id: string): number {
    return this.#limits.get(id) ?? PAGE;
  }

  #loadMore({ of }: Extract<MemoryNode, { kind: 'more' }>): void {
    const id = of?.id ?? '';
    this.#limits.set(id, this.#limit(id) + PAGE);
    this.#refresh();
  }

  #refresh(): void {
    if (this.#reading > 0) this.#refreshAfter = true;
    else this.#changed.fire(undefined);
  }

  async #chooseGrouping(): Promise<void> {
    const names: Record<MemoryGrouping, string> = {
      project: vscode.l10n.t('Project'),
      type: vscode.l10n.t('Type'),
      file: vscode.l10n.t('File'),
      day: vscode.l10n.t('Day'),
    };
    const icons = { project: 'repo', type: 'symbol-enum', file: 'file', day: 'calendar' };
    const current = this.#grouping;
    const items = memoryGroupings.map((by) => ({
      ...{ by, label: names[by], iconPath: new vscode.ThemeIcon(icons[by]) },
      ...(by === current && { description: vscode.l10n.t('as it is now') }),
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      placeHolder: vscode.l10n.t('Group memory by'),
    });
    if (!chosen) return;
    await this.state.update(GROUPING_KEY, chosen.by);
    this.#refresh();
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

/** Pages of at most `PAGE` rows, each from behind the last row of the one before, up to `count` rows. */
async function readPages<T>(
  count: number,
  read: (last: T | undefined, limit: number) => Promise<T[]>,
): Promise<{ rows: T[]; hasMore: boolean }> {
  const rows: T[] = [];
  for (;;) {
    const limit = Math.min(PAGE, count - rows.length) + 1;
    const page = await read(rows.at(-1), limit);
    rows.push(...page.slice(0, limit - 1));
    if (page.length < limit) return { rows, hasMore: false };
    if (rows.length >= count) return { rows, hasMore: true };
  }
}

function afterOf({ createdAt, id }: Observation): After {
  return { at: createdAt, id };
}
