// The small build of zod: this is in the page, too, which VS Code loads anew each time it is shown.
import * as z from 'zod/mini';

/** What the Insights page and the extension say to each other. Each side checks what it is told. */

export const ranges = [7, 30, 90] as const;
/** Days that are shown; the last one is today. */
export type Range = (typeof ranges)[number];
export const DEFAULT_RANGE: Range = 30;

const range = z.literal(ranges);
const text = z.string();
const numbers = z.array(z.number());

const unit = z.enum(['count', 'tokens', 'usd', 'ms']);
export type Unit = z.infer<typeof unit>;

const series = z.object({
  label: text,
  /** Names one of the page's colours. */
  color: text,
  /** One a day. */
  values: numbers,
});
export type Series = z.infer<typeof series>;

const chart = z.object({
  ...{ id: text, title: text },
  /** The one number that says most, and what it is. */
  ...{ figure: text, caption: text },
  /** What there is to see, for those who can't. */
  description: text,
  unit,
  /** `stack`: bars on each other; `lines`: a day of 0 is a gap. */
  shape: z.enum(['stack', 'lines']),
  series: z.array(series),
  /** A line across all days. */
  limit: z.optional(z.object({ label: text, value: z.number() })),
  /** Further columns of the table, in units of their own. */
  besides: z.array(z.object({ label: text, unit, values: numbers })),
  /** Said instead of the chart where there is nothing to draw. */
  empty: z.optional(text),
});
export type Chart = z.infer<typeof chart>;

const words = z.object({
  ...{ title: text, range: text, table: text, day: text, leftOut: text, total: text },
  ranges: z.array(z.object({ days: range, label: text })),
});

const view = z.object({
  range,
  /** BCP 47. */
  language: text,
  /** Beginnings of the days, ms since the epoch, oldest first. */
  days: numbers,
  /** What a screen reader says when this has been drawn. */
  status: text,
  /** Said above the charts where nothing is remembered at all. */
  notice: z.optional(z.object({ text, link: text, command: text })),
  charts: z.array(chart),
  words,
});
export type View = z.infer<typeof view>;

const toPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('show'), view }),
  z.object({ type: z.literal('unavailable'), text }),
]);
export type ToPage = z.infer<typeof toPage>;

/** The page is ready, or another range was chosen: it wants figures of this range. */
const toExtension = z.object({ type: z.literal('want'), range });
export type ToExtension = z.infer<typeof toExtension>;

const pageState = z.object({ range, openTables: z.array(text) });
/** What the page remembers of itself while it is hidden. */
export type PageState = z.infer<typeof pageState>;

/** Undefined for anything else, like the other two. */
export const parseToPage = (message: unknown): ToPage | undefined => toPage.safeParse(message).data;
export const parseToExtension = (message: unknown): ToExtension | undefined =>
  toExtension.safeParse(message).data;
export const parsePageState = (state: unknown): PageState | undefined => pageState.safeParse(state).data;
