import type uPlot from 'uplot';
import { formatDay, formatValue } from './format';
import type { Chart, Unit, View } from './messages';
import { drawPlot } from './plot';

interface Column {
  readonly label: string;
  readonly unit: Unit;
  readonly values: readonly number[];
}

/** One chart with its legend, and the same numbers as a table. Its elements stay over updates, and so does the focus. */
export class ChartCard {
  readonly element = make('section', { className: 'card' });
  readonly #title: HTMLElement;
  readonly #figure = make('p', { className: 'figure' });
  readonly #plotBox = make('div', { className: 'plot' });
  readonly #legend = make('ul', { className: 'legend' });
  readonly #empty = make('p', { className: 'empty' });
  readonly #details = make('details', {});
  readonly #summary = make('summary', {});
  readonly #tableBox = make('div', { className: 'table' });
  #plot: uPlot | undefined;
  #shown: { chart: Chart; view: View } | undefined;

  constructor(
    readonly id: string,
    isOpen: boolean,
    onToggle: () => void,
  ) {
    this.#title = make('h2', { id: `${id}-title` });
    this.element.setAttribute('aria-labelledby', this.#title.id);
    this.#plotBox.setAttribute('role', 'img');
    this.#details.open = isOpen;
    this.#details.addEventListener('toggle', () => {
      this.#fillTable();
      onToggle();
    });
    // A table wider than the card is scrolled, by the keyboard, too.
    this.#tableBox.tabIndex = 0;
    this.#tableBox.setAttribute('role', 'group');
    this.#tableBox.setAttribute('aria-labelledby', this.#title.id);
    this.#details.append(this.#summary, this.#tableBox);
    const head = make('div', { className: 'head' });
    head.append(this.#title, this.#figure);
    this.element.append(head, this.#empty, this.#plotBox, this.#legend, this.#details);
  }

  get isTableOpen(): boolean {
    return this.#details.open;
  }

  update(chart: Chart, view: View): void {
    this.#shown = { chart, view };
    this.#title.textContent = chart.title;
    this.#figure.replaceChildren(make('strong', { textContent: chart.figure }), ` ${chart.caption}`);
    this.#summary.textContent = view.words.table;
    this.#plotBox.setAttribute('aria-label', chart.description);
    this.#empty.textContent = chart.empty ?? '';
    const isEmpty = chart.empty !== undefined;
    this.#empty.hidden = !isEmpty;
    for (const part of [this.#figure, this.#plotBox, this.#legend, this.#details]) part.hidden = isEmpty;
    this.#fillTable();
    this.draw();
  }

  /** Draws anew: the numbers, the theme or the width are others. */
  draw(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    if (!this.#shown || this.#shown.chart.empty !== undefined) return;
    const { chart, view } = this.#shown;
    this.#fillLegend(undefined);
    this.#plot = drawPlot(this.#plotBox, {
      ...{ chart, days: view.days, language: view.language },
      onDay: (day) => this.#fillLegend(day),
    });
  }

  resize(): void {
    const width = this.#plotBox.clientWidth;
    if (this.#plot && width > 0 && width !== this.#plot.width)
      this.#plot.setSize({ width, height: this.#plot.height });
  }

  /** Names, with the values of the day that the pointer is over. */
  #fillLegend(day: number | undefined): void {
    if (!this.#shown) return;
    const { chart, view } = this.#shown;
    const entry = (color: string, label: string, value: number | undefined) => {
      const swatch = make('span', { className: 'swatch' });
      swatch.dataset['color'] = color;
      const texts = value === undefined ? [label] : [label, formatValue(value, chart.unit, view.language)];
      const item = make('li', {});
      item.append(swatch, texts.join(' '));
      return item;
    };
    const when = make('li', { className: 'when' });
    if (day !== undefined && view.days[day] !== undefined)
      when.textContent = formatDay(view.days[day], view.language, 'table');
    this.#legend.replaceChildren(
      ...chart.series.map(({ label, color, values }) =>
        entry(color, label, day === undefined ? undefined : values[day]),
      ),
      ...(chart.limit ? [entry('limit', chart.limit.label, undefined)] : []),
      ...(day === undefined ? [] : [when]),
    );
  }

  /** Newest first; only while it is open. */
  #fillTable(): void {
    if (!this.#shown || !this.#details.open) return;
    const { chart, view } = this.#shown;
    const { words, language } = view;
    const columns: Column[] = [
      ...chart.series.map((one) => ({ ...one, unit: chart.unit })),
      ...(chart.shape === 'stack' && chart.series.length > 1
        ? [{ label: words.total, unit: chart.unit, values: totals(chart, view.days.length) }]
        : []),
      ...chart.besides,
    ];
    const table = make('table', {});
    table.createCaption().textContent = `${chart.title}. ${words.leftOut}`;
    const head = table.createTHead().insertRow();
    for (const label of [words.day, ...columns.map((column) => column.label)])
      head.append(make('th', { scope: 'col', textContent: label }));
    const body = table.createTBody();
    for (let day = view.days.length - 1; day >= 0; day--) {
      if (columns.every(({ values }) => !values[day])) continue;
      const row = body.insertRow();
      const name = formatDay(view.days[day]!, language, 'table');
      row.append(make('th', { scope: 'row', textContent: name }));
      for (const { values, unit } of columns)
        row.insertCell().textContent = formatValue(values[day] ?? 0, unit, language);
    }
    this.#tableBox.replaceChildren(table);
  }
}

function totals({ series }: Chart, days: number): number[] {
  return Array.from({ length: days }, (_, day) =>
    series.reduce((sum, { values }) => sum + (values[day] ?? 0), 0),
  );
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(tag), properties);
}
