import * as vscode from 'vscode';
import type { SessionItem, TidemarkClient } from '../keeper/client';
import { previewScheme } from './ids';
import { providerText } from './providerText';
import type { StoreView } from './storeView';

const MOST_SESSIONS = 50;

/** The exact text that a language model would be sent of what waits in a session, as a read-only document. */
export class PreviewDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #registration: vscode.Disposable;

  constructor(private readonly store: StoreView) {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(previewScheme, this);
  }

  /** @param of a row of the session tree; without it the person is asked for a session. */
  async show(client: TidemarkClient, of?: { session?: SessionItem }): Promise<void> {
    const id = of?.session?.id ?? (await pickSession(await client.sessions({ limit: MOST_SESSIONS })));
    if (id === undefined) return;
    // Another address each time: VS Code would show an old text again.
    const uri = vscode.Uri.from({
      scheme: previewScheme,
      path: `/What would be sent of session ${id}.md`,
      query: String(Date.now()),
    });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const id = Number(/session (\d+)\.md$/.exec(uri.path)?.[1]);
    const { client } = this.store;
    if (!client) return vscode.l10n.t('The store is not open in this window, so this can’t be shown now.');
    return page(await client.preview(id), client.status().provider, providerText(client.status()));
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

async function pickSession(sessions: readonly SessionItem[]): Promise<number | undefined> {
  const items = sessions.map(({ id, project, firstPrompt, queue }) => ({
    label: firstPrompt || vscode.l10n.t('Session {0}', id),
    description: project.name,
    detail: vscode.l10n.t('{0} waiting', queue.pending + queue.processing),
    id,
  }));
  const title = vscode.l10n.t('Session of which to show what would be sent');
  return (await vscode.window.showQuickPick(items, { title }))?.id;
}

function page(requests: readonly string[], provider: string, who: string): string {
  const rule = '='.repeat(80);
  const head = [
    who,
    provider === 'builtin'
      ? vscode.l10n.t('Nothing leaves this machine now. This is what a language model would be sent.')
      : vscode.l10n.t('This is what it is sent, as soon as a batch is complete.'),
  ];
  if (requests.length === 0)
    head.push(
      vscode.l10n.t(
        'Nothing of this session waits at present. To look before anything is sent, pause Tidemark, let the agent work, and come back here.',
      ),
    );
  const parts = requests.map((text, at) =>
    [rule, vscode.l10n.t('Request {0} of {1}', at + 1, requests.length), rule, text].join('\n'),
  );
  return [...head, '', ...parts, ''].join('\n');
}
