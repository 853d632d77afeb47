import type { Locator } from 'playwright-core';
import { eventually } from '../eventually';
import type { PageElement } from './pageElement';

export interface ListRow {
  readonly index: number;
  readonly ariaLabel: string;
  readonly label: string;
  readonly description: string;
  readonly level: number;
  /** Undefined for a row that has no children. */
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
  readonly focused: boolean;
  /** Its children are being fetched. */
  readonly loading: boolean;
}

interface ListView {
  readonly rows: ListRow[];
  readonly reachesEnd: boolean;
  readonly reachesStart: boolean;
}

/**
 * Every row of a VS Code list or tree (`.monaco-list`), in order. Lists draw only what is in sight, so that the
 * longer ones are scrolled through; selection and focus stay as they are.
 */
export async function readAllRows(list: Locator): Promise<ListRow[]> {
  if ((await list.count()) === 0) return [];
  let view = await readView(list);
  if (view.reachesStart && view.reachesEnd) return view.rows;

  const found = new Map<number, ListRow>();
  view = await scrollToStart(list);
  for (;;) {
    for (const row of view.rows) found.set(row.index, row);
    if (view.reachesEnd) break;
    const last = view.rows.at(-1)?.index ?? -1;
    view = await scrollUntil(list, pageHeight(view), (now) => (now.rows.at(-1)?.index ?? -1) > last);
  }
  // Rows that came or went while it was read: the reading is of no state that ever was.
  if (found.size !== (view.rows.at(-1)?.index ?? -1) + 1)
    throw new Error('The list changed while it was read.');
  return [...found.values()].sort((a, b) => a.index - b.index);
}

/**
 * Brings the first row that `matches` into sight and answers its element: nothing once the row has moved, so that
 * whoever acts on it has to find it anew.
 */
export async function revealRow(
  list: Locator,
  what: string,
  matches: (row: ListRow) => boolean,
): Promise<Locator> {
  const element = ({ index, label }: ListRow): Locator =>
    list
      .locator(`.monaco-list-rows .monaco-list-row[data-index="${index}"]`)
      .filter({ has: list.page().locator('.label-name', { hasText: exactly(label) }) });
  const inSight = (await readView(list)).rows.find(matches);
  if (inSight) return element(inSight);
  let view = await scrollToStart(list);
  for (;;) {
    const row = view.rows.find(matches);
    if (row) return element(row);
    if (view.reachesEnd) throw new Error(`No row is ${what}.`);
    const last = view.rows.at(-1)?.index ?? -1;
    view = await scrollUntil(list, pageHeight(view), (now) => (now.rows.at(-1)?.index ?? -1) > last);
  }
}

const exactly = (text: string): RegExp =>
  new RegExp(`^\\s*${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\\s*$`);

/** A little less than what is drawn, so that no row is missed. An element may be taller than what is in sight. */
function pageHeight({ rows }: ListView): number {
  return Math.max((rows.length - 2) * 22, 22);
}

async function scrollUntil(
  list: Locator,
  pixels: number,
  done: (view: ListView) => boolean,
): Promise<ListView> {
  await scroll(list, pixels);
  return eventually('the list to scroll', () => readView(list), done, 5_000);
}

async function scrollToStart(list: Locator): Promise<ListView> {
  await scroll(list, -1_000_000);
  return eventually(
    'the list to scroll to its start',
    () => readView(list),
    (view) => view.reachesStart,
    5_000,
  );
}

/** By an event of its own: a real wheel moves the list by one notch (50 pixels), whatever its delta. */
async function scroll(list: Locator, pixels: number): Promise<void> {
  // VS Code moves by 50 pixels for each 120 of `wheelDeltaY`, which is negative for downwards.
  const wheelDeltaY = -Math.round((pixels * 120) / 50);
  const area = list.locator('.monaco-scrollable-element').first();
  await area.dispatchEvent('wheel', { wheelDeltaY, deltaY: -wheelDeltaY, bubbles: true, cancelable: true });
}

function readView(list: Locator): Promise<ListView> {
  // One evaluation: a row read in two steps may have been drawn anew in between.
  return list.evaluate((root: PageElement) => {
    const holder = root.querySelector('.monaco-list-rows');
    const elements = [...(holder?.querySelectorAll('.monaco-list-row') ?? [])];
    const text = (row: PageElement, selector: string) =>
      row.querySelector(selector)?.textContent?.trim() ?? '';
    const rows = elements
      .map((row) => {
        const expanded = row.getAttribute('aria-expanded');
        return {
          index: Number(row.dataset.index),
          ariaLabel: row.getAttribute('aria-label') ?? '',
          label: text(row, '.label-name'),
          description: text(row, '.label-description'),
          level: Number(row.getAttribute('aria-level') ?? 1),
          expanded: expanded === null ? undefined : expanded === 'true',
          selected: row.getAttribute('aria-selected') === 'true',
          focused: [...row.classList].includes('focused'),
          loading: row.querySelector('.codicon-tree-item-loading') !== null,
        };
      })
      .sort((a, b) => a.index - b.index);
    const bottom = (row: PageElement) => parseFloat(row.style.top) + parseFloat(row.style.height);
    const total = parseFloat(holder?.style.height ?? '0');
    const lowest = Math.max(0, ...elements.map(bottom));
    return {
      rows,
      reachesStart: rows.length === 0 || rows[0]?.index === 0,
      reachesEnd: rows.length === 0 || lowest >= total - 1,
    };
  });
}
