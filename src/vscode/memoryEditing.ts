import * as vscode from 'vscode';
import { adviceOf, asError } from '../base/errors';
import { editText, parseEdit, type EditProblem } from '../memory/editText';
import { OBSERVATION_LIMIT, type Observation } from '../memory/observation';
import { memoryEditScheme } from './ids';
import { memoryEditUri, parseMemoryUri } from './memoryUri';
import { openClient, whenStarted } from './openClient';
import type { StoreView } from './storeView';

const { FileSystemError } = vscode;

/**
 * Observations as files that can be edited and saved. A text that can't be stored is refused with the reason; the
 * editor keeps it, so that nothing that was typed is lost.
 */
export class MemoryEditing implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #disposables: vscode.Disposable[];
  /** Added to a file's time, by its path: with the same time VS Code doesn't read it again. */
  readonly #readAgain = new Map<string, number>();

  constructor(private readonly store: StoreView) {
    this.#disposables = [
      vscode.workspace.registerFileSystemProvider(memoryEditScheme, this, { isCaseSensitive: true }),
      store.onDidChange((sessions) => sessions?.size !== 0 && this.#tellChanged()),
      vscode.workspace.onDidSaveTextDocument((document) => void this.#showStored(document)),
      this.#changed,
    ];
  }

  static async open(id: number): Promise<void> {
    const document = await vscode.workspace.openTextDocument(memoryEditUri(id));
    await vscode.window.showTextDocument(document, { preview: false });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const observation = await this.#read(uri);
    const { createdAt, editedAt } = observation;
    return {
      type: vscode.FileType.File,
      ctime: createdAt,
      mtime: (editedAt ?? createdAt) + (this.#readAgain.get(uri.path) ?? 0),
      size: Buffer.byteLength(editText(observation)),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from(editText(await this.#read(uri)));
  }

  /** Durable when it resolves; without private parts and secrets. */
  async writeFile(uri: vscode.Uri, bytes: Uint8Array): Promise<void> {
    const before = await this.#read(uri);
    const result = parseEdit(Buffer.from(bytes).toString('utf8'), before);
    if ('problem' in result) throw new FileSystemError(problemText(result.problem));
    const stored = await openClient(this.store)
      .library.edit({ id: before.id, content: result.content })
      .catch((error: unknown) => {
        throw new FileSystemError([asError(error).message, adviceOf(error)].filter(Boolean).join(' '));
      });
    if (!stored) throw FileSystemError.FileNotFound(notRemembered());
  }

  /** What was stored may be less than what was typed, and its parts in another order. */
  async #showStored(document: vscode.TextDocument): Promise<void> {
    const { uri } = document;
    if (uri.scheme !== memoryEditScheme) return;
    const stored = await this.#read(uri).then(editText, () => undefined);
    if (stored === undefined || stored === document.getText().replaceAll('\r\n', '\n')) return;
    this.#readAgain.set(uri.path, (this.#readAgain.get(uri.path) ?? 0) + 1);
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  async #read(uri: vscode.Uri): Promise<Observation> {
    await whenStarted(this.store);
    const { client } = this.store;
    if (!client) throw FileSystemError.Unavailable(vscode.l10n.t('The store is not open in this window.'));
    const ref = parseMemoryUri(uri);
    const found = ref?.kind === 'observation' ? await client.observation(ref.id) : undefined;
    if (!found) throw FileSystemError.FileNotFound(notRemembered());
    return found;
  }

  #tellChanged(): void {
    const open = vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === memoryEditScheme);
    if (open.length > 0)
      this.#changed.fire(open.map(({ uri }) => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  /** Every change is told, watched or not. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

function notRemembered(): string {
  return vscode.l10n.t('This is not remembered any more.');
}

function problemText(problem: EditProblem): string {
  switch (problem.kind) {
    case 'no-title':
      return vscode.l10n.t(
        'It needs a title: a line that begins with “# ”. Nothing is lost; add one and save again.',
      );
    case 'too-long':
      return vscode.l10n.t(
        'It has {0} characters, and an observation holds at most {1}. Nothing is lost; shorten it and save again.',
        problem.length,
        OBSERVATION_LIMIT,
      );
  }
}
