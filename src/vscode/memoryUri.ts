import * as vscode from 'vscode';
import type { MemoryRef } from '../memory/library';
import { memoryId } from '../memory/recallText';
import { extensionId, memoryEditScheme, memoryScheme } from './ids';

/** Where a memory can be read: `tidemark:/Observation 7.md`. */
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

/** Where an observation can be edited: `tidemark-edit:/Edit Observation 7.md`. */
export function memoryEditUri(id: number): vscode.Uri {
  return vscode.Uri.from({ scheme: memoryEditScheme, path: `/Edit Observation ${id}.md` });
}

/** The memory that is read or edited there. */
export function parseMemoryUri(uri: vscode.Uri): MemoryRef | undefined {
  const [, kind, id] = /^\/(?:Edit )?(Observation|Summary) (\d{1,15})\.md$/.exec(uri.path) ?? [];
  return id === undefined
    ? undefined
    : { kind: kind === 'Summary' ? 'summary' : 'observation', id: Number(id) };
}
