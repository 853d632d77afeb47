import type { FileChange } from '../vocabulary';
import { changeOf } from './claudeCodeChanges';
import { absolute } from './claudeCodeTools';

/** Splits a patch into what stands before the first file, then verb, path and lines of each. */
const fileHeader = /^\*\*\* (Add|Update|Delete) File: (.+)$/m;

/**
 * The files that a patch in Codex's own form (`*** Begin Patch` …) changes, inside a command or alone; none where
 * the text holds no patch.
 */
export function readPatch(text: string, cwd: string): FileChange[] {
  if (!/^\s*(?:apply_patch\b[\s\S]{0,200}?)?\*\*\* Begin Patch/.test(text)) return [];
  const [, ...parts] = text.split(fileHeader);
  const changes: FileChange[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [verb, path, body] = [parts[at], parts[at + 1] ?? '', parts[at + 2] ?? ''];
    const change = changeOf(absolute(path.trim(), cwd), verb === 'Add', [{ lines: body.split(/\r?\n/) }]);
    changes.push(verb === 'Delete' ? { ...change, deleted: true } : change);
  }
  return changes;
}
