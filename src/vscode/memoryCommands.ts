import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import type { ForgottenMemory, MemoryRef } from '../memory/library';
import type { Focused } from './focusedRows';
import { commands, memoryEditScheme, memoryScheme } from './ids';
import { MemoryEditing } from './memoryEditing';
import type { MemoryNode } from './memoryNodes';
import { parseMemoryUri } from './memoryUri';
import { openClient } from './openClient';
import { registerCommands } from './registerCommands';
import { whenText } from './rowText';
import type { StoreView } from './storeView';

/** Most of what was forgotten that is offered at once. */
const MOST_FORGOTTEN = 500;

/** `focused` comes from a key in the memory view. */
type Target = MemoryNode | MemoryRef | vscode.Uri | Focused | undefined;

/** What people do with a memory: from its row, its document, or by a key. */
export class MemoryCommands implements vscode.Disposable {
  readonly #registration: vscode.Disposable;

  constructor(
    private readonly store: StoreView,
    private readonly focused: () => Promise<readonly MemoryNode[]>,
    log: Logger,
  ) {
    this.#registration = registerCommands(
      [
        [
          commands.pinMemory,
          async (target: Target, all?: unknown) => this.#pin(await this.#refsOf(target, all), true),
        ],
        [
          commands.unpinMemory,
          async (target: Target, all?: unknown) => this.#pin(await this.#refsOf(target, all), false),
        ],
        [commands.editMemory, async (target: Target) => this.#edit(await this.#refsOf(target))],
        [
          commands.forgetMemory,
          async (target: Target, all?: unknown) => this.#forget(await this.#refsOf(target, all)),
        ],
        [commands.restoreMemory, () => this.#chooseForgotten()],
      ],
      log,
    );
  }

  async #pin(refs: readonly MemoryRef[], pinned: boolean): Promise<void> {
    const ids = refs.filter(({ kind }) => kind === 'observation').map(({ id }) => id);
    if (ids.length > 0) await openClient(this.store).library.pin({ ids, pinned });
  }

  async #edit(refs: readonly MemoryRef[]): Promise<void> {
    const found = refs.find(({ kind }) => kind === 'observation');
    if (found) await MemoryEditing.open(found.id);
  }

  async #forget(memories: MemoryRef[]): Promise<void> {
    if (memories.length === 0) return;
    const { library } = openClient(this.store);
    const name = memories.length === 1 ? await this.#nameOf(memories[0]!) : undefined;
    const count = await library.forget({ memories });
    if (count === 0) return;
    const undo = vscode.l10n.t('Undo');
    const text =
      name === undefined
        ? vscode.l10n.t('Forgot {0} memories.', count)
        : vscode.l10n.t('Forgot “{0}”.', name);
    if ((await vscode.window.showInformationMessage(text, undo)) === undo) await this.#restore(memories);
  }

  async #nameOf({ kind, id }: MemoryRef): Promise<string | undefined> {
    const client = openClient(this.store);
    if (kind === 'observation') return (await client.observation(id))?.title;
    const summary = await client.summary(id);
    return summary && vscode.l10n.t('Summary of prompt {0}', summary.promptNumber);
  }

  async #chooseForgotten(): Promise<void> {
    const { library } = openClient(this.store);
    const forgotten = await library.forgotten({ limit: MOST_FORGOTTEN });
    if (forgotten.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Nothing was forgotten in the last 30 days: there is nothing to restore.'),
      );
      return;
    }
    const chosen = await vscode.window.showQuickPick(forgotten.map(forgottenItem), {
      canPickMany: true,
      title: vscode.l10n.t('Restore forgotten memory'),
      placeHolder: vscode.l10n.t('Choose what Tidemark shall remember again'),
    });
    if (chosen && chosen.length > 0) await this.#restore(chosen.map(({ ref }) => ref));
  }

  async #restore(memories: MemoryRef[]): Promise<void> {
    const count = await openClient(this.store).library.restore({ memories });
    const text =
      count === memories.length
        ? vscode.l10n.t('Tidemark remembers it again')
        : vscode.l10n.t('{0} of {1} could be restored', count, memories.length);
    vscode.window.setStatusBarMessage(text, 3_000);
  }

  /** The memories that a command is about. @param all the rows that are selected together with `target`. */
  async #refsOf(target: Target, all?: unknown): Promise<MemoryRef[]> {
    if (target === 'focused') return (await this.focused()).flatMap(refsOfNode);
    if (target instanceof vscode.Uri) return refsOfUri(target);
    if (target === undefined) {
      const uri = vscode.window.activeTextEditor?.document.uri;
      return uri ? refsOfUri(uri) : [];
    }
    if (!isNode(target)) return [target];
    const selected = Array.isArray(all) ? (all as MemoryNode[]) : [];
    return (selected.includes(target) ? selected : [target]).flatMap(refsOfNode);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function isNode(target: MemoryNode | MemoryRef): target is MemoryNode {
  return typeof target.id === 'string';
}

function refsOfNode(node: MemoryNode): MemoryRef[] {
  return node.kind === 'observation' ? [{ kind: 'observation', id: node.observation.id }] : [];
}

function refsOfUri(uri: vscode.Uri): MemoryRef[] {
  const isOurs = uri.scheme === memoryScheme || uri.scheme === memoryEditScheme;
  const ref = isOurs ? parseMemoryUri(uri) : undefined;
  return ref ? [ref] : [];
}

function forgottenItem({ kind, id, title, forgottenAt }: ForgottenMemory) {
  return {
    label: title,
    iconPath: new vscode.ThemeIcon(kind === 'summary' ? 'book' : 'note'),
    description: vscode.l10n.t('forgotten {0}', whenText(forgottenAt, Date.now())),
    ref: { kind, id },
  };
}
