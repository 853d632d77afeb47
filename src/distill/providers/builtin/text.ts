import type { ObservationContent } from '../../../memory/observation';
import { OBSERVATION_LIMIT } from '../../../memory/observation';

const TITLE_LIMIT = 170;
const SUBTITLE_LIMIT = 110;
/** A fact cut shorter than this says too little to stand. */
const SHORTEST_CUT = 30;

/** Whitespace of any kind as single spaces. */
export function oneLine(text: string): string {
  return text
    .split(/\s/)
    .filter((word) => word !== '')
    .join(' ');
}

/** At most `limit` characters, cut at a word boundary with `…`. Cutting twice cuts nothing more. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, Math.max(0, limit - 1));
  const space = head.lastIndexOf(' ');
  return `${(space > limit / 2 ? head.slice(0, space) : head).trimEnd()}…`;
}

/** At most `limit` characters: the start and the end, with `…` between. */
export function cutMiddle(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = Math.ceil((limit - 3) / 2);
  return `${text.slice(0, head).trimEnd()} … ${text.slice(-(limit - 3 - head)).trimStart()}`.slice(0, limit);
}

/** A command on one line, in backticks, its start and end kept. */
export function quoteCommand(command: string, limit = 150): string {
  return `\`${cutMiddle(oneLine(command), limit)}\``;
}

/** `path` as seen from the project's folder; as it is when it lies elsewhere. */
export function relativePath(path: string, root: string): string {
  const folder =
    root.endsWith('/') || root.endsWith('\\') ? root : `${root}${root.includes('\\') ? '\\' : '/'}`;
  return path.startsWith(folder) && path.length > folder.length ? path.slice(folder.length) : path;
}

export function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** What a finding says; all that isn't given is empty. */
export function content(
  parts: Pick<ObservationContent, 'type' | 'title' | 'concepts'> & Partial<ObservationContent>,
): ObservationContent {
  return { facts: [], filesRead: [], filesModified: [], ...parts };
}

/** The content within the limit of an observation: facts that don't fit go, the last one is cut. Idempotent. */
export function fit(full: ObservationContent): ObservationContent {
  const { subtitle, narrative, ...rest } = full;
  const title = cut(oneLine(full.title), TITLE_LIMIT);
  let room = OBSERVATION_LIMIT - title.length;
  const take = (text: string, limit: number): string | undefined => {
    const most = Math.min(limit, room - 1);
    if (text === '' || (text.length > most && most < SHORTEST_CUT)) return undefined;
    const taken = cut(text, most);
    room -= taken.length + 1;
    return taken;
  };
  const shortSubtitle = subtitle === undefined ? undefined : take(oneLine(subtitle), SUBTITLE_LIMIT);
  const shortNarrative = narrative === undefined ? undefined : take(oneLine(narrative), OBSERVATION_LIMIT);
  const facts: string[] = [];
  for (const fact of unique(full.facts)) {
    const line = oneLine(fact);
    const taken = take(line, OBSERVATION_LIMIT);
    if (taken !== undefined && taken !== '') facts.push(taken);
    if (line !== '' && taken !== line) break; // Later facts count less than this one that had no room.
  }
  return {
    ...rest,
    title,
    ...(shortSubtitle === undefined ? {} : { subtitle: shortSubtitle }),
    ...(shortNarrative === undefined ? {} : { narrative: shortNarrative }),
    facts,
  };
}
