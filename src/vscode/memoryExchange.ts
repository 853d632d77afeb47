import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Logger } from '../base/logger';
import type { TidemarkClient } from '../keeper/client';
import type * as importFile from '../keeper/importFile';
import { exchangeFormatOf, ExchangeWriter } from '../memory/exchangeFormat';
import type { MemoryGroup } from '../memory/library';
import { commands } from './ids';
import type { MemoryNode } from './memoryNodes';
import { openClient } from './openClient';
import { withProgress } from './progress';
import { registerCommands } from './registerCommands';
import type { StoreView } from './storeView';

/** Sessions read from the store at once. */
const PAGE = 10;
/** Larger files are not read, bytes. */
const LARGEST = 64 * 1_024 * 1_024;
const MOST_PROJECTS = 1_000;

interface Exported {
  sessions: number;
  memories: number;
}

/** Takes memory out to a file, and in from one. */
export class MemoryExchange implements vscode.Disposable {
  readonly #registration: vscode.Disposable;

  /** @param load what reads files, loaded when it is needed. */
  constructor(
    private readonly store: StoreView,
    private readonly load: () => Promise<Pick<typeof importFile, 'readImport'>>,
    log: Logger,
  ) {
    this.#registration = registerCommands(
      [
        [commands.exportMemory, (node?: MemoryNode) => this.#export(node)],
        [commands.importMemory, () => this.#import()],
      ],
      log,
    );
  }

  async #export(node?: MemoryNode): Promise<void> {
    const client = openClient(this.store);
    const project = await chooseProject(client, node);
    if (!project) return;
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export memory'),
      defaultUri: defaultUri(project),
      filters: { JSON: ['json'], Markdown: ['md'] },
      saveLabel: vscode.l10n.t('Export'),
    });
    if (!target) return;
    const path = pathOf(target);
    const exported = await withProgress(
      vscode.ProgressLocation.Notification,
      vscode.l10n.t('Exporting memory: sessions'),
      undefined,
      (signal, report) => writeExport(client, project.key, path, signal, report),
    );
    if (!exported) return;
    const open = vscode.l10n.t('Open');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Exported {0} memories of {1} sessions to {2}.',
        exported.memories,
        exported.sessions,
        basename(path),
      ),
      open,
    );
    if (answer === open) await vscode.window.showTextDocument(target);
  }

  async #import(): Promise<void> {
    const client = openClient(this.store);
    const [source] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Import memory'),
        filters: { [vscode.l10n.t('Exported memory')]: ['json', 'md'] },
        openLabel: vscode.l10n.t('Import'),
      })) ?? [];
    if (!source) return;
    const path = pathOf(source);
    const { size } = await fs.stat(path);
    if (size > LARGEST)
      throw new Error(
        vscode.l10n.t('This file is larger than {0} MB. Nothing was imported.', LARGEST / 1_024 / 1_024),
      );
    const { readImport } = await this.load();
    const counts = { added: 0, known: 0 };
    const finished = await withProgress(
      vscode.ProgressLocation.Notification,
      vscode.l10n.t('Importing memory'),
      undefined,
      async (signal, report) => {
        const batches = await readImport(await fs.readFile(path, 'utf8'), signal);
        await addAll(client, batches, counts, signal, report);
        return true;
      },
    );
    const told = vscode.l10n.t('{0} memories were added, {1} were known.', counts.added, counts.known);
    void vscode.window.showInformationMessage(
      finished
        ? told
        : `${vscode.l10n.t('The import was stopped; importing the same file again completes it.')} ${told}`,
    );
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** The project with this key, all of them where it has none, undefined when the person chose nothing. */
async function chooseProject(
  { library }: TidemarkClient,
  node?: MemoryNode,
): Promise<{ key?: string; name?: string } | undefined> {
  if (node?.kind === 'group' && node.by === 'project') return node.group;
  const groups = await library.groups({ by: 'project', limit: MOST_PROJECTS });
  if (groups.length === 0)
    throw new Error(vscode.l10n.t('Nothing is remembered yet, so there is nothing to export.'));
  const items: (vscode.QuickPickItem & { group: Partial<MemoryGroup> })[] = [
    {
      label: vscode.l10n.t('All projects'),
      iconPath: new vscode.ThemeIcon('library'),
      group: {},
    },
    ...groups.map((group) => ({ label: group.name, iconPath: new vscode.ThemeIcon('repo'), group })),
  ];
  const placeHolder = vscode.l10n.t('Choose whose memory to export');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.group;
}

function defaultUri({ name }: { name?: string }): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const project = name === undefined ? '' : `-${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}`;
  return vscode.Uri.file(join(folder ?? homedir(), `tidemark${project}.json`));
}

/** @throws where the dialog named a place that is not of this machine. */
function pathOf(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new Error(vscode.l10n.t('Choose a file on the machine that Tidemark runs on.'));
}

/** Written beside the target and renamed when it is complete: a file that is there is whole. */
async function writeExport(
  { library }: TidemarkClient,
  project: string | undefined,
  path: string,
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<Exported> {
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`);
  const writer = new ExchangeWriter(exchangeFormatOf(path));
  const counts: Exported = { sessions: 0, memories: 0 };
  // What agents did is nobody else's business.
  const file = await fs.open(partial, 'wx', 0o600);
  try {
    await file.write(writer.begin());
    for (let from: number | undefined = 0; from !== undefined;) {
      signal.throwIfAborted();
      const page = await library.exportMemory({
        ...{ from, limit: PAGE },
        ...(project !== undefined && { projectId: Number(project) }),
      });
      for (const session of page.sessions) {
        await file.write(writer.session(session));
        counts.sessions++;
        counts.memories += session.observations.length + session.summaries.length;
      }
      report(counts.sessions);
      from = page.next;
    }
    await file.write(writer.end());
    await file.sync();
    await file.close();
    await fs.rename(partial, path);
    return counts;
  } catch (error) {
    await file.close().catch(() => undefined);
    await fs.rm(partial, { force: true });
    throw error;
  }
}

async function addAll(
  { library }: TidemarkClient,
  batches: readonly Parameters<TidemarkClient['library']['importMemory']>[0]['sessions'][],
  counts: { added: number; known: number },
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<void> {
  for (const sessions of batches) {
    signal.throwIfAborted();
    const { added, known } = await library.importMemory({ sessions });
    counts.added += added;
    counts.known += known;
    report(counts.added + counts.known);
  }
}
