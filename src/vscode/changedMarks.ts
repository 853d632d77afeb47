import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import { memoryScheme } from './ids';
import { memoryUri, parseMemoryUri } from './memoryUri';
import type { StoreView } from './storeView';

/** Rows that come into sight together are asked about together. */
const GATHER_MS = 20;
const MOST_AT_ONCE = 500;
/** Rows that were in sight are looked at again, the last ones of them. */
const MOST_SEEN = 200;
/** A busy session changes memory many times a second: files are looked at again no more often than this. */
const AGAIN_MS = 1_000;

/**
 * Marks observations whose code has changed since they were made. VS Code asks only for rows in sight, so that only
 * their files are looked at.
 */
export class ChangedMarks implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly onDidChangeFileDecorations = this.#changed.event;
  readonly #marked = new vscode.EventEmitter<void>();
  /** Other observations are known to be marked, or not to be any more. */
  readonly onDidMark = this.#marked.event;
  readonly #disposables: vscode.Disposable[];
  readonly #known = new Map<number, readonly string[]>();
  /** In the order in which they came into sight. */
  readonly #seen = new Set<number>();
  #waiting = new Map<number, ((files: readonly string[]) => void)[]>();
  #gathering: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: StoreView,
    private readonly log: Logger,
  ) {
    this.#disposables = [
      vscode.window.registerFileDecorationProvider(this),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => uri.scheme === 'file' && this.refresh()),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && this.refresh()),
      store.onDidChange((sessions) => sessions?.size !== 0 && this.refresh()),
      this.#changed,
      this.#marked,
    ];
  }

  /** Files of an observation that have changed since, as far as they were looked at. */
  known(id: number): readonly string[] {
    return this.#known.get(id) ?? [];
  }

  /** Looks again at what came into sight. Only marks that are different are drawn: others would flicker. */
  refresh(): void {
    if (this.#seen.size === 0) return;
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      for (const id of this.#seen) void this.filesOf(id);
    }, AGAIN_MS);
  }

  async provideFileDecoration(uri: vscode.Uri): Promise<vscode.FileDecoration | undefined> {
    if (uri.scheme !== memoryScheme) return undefined;
    const ref = parseMemoryUri(uri);
    if (ref?.kind !== 'observation') return undefined;
    const files = this.#seen.has(ref.id) ? this.known(ref.id) : await this.filesOf(ref.id);
    this.#see(ref.id);
    if (files.length === 0) return undefined;
    return new vscode.FileDecoration(
      'M',
      changedText(files),
      new vscode.ThemeColor('list.warningForeground'),
    );
  }

  /** Files of an observation that have changed since. Never rejects. */
  filesOf(id: number): Promise<readonly string[]> {
    this.#gathering ??= setTimeout(() => void this.#ask(), GATHER_MS);
    return new Promise((resolve) => {
      const others = this.#waiting.get(id);
      if (others) others.push(resolve);
      else this.#waiting.set(id, [resolve]);
    });
  }

  async #ask(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = new Map();
    this.#gathering = undefined;
    const other: number[] = [];
    const ids = [...asked.keys()];
    for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
      const part = ids.slice(from, from + MOST_AT_ONCE);
      const changed = await this.#changedFiles(part);
      for (const id of part) {
        const files = changed.get(id) ?? [];
        if (files.join('\n') !== this.known(id).join('\n')) other.push(id);
        if (files.length > 0) this.#known.set(id, files);
        else this.#known.delete(id);
        for (const resolve of asked.get(id)!) resolve(files);
      }
    }
    if (other.length === 0) return;
    this.#changed.fire(
      other.filter((id) => this.#seen.has(id)).map((id) => memoryUri({ kind: 'observation', id })),
    );
    this.#marked.fire();
  }

  #see(id: number): void {
    this.#seen.delete(id);
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > MOST_SEEN) this.#seen.delete(oldest!);
  }

  async #changedFiles(ids: number[]): Promise<Map<number, readonly string[]>> {
    try {
      const found = (await this.store.client?.library.changedFiles({ ids })) ?? [];
      return new Map(found.map(({ id, files }) => [id, files]));
    } catch (error) {
      this.log.error('Files could not be looked at.', error);
      return new Map();
    }
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#again);
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

/** What a mark says to people. */
export function changedText(files: readonly string[]): string {
  return vscode.l10n.t('The code has changed since: {0}', files.map((file) => basename(file)).join(', '));
}
