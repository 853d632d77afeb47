import * as vscode from 'vscode';
import type { TidemarkClient } from '../keeper/client';
import { isConfirmed } from './confirmation';
import type { Focused } from './focusedRows';
import { commands } from './ids';
import type { QueueNode } from './queueRows';
import type { QueueTree } from './queueTree';
import type { SessionNode } from './sessionNodes';

/** Most messages of one session that are retried or discarded at once. */
const MOST_MESSAGES = 10_000;

/** A row of the queue, or of the sessions, which has messages, too. */
type Node = QueueNode | SessionNode;
/** What a context menu passes: the row, and all that are selected where it is one of them. */
type Rows = [node?: Node | Focused, selected?: readonly Node[]];

/** What people do with what failed or could not be understood. */
export class QueueCommands {
  constructor(
    private readonly tree: QueueTree,
    private readonly client: () => TidemarkClient,
  ) {}

  /** By their ids. */
  handlers(): [string, (...args: never[]) => Promise<void>][] {
    return [
      [commands.retryFailed, () => this.#retry()],
      [commands.discardFailed, () => this.#discard()],
      [commands.retryMessage, async (...rows: Rows) => this.#retry(await this.#failed(...rows))],
      [commands.discardMessage, async (...rows: Rows) => this.#discard(await this.#failed(...rows))],
      [commands.dismissSetAside, (...rows: Rows) => this.#dismiss(...rows)],
      [commands.dismissAllSetAside, () => this.#dismissAll()],
    ];
  }

  async #rows(node?: Rows[0], selected?: Rows[1]): Promise<readonly Node[]> {
    if (node === 'focused') return this.tree.focused();
    return selected ?? (node ? [node] : this.tree.selection);
  }

  /** Ids of the failed messages of these rows; of a session all that it has. */
  async #failed(...rows: Rows): Promise<number[]> {
    const ids = new Set<number>();
    for (const node of await this.#rows(...rows)) {
      const messages =
        node.kind === 'queued' ? await this.client().messages(node.queued.session.id, MOST_MESSAGES) : [];
      for (const message of node.kind === 'message' ? [node.message] : messages)
        if (message.state === 'failed') ids.add(message.id);
    }
    return [...ids];
  }

  /** All that failed where no ids are given. */
  async #retry(messageIds?: readonly number[]): Promise<void> {
    if (messageIds?.length === 0) return;
    const count = await this.client().retryFailed(messageIds);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Tidemark tries {0} again', count), 3_000);
  }

  async #discard(messageIds?: readonly number[]): Promise<void> {
    const client = this.client();
    const count = messageIds?.length ?? client.status().queue.failed;
    if (count === 0) return;
    const question =
      count === 1
        ? vscode.l10n.t('Discard what could not be distilled?')
        : vscode.l10n.t('Discard {0} messages that could not be distilled?', count);
    const detail = vscode.l10n.t('What they tell will not be remembered.');
    if (await isConfirmed(question, detail, vscode.l10n.t('Discard'))) await client.discardFailed(messageIds);
  }

  async #dismiss(...rows: Rows): Promise<void> {
    for (const node of await this.#rows(...rows))
      if (node.kind === 'setAside') await this.client().dismissSetAside(node.setAside.sha256);
  }

  async #dismissAll(): Promise<void> {
    const question = vscode.l10n.t('Dismiss all that was set aside?');
    const detail = vscode.l10n.t('Tidemark forgets that there were events it could not understand.');
    if (await isConfirmed(question, detail, vscode.l10n.t('Dismiss All')))
      await this.client().dismissSetAside();
  }
}
