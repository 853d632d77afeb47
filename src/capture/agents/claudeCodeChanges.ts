import * as z from 'zod';
import type { FileChange } from '../vocabulary';

/** Most lines kept of what a change added, and of what it removed. */
const LINE_COUNT_LIMIT = 60;
const LINE_LENGTH_LIMIT = 300;

/** A difference as Claude Code reports it: hunks with lines that start with `+`, `-` or a space. */
export const patchSchema = z.array(z.looseObject({ lines: z.array(z.string()).catch([]) })).catch([]);
type Patch = z.infer<typeof patchSchema>;

function boundedLines(lines: readonly string[]): string[] {
  return lines.slice(0, LINE_COUNT_LIMIT).map((line) => line.slice(0, LINE_LENGTH_LIMIT));
}

/** The lines of `text` that are not in `other`, bounded. */
export function linesOf(text: string, other: string): string[] {
  const elsewhere = new Set(other.split('\n'));
  return boundedLines(text.split('\n').filter((line) => line.trim() !== '' && !elsewhere.has(line)));
}

/** One changed file with the lines that its difference added and removed, bounded. */
export function changeOf(path: string, created: boolean, patch: Patch): FileChange {
  const lines = patch.flatMap((hunk) => hunk.lines);
  const starting = (sign: string) =>
    boundedLines(
      lines.filter((line) => line.startsWith(sign) && line.trim() !== sign).map((line) => line.slice(1)),
    );
  return { path, created, added: starting('+'), removed: starting('-') };
}
