import * as vscode from 'vscode';
import type { SessionItem, TidemarkClient } from '../keeper/client';
import { isConfirmed } from './confirmation';
import type { Focused } from './focusedRows';
import { commands, views } from './ids';
import { sessionGroupings, type SessionGrouping } from './sessionGroups';
import type { SessionNode } from './sessionNodes';
import { sessionName } from './sessionRows';
import { ownTitle } from './sessionState';
import type { SessionTree } from './sessionTree';

/** Longest name that a person can give a session, characters. */
const TITLE_LIMIT = 200;
const FILTER_LIMIT = 200;

/** What a context menu passes: the row, and all that are selected where it is one of them. */
type Rows = [node?: SessionNode | Focused, selected?: readonly SessionNode[]];

/** What people do with sessions: naming, putting away, deleting, finding. */
export class SessionCommands {
  constructor(
    private readonly tree: SessionTree,
    private readonly client: () => TidemarkClient,
  ) {}

  /** By their ids. */
  handlers(): [string, (...args: never[]) => Promise<void>][] {
    return [
      [commands.groupSessions, () => this.#group()],
      [commands.filterSessions, () => this.#filter()],
      [commands.clearSessionFilter, () => this.#show({ text: undefined })],
      [commands.showArchivedSessions, () => this.#show({ archived: true })],
      [commands.hideArchivedSessions, () => this.#show({ archived: false })],
      [commands.renameSession, (...rows: Rows) => this.#rename(...rows)],
      [commands.archiveSessions, (...rows: Rows) => this.#archive(...rows)],
      [commands.unarchiveSessions, (...rows: Rows) => this.#unarchive(...rows)],
      [commands.deleteSessions, (...rows: Rows) => this.#delete(...rows)],
      [commands.revealSession, (id: number) => this.#reveal(id)],
    ];
  }

  async #sessions(node?: Rows[0], selected?: Rows[1]): Promise<SessionItem[]> {
    const rows = node === 'focused' ? await this.tree.focused() : (selected ?? (node && [node]));
    return (rows ?? this.tree.selection).flatMap((row) => (row.kind === 'session' ? [row.session] : []));
  }

  async #group(): Promise<void> {
    const labels: Record<SessionGrouping, string> = {
      day: vscode.l10n.t('Day'),
      project: vscode.l10n.t('Project'),
      agent: vscode.l10n.t('Agent'),
    };
    const icons = { day: 'calendar', project: 'repo', agent: 'hubot' };
    const items = sessionGroupings.map((by) => ({
      label: labels[by],
      iconPath: new vscode.ThemeIcon(icons[by]),
      ...(by === this.tree.grouping && { description: vscode.l10n.t('as it is') }),
      by,
    }));
    const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Group sessions by') });
    if (picked) await this.tree.group(picked.by);
  }

  async #filter(): Promise<void> {
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter sessions'),
      prompt: vscode.l10n.t('Shows sessions whose name, prompts, agent or project contain this.'),
      value: this.tree.filter.text ?? '',
      validateInput: (value) => tooLong(value, FILTER_LIMIT),
    });
    if (text === undefined) return;
    await this.#show({ text: text.trim() || undefined });
    await vscode.commands.executeCommand(`${views.sessions}.focus`);
  }

  #show({ text = undefined, ...change }: { text?: string | undefined; archived?: boolean }): Promise<void> {
    const { archived } = { ...this.tree.filter, ...change };
    return this.tree.show({ archived, ...(text !== undefined && { text }) });
  }

  async #rename(...rows: Rows): Promise<void> {
    const [session] = await this.#sessions(...rows);
    if (!session) return;
    const own = ownTitle(session);
    const title = await vscode.window.showInputBox({
      title: vscode.l10n.t('Rename session'),
      prompt: vscode.l10n.t('Leave it empty to give the session its own name again.'),
      value: session.title ?? sessionName(session),
      ...(own !== undefined && { placeHolder: own }),
      validateInput: (value) => tooLong(value, TITLE_LIMIT),
    });
    if (title === undefined) return;
    // Its own name, left as it was, is not a name that a person gave.
    const isOwn = session.title === undefined && title === sessionName(session);
    if (!isOwn) await this.client().renameSession(session.id, title.trim());
  }

  async #archive(...rows: Rows): Promise<void> {
    const sessions = (await this.#sessions(...rows)).filter((session) => !session.isArchived);
    if (sessions.length === 0) return;
    const ids = sessions.map(({ id }) => id);
    await this.client().archiveSessions(ids, true);
    const undo = vscode.l10n.t('Undo');
    const message =
      sessions.length === 1
        ? vscode.l10n.t('“{0}” is archived.', sessionName(sessions[0]!))
        : vscode.l10n.t('{0} sessions are archived.', sessions.length);
    if ((await vscode.window.showInformationMessage(message, undo)) !== undo) return;
    await this.client().archiveSessions(ids, false);
  }

  async #unarchive(...rows: Rows): Promise<void> {
    const ids = (await this.#sessions(...rows)).flatMap(({ id, isArchived }) => (isArchived ? [id] : []));
    if (ids.length > 0) await this.client().archiveSessions(ids, false);
  }

  async #delete(...rows: Rows): Promise<void> {
    const sessions = await this.#sessions(...rows);
    if (sessions.length === 0) return;
    const client = this.client();
    const question =
      sessions.length === 1
        ? vscode.l10n.t('Delete “{0}”?', sessionName(sessions[0]!))
        : vscode.l10n.t('Delete {0} sessions?', sessions.length);
    const detail = [await whatGoes(sessions, client), vscode.l10n.t('The agent’s own files stay.')].join(' ');
    if (!(await isConfirmed(question, detail, vscode.l10n.t('Delete')))) return;
    await vscode.window.withProgress({ location: { viewId: views.sessions } }, () =>
      client.deleteSessions(sessions.map(({ id }) => id)),
    );
  }

  async #reveal(id: number): Promise<void> {
    // The store may be opening: then this says so.
    this.client();
    if (await this.tree.reveal(id)) return;
    void vscode.window.showInformationMessage(vscode.l10n.t('That session is not stored any more.'));
  }
}

function tooLong(value: string, limit: number): string | undefined {
  return value.trim().length > limit ? vscode.l10n.t('At most {0} characters.', limit) : undefined;
}

/** What is deleted with the sessions, in words. */
async function whatGoes(sessions: readonly SessionItem[], client: TidemarkClient): Promise<string> {
  const [session, ...others] = sessions;
  const detail = session && others.length === 0 ? await client.session(session.id) : undefined;
  if (!detail)
    return vscode.l10n.t(
      'Their prompts, what waits in the queue and all that is remembered of them are deleted for good.',
    );
  const { prompts, observations, summaries, messages } = detail;
  const counts = [
    ...(prompts.length > 0 ? [vscode.l10n.t('prompts: {0}', prompts.length)] : []),
    ...(observations.length > 0 ? [vscode.l10n.t('observations: {0}', observations.length)] : []),
    ...(summaries.length > 0 ? [vscode.l10n.t('summaries: {0}', summaries.length)] : []),
    ...(messages.length > 0 ? [vscode.l10n.t('in the queue: {0}', messages.length)] : []),
  ];
  const all = vscode.l10n.t('All that Tidemark has of it is deleted for good');
  return counts.length > 0 ? `${all} (${counts.join(', ')}).` : `${all}.`;
}
