import * as vscode from 'vscode';
import {
  fenced,
  memoryId,
  observationEntry,
  hitText,
  parseMemoryId,
  summaryEntry,
} from '../memory/recallText';
import { languageModelTools } from './ids';
import type { MemoryRef } from '../memory/library';
import { memoryLink } from './memoryUri';
import type { StoreView } from './storeView';

interface SearchInput {
  query: string;
  /** Of every project, not only of this window's. */
  allProjects?: boolean;
}

interface GetInput {
  ids: string[];
}

const HITS = 10;
const MOST_IDS = 20;
const QUERY_LIMIT = 1_000;

/** The memory for VS Code's own chat. Nothing where there is no chat. */
export function registerLanguageModelTools(store: StoreView): vscode.Disposable {
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined;
  const register = lm?.registerTool;
  if (!register) return new vscode.Disposable(() => undefined);
  return vscode.Disposable.from(
    register<SearchInput>(languageModelTools.search, {
      prepareInvocation: ({ input }) => ({
        invocationMessage: vscode.l10n.t('Searching what Tidemark remembers of “{0}”', String(input.query)),
      }),
      invoke: async ({ input }) => result(await search(store, input)),
    }),
    register<GetInput>(languageModelTools.getMemories, {
      prepareInvocation: () => ({ invocationMessage: vscode.l10n.t('Reading from Tidemark’s memory') }),
      invoke: async ({ input }) => result(await getMemories(store, input)),
    }),
  );
}

async function search({ client }: StoreView, { query, allProjects }: SearchInput): Promise<string> {
  if (!client) return unavailable();
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  const scope = allProjects || folder === undefined ? {} : { folder };
  const hits = await client.search({ text: String(query).slice(0, QUERY_LIMIT), limit: HITS }, scope);
  if (hits.length === 0) return 'Nothing remembered fits.';
  const now = Date.now();
  return fenced(hits.map((hit) => `${hitText(hit, now)}\n  ${reference(hit)}`));
}

async function getMemories({ client }: StoreView, { ids }: GetInput): Promise<string> {
  if (!client) return unavailable();
  const now = Date.now();
  const entries = ids.slice(0, MOST_IDS).map(async (text) => {
    const ref = parseMemoryId(String(text));
    if (!ref) return `${JSON.stringify(text)} is no id.`;
    const found = ref.kind === 'summary' ? await client.summary(ref.id) : await client.observation(ref.id);
    if (!found) return `${memoryId(ref)} is not remembered.`;
    const entry = 'title' in found ? observationEntry(found, now) : summaryEntry(found, now);
    return `${entry}${reference(ref)}`;
  });
  return fenced(await Promise.all(entries));
}

/** A link that opens the memory, for the model to give to the person. */
function reference(ref: MemoryRef): string {
  return `Reference: [${memoryId(ref)}](${memoryLink(ref).toString()})`;
}

function unavailable(): string {
  return 'The memory is not open in this window, so it can’t be asked now.';
}

function result(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
