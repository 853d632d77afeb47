import { namesOf, termOf, tokensOf } from './tokens';

/** Raised when any text would be indexed differently: an index of another version is made anew. */
export const INDEX_VERSION = 1;

/** What one observation or summary is found by, each field its terms joined by spaces. */
export interface IndexedText {
  readonly title: string;
  readonly body: string;
  /** Names and codes of the text, the files with what they are called by, and the day. */
  readonly names: string;
  /** Terms in all fields. */
  readonly length: number;
}

const months = 'January February March April May June July August September October November December'
  .split(' ')
  .map(termOf);

/** @param at ms since the epoch; the day is that of UTC, as in the context. */
export function indexedText(title: string, body: string, files: readonly string[], at: number): IndexedText {
  const date = new Date(at);
  const fields = {
    title: terms(title),
    body: terms(body),
    names: [
      ...new Set([...namesOf(title), ...namesOf(body), ...files.flatMap(fileTerms)]),
      String(date.getUTCDate()),
      months[date.getUTCMonth()]!,
      String(date.getUTCFullYear()),
    ],
  };
  return {
    title: fields.title.join(' '),
    body: fields.body.join(' '),
    names: fields.names.join(' '),
    length: fields.title.length + fields.body.length + fields.names.length,
  };
}

const terms = (text: string) => tokensOf(text).map(({ term }) => term);

/** The ends of the path as names, and the words of the file's own name. */
function fileTerms(path: string): string[] {
  const file = path.split(/[/\\]+/).at(-1) ?? '';
  return [...namesOf(path), ...terms(file)];
}
