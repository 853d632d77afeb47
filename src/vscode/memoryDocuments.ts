import * as vscode from 'vscode';
import type { ProviderUsage } from '../distill/usage';
import type { Observation, Summary } from '../memory/observation';
import { memoryId, parseMemoryId } from '../memory/recallText';
import { extensionId, memoryScheme } from './ids';
import { perObservation } from './providerText';
import type { StoreView } from './storeView';

export interface MemoryRef {
  kind: 'observation' | 'summary';
  id: number;
}

/** Where a memory can be opened. */
export function memoryUri({ kind, id }: MemoryRef): vscode.Uri {
  const name = kind === 'summary' ? 'Summary' : 'Observation';
  return vscode.Uri.from({ scheme: memoryScheme, path: `/${name} ${id}.md` });
}

/**
 * A link that opens a memory: `vscode://tidemark.tidemark/memory/O7`. What a chat shows of a model's answer has
 * links of few schemes, and VS Code's own is the one among them that leads to an extension.
 */
export function memoryLink(ref: MemoryRef): vscode.Uri {
  const { uriScheme: scheme } = vscode.env;
  return vscode.Uri.from({ scheme, authority: extensionId, path: `/memory/${memoryId(ref)}` });
}

/** Observations and summaries as read-only Markdown documents: `tidemark:/Observation 7.md`. */
export class MemoryDocuments
  implements vscode.TextDocumentContentProvider, vscode.UriHandler, vscode.Disposable
{
  readonly #registration: vscode.Disposable;

  constructor(private readonly store: StoreView) {
    this.#registration = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(memoryScheme, this),
      vscode.window.registerUriHandler(this),
    );
  }

  /** Whoever made the link, it can do no more than show a memory to the person. */
  async handleUri({ path }: vscode.Uri): Promise<void> {
    const ref = parseMemoryId(/^\/memory\/(\w+)$/.exec(path)?.[1] ?? '');
    if (ref) await MemoryDocuments.open(ref);
  }

  static async open(ref: MemoryRef): Promise<void> {
    const document = await vscode.workspace.openTextDocument(memoryUri(ref));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [, kind, id] = /^\/(Observation|Summary) (\d+)\.md$/.exec(uri.path) ?? [];
    const { client } = this.store;
    if (!client) return vscode.l10n.t('The store is not open in this window, so this can’t be shown now.');
    const found =
      kind === 'Summary' ? await client.summary(Number(id)) : await client.observation(Number(id));
    if (!found) return vscode.l10n.t('This is not remembered any more.');
    if (!('title' in found)) return summaryDocument(found);
    const usage = (await client.session(found.sessionId))?.usage ?? [];
    return observationDocument(found, usage);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function observationDocument(observation: Observation, sessionUsage: readonly ProviderUsage[]): string {
  const { title, subtitle, narrative, facts, type, id, createdAt, provider, agent, promptNumber } =
    observation;
  const usage = sessionUsage.find((one) => one.provider === provider && one.observations > 0);
  return page(title, [
    subtitle,
    narrative,
    list(facts),
    ...fileSections(observation),
    footer([
      `O${id}`,
      type,
      new Date(createdAt).toLocaleString(),
      vscode.l10n.t('prompt {0}', promptNumber),
      agent,
      vscode.l10n.t('distilled by {0}', provider),
      ...(usage ? [vscode.l10n.t('in this session {0}', perObservation(usage))] : []),
    ]),
  ]);
}

function summaryDocument(summary: Summary): string {
  const { id, createdAt, provider, promptNumber } = summary;
  return page(vscode.l10n.t('Summary of prompt {0}', promptNumber), [
    section(vscode.l10n.t('Asked'), summary.request),
    section(vscode.l10n.t('Found'), summary.investigated),
    section(vscode.l10n.t('Learned'), summary.learned),
    section(vscode.l10n.t('Done'), summary.completed),
    section(vscode.l10n.t('Open'), summary.nextSteps),
    ...fileSections(summary),
    footer([`S${id}`, new Date(createdAt).toLocaleString(), vscode.l10n.t('distilled by {0}', provider)]),
  ]);
}

function page(title: string, parts: (string | undefined)[]): string {
  return [`# ${title}`, ...parts].filter((part) => part !== undefined && part !== '').join('\n\n') + '\n';
}

function section(title: string, text: string | undefined): string | undefined {
  return text && `## ${title}\n\n${text}`;
}

function list(items: readonly string[]): string | undefined {
  return items.length > 0 ? items.map((item) => `- ${item}`).join('\n') : undefined;
}

function fileSections({ filesRead, filesModified }: { filesRead: string[]; filesModified: string[] }) {
  return [
    section(vscode.l10n.t('Files changed'), list(filesModified)),
    section(vscode.l10n.t('Files read'), list(filesRead)),
  ];
}

function footer(parts: string[]): string {
  return `---\n\n${parts.join(' · ')}`;
}
