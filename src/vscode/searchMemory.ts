import * as vscode from 'vscode';
import { asError } from '../base/errors';
import type { Logger } from '../base/logger';
import type { SessionItem, TidemarkClient } from '../keeper/client';
import type { MemoryGroup } from '../memory/library';
import type { SearchHit } from '../memory/search';
import { parseFilters, type FilteredSearch } from '../memory/search/filterText';
import { commands, contextKeys } from './ids';
import { MemoryDocuments } from './memoryDocuments';
import { openClient } from './openClient';
import { registerCommands } from './registerCommands';
import * as items from './searchItems';
import type { SearchItem } from './searchItems';
import type { StoreView } from './storeView';

/** What is typed faster than this is searched for once. */
const DEBOUNCE_MS = 50;
/** What the active entry shows follows it when it stays for this long. */
const PREVIEW_MS = 120;
const HITS = 50;
const SESSIONS = 5;
const MOST_PROJECTS = 1_000;
/** A search takes no longer texts. */
const TEXT_LIMIT = 1_000;

/** The search over all that is remembered: one box, at most one at a time. */
export class SearchMemory implements vscode.Disposable {
  readonly #registration: vscode.Disposable;
  #open: SearchBox | undefined;

  constructor(store: StoreView, log: Logger) {
    this.#registration = registerCommands(
      [
        [
          commands.searchMemory,
          () => {
            this.#open?.dispose();
            this.#open = new SearchBox(openClient(store), log);
          },
        ],
        [commands.previewResult, () => this.#open?.togglePreview()],
        [commands.revealResult, () => this.#open?.reveal()],
      ],
      log,
    );
  }

  dispose(): void {
    this.#open?.dispose();
    this.#registration.dispose();
  }
}

/**
 * One search, from its opening until it is hidden. An answer counts only for the text that is still there when it
 * comes.
 */
class SearchBox implements vscode.Disposable {
  readonly #pick = vscode.window.createQuickPick<SearchItem>();
  readonly #previewButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('open-preview'),
    tooltip: vscode.l10n.t('Preview what is chosen'),
  };
  readonly #buttons = { reveal: items.revealButton(), pin: items.pinButton() };
  readonly #projects: Promise<MemoryGroup[]>;
  #names = new Map<number, string>();
  #search = 0;
  #typing: NodeJS.Timeout | undefined;
  #previewing: NodeJS.Timeout | undefined;
  #isPreviewing = false;
  #isDisposed = false;

  constructor(
    private readonly client: TidemarkClient,
    private readonly log: Logger,
  ) {
    const pick = this.#pick;
    pick.title = vscode.l10n.t('Search memory');
    pick.placeholder = vscode.l10n.t(
      'Words, "a phrase", begin*, -without · type: file: agent: since: project:',
    );
    pick.buttons = [this.#previewButton];
    pick.ignoreFocusOut = false;
    // As the search has put it in order. Not in the typings; where it is missing, labels that match come first.
    Object.assign(pick, { sortByLabel: false });
    this.#projects = client.library.groups({ by: 'project', limit: MOST_PROJECTS }).catch(() => []);
    pick.onDidChangeValue(() => this.#typed());
    pick.onDidAccept(() => this.#run(() => this.#accept()));
    pick.onDidChangeActive(() => this.#isPreviewing && this.#preview());
    pick.onDidTriggerButton(() => this.togglePreview());
    pick.onDidTriggerItemButton(({ item, button }) => this.#run(() => this.#press(item, button)));
    pick.onDidHide(() => this.dispose());
    this.#setOpen(true);
    pick.show();
    this.#run(() => this.#update());
  }

  /** Shows the active entry behind the box, without taking the keyboard; what becomes active then, too. */
  togglePreview(): void {
    this.#isPreviewing = !this.#isPreviewing;
    // The editor that opens must not close the box.
    this.#pick.ignoreFocusOut = this.#isPreviewing;
    if (this.#isPreviewing) this.#preview();
  }

  async reveal(): Promise<void> {
    const [item] = this.#pick.activeItems;
    if (item && 'sessionId' in item) await this.#reveal(item.sessionId);
  }

  #typed(): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#run(() => this.#update()), DEBOUNCE_MS);
  }

  async #update(): Promise<void> {
    const search = ++this.#search;
    const pick = this.#pick;
    const input = pick.value;
    const filters = parseFilters(input, Date.now());
    pick.busy = true;
    try {
      const projects = await this.#projects;
      this.#names = new Map(projects.map(({ key, name }) => [Number(key), name]));
      const hints = [
        ...items.completionItems(
          input,
          projects.map(({ name }) => name),
        ),
        ...items.problemItems(filters),
      ];
      const show = (hits: readonly SearchHit[], sessions: readonly SessionItem[]) => {
        if (search === this.#search && !this.#isDisposed) pick.items = this.#itemsOf(hints, hits, sessions);
      };
      const hits = await this.#hits(filters, projects);
      // Memories don't wait for sessions; that nothing was found is told once.
      if (hits.length > 0) show(hits, []);
      const sessions = await this.#sessions(filters);
      if (hits.length === 0 || sessions.length > 0) show(hits, sessions);
    } finally {
      if (search === this.#search) pick.busy = false;
    }
  }

  #itemsOf(
    hints: readonly SearchItem[],
    hits: readonly SearchHit[],
    sessions: readonly SessionItem[],
  ): SearchItem[] {
    const now = Date.now();
    const found = hits.map((hit) => items.hitItem(hit, this.#names.get(hit.projectId), this.#buttons, now));
    const ofSessions = sessions.map((session) => items.sessionItem(session, now));
    if (found.length + ofSessions.length + hints.length === 0) return [items.nothingFound()];
    const line = (label: string): SearchItem => ({
      ...{ label, kind: vscode.QuickPickItemKind.Separator, does: 'nothing' },
    });
    return [
      ...hints,
      ...(hints.length > 0 && found.length > 0 ? [line(vscode.l10n.t('memories'))] : []),
      ...found,
      ...(ofSessions.length > 0 ? [line(vscode.l10n.t('sessions')), ...ofSessions] : []),
    ];
  }

  async #hits(
    { text, types, file, agent, since, project }: FilteredSearch,
    projects: readonly MemoryGroup[],
  ) {
    const key = project === undefined ? undefined : keyOfProject(projects, project);
    if (project !== undefined && key === undefined) return [];
    return this.client.search({
      ...{ text: text.slice(0, TEXT_LIMIT), limit: HITS },
      ...(types.length > 0 && { types }),
      ...(file !== undefined && { file }),
      ...(agent !== undefined && { agent }),
      ...(since !== undefined && { since }),
      ...(key !== undefined && { projectId: key }),
    });
  }

  /** Sessions have neither type nor file, and without words every one would do. */
  async #sessions({ text, types, file, agent, since, project }: FilteredSearch): Promise<SessionItem[]> {
    const words = text.replaceAll('"', '').trim();
    if (!words || types.length > 0 || file !== undefined) return [];
    const found = await this.client.sessions({ text: words.slice(0, TEXT_LIMIT), limit: SESSIONS * 4 });
    return found
      .filter(
        (session) =>
          (agent === undefined || session.agent === agent) &&
          (since === undefined || session.lastActivityAt >= since) &&
          (project === undefined || session.project.name.toLowerCase().startsWith(project.toLowerCase())),
      )
      .slice(0, SESSIONS);
  }

  async #accept(): Promise<void> {
    const [item] = this.#pick.activeItems;
    switch (item?.does) {
      case 'open':
        this.#pick.hide();
        return MemoryDocuments.open(item.ref);
      case 'reveal':
        return this.#reveal(item.sessionId);
      case 'complete':
        this.#pick.value = item.input;
        return this.#update();
      case 'nothing':
      case undefined:
        return;
    }
  }

  async #press(item: SearchItem, button: vscode.QuickInputButton): Promise<void> {
    if (item.does !== 'open') return;
    if (button === this.#buttons.reveal) return this.#reveal(item.sessionId);
    await this.client.library.pin({ ids: [item.ref.id], pinned: true });
    vscode.window.setStatusBarMessage(vscode.l10n.t('Pinned “{0}”', item.label), 3_000);
  }

  async #reveal(sessionId: number): Promise<void> {
    this.#pick.hide();
    await vscode.commands.executeCommand(commands.revealSession, sessionId);
  }

  #preview(): void {
    clearTimeout(this.#previewing);
    this.#previewing = setTimeout(() => {
      const [item] = this.#pick.activeItems;
      if (this.#isDisposed || item?.does !== 'open') return;
      const viewColumn = vscode.ViewColumn.Active;
      this.#run(() => MemoryDocuments.open(item.ref, { viewColumn, preserveFocus: true }));
    }, PREVIEW_MS);
  }

  /** What fails is shown in the box itself: a message would lie behind it. */
  #run(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (this.#isDisposed) return;
      this.log.error('The search failed.', error);
      this.#pick.items = [
        {
          ...{ does: 'nothing', alwaysShow: true, label: vscode.l10n.t('The search failed') },
          ...{ iconPath: new vscode.ThemeIcon('error'), detail: asError(error).message },
        },
      ];
    });
  }

  /** Keys work on the search only while it is open. */
  #setOpen(open: boolean): void {
    void vscode.commands.executeCommand('setContext', contextKeys.searching, open);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    clearTimeout(this.#typing);
    clearTimeout(this.#previewing);
    this.#setOpen(false);
    this.#pick.dispose();
  }
}

/** The project of this name, or the first whose name begins so. */
function keyOfProject(projects: readonly MemoryGroup[], typed: string): number | undefined {
  const lower = typed.toLowerCase();
  const found =
    projects.find(({ name }) => name.toLowerCase() === lower) ??
    projects.find(({ name }) => name.toLowerCase().startsWith(lower));
  return found && Number(found.key);
}
