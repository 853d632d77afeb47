import * as vscode from 'vscode';
import type { TidemarkClient } from '../keeper/client';
import type { MemoryRef } from '../memory/library';
import type { ChangedMarks } from './changedMarks';
import { parseMemoryId } from '../memory/recallText';
import { contextKeys, memoryScheme } from './ids';
import { observationPage, summaryPage, type MemoryPage } from './memoryPage';
import { memoryUri, parseMemoryUri } from './memoryUri';
import { whenStarted } from './openClient';
import type { StoreView } from './storeView';

interface Shown {
  readonly page: MemoryPage;
  /** Absent where nothing was found. */
  readonly sessionId?: number;
  readonly isPinned?: boolean;
}

/** Observations and summaries as read-only Markdown documents that follow what they show. */
export class MemoryDocuments
  implements
    vscode.TextDocumentContentProvider,
    vscode.DocumentLinkProvider,
    vscode.UriHandler,
    vscode.Disposable
{
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  /** By the path of the document, while it is open. */
  readonly #shown = new Map<string, Shown>();

  constructor(
    private readonly store: StoreView,
    private readonly marks: ChangedMarks,
  ) {
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(memoryScheme, this),
      vscode.languages.registerDocumentLinkProvider({ scheme: memoryScheme }, this),
      vscode.window.registerUriHandler(this),
      store.onDidChange((sessions) => this.#refresh(sessions)),
      marks.onDidMark(() => this.#refresh(undefined)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === memoryScheme && this.#shown.delete(uri.path)) this.#tellPinned();
      }),
      this.#changed,
    ];
  }

  /** Whoever made the link (memoryUri.ts), it can do no more than show a memory to the person. */
  async handleUri({ path }: vscode.Uri): Promise<void> {
    const ref = parseMemoryId(/^\/memory\/(\w+)$/.exec(path)?.[1] ?? '');
    if (ref) await MemoryDocuments.open(ref);
  }

  static async open(ref: MemoryRef, options: vscode.TextDocumentShowOptions = {}): Promise<void> {
    const document = await vscode.workspace.openTextDocument(memoryUri(ref));
    await vscode.window.showTextDocument(document, { preview: true, ...options });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    await whenStarted(this.store);
    const { client } = this.store;
    if (!client) return vscode.l10n.t('The store is not open in this window, so this can’t be shown now.');
    const ref = parseMemoryUri(uri);
    const found = ref && (await this.#read(client, ref));
    // Of one that was forgotten its session is still known, so that it comes back with it.
    const before = this.#shown.get(uri.path);
    const page = {
      text: `${vscode.l10n.t('This is not remembered any more. “Tidemark: Restore Forgotten Memory…” can bring back what was forgotten in the last 30 days.')}\n`,
      links: [],
    };
    const shown: Shown =
      found ?? (before?.sessionId === undefined ? { page } : { page, sessionId: before.sessionId });
    this.#shown.set(uri.path, shown);
    this.#tellPinned();
    return shown.page.text;
  }

  /** None while the document is of another text than the page that the links were made for. */
  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const page = this.#shown.get(document.uri.path)?.page;
    return page?.text === document.getText() ? [...page.links] : [];
  }

  async #read(client: TidemarkClient, { kind, id }: MemoryRef): Promise<Shown | undefined> {
    const found = kind === 'summary' ? await client.summary(id) : await client.observation(id);
    if (!found) return undefined;
    const { sessionId } = found;
    const sessions = client.sessions({ ids: [sessionId], limit: 1 });
    if (!('title' in found)) {
      const [session] = await sessions;
      return { page: summaryPage(found, { session }), sessionId };
    }
    const [[session], detail, sources, changed] = await Promise.all([
      sessions,
      client.session(sessionId),
      client.library.sources({ id }),
      this.marks.filesOf(id),
    ]);
    const usage = detail?.usage.find((one) => one.provider === found.provider && one.observations > 0);
    return {
      page: observationPage(found, { session, sources, changed, usage }),
      sessionId,
      isPinned: found.pinnedAt !== undefined,
    };
  }

  /** @param sessions that changed; undefined where any may have. */
  #refresh(sessions: ReadonlySet<number> | undefined): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme !== memoryScheme) continue;
      const sessionId = this.#shown.get(uri.path)?.sessionId;
      if (!sessions || sessionId === undefined || sessions.has(sessionId)) this.#changed.fire(uri);
    }
  }

  /** Editor titles offer to pin or to unpin by this. */
  #tellPinned(): void {
    const paths = [...this.#shown].filter(([, { isPinned }]) => isPinned).map(([path]) => path);
    void vscode.commands.executeCommand('setContext', contextKeys.pinnedDocuments, paths);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}
