import 'uplot/dist/uPlot.min.css';
import './insights.css';
import { ChartCard } from './chartCard';
import {
  DEFAULT_RANGE,
  parsePageState,
  parseToPage,
  type PageState,
  type Range,
  type ToExtension,
  type View,
} from './messages';

declare function acquireVsCodeApi(): {
  postMessage(message: ToExtension): void;
  getState(): unknown;
  setState(state: PageState): void;
};

/** The Insights page: draws what the extension sends, and says which range it wants. */
const vscode = acquireVsCodeApi();
let state: PageState = parsePageState(vscode.getState()) ?? { range: DEFAULT_RANGE, openTables: [] };
const cards = new Map<string, ChartCard>();

const part = (id: string) => document.getElementById(id)!;
const [ranges, charts, notice, status] = ['ranges', 'charts', 'notice', 'status'].map(part) as [
  HTMLElement,
  HTMLElement,
  HTMLElement,
  HTMLElement,
];

function remember(changed: Partial<PageState>): void {
  state = { ...state, ...changed };
  vscode.setState(state);
}

function want(range: Range): void {
  remember({ range });
  vscode.postMessage({ type: 'want', range });
}

function show(view: View): void {
  // An answer to a range that was left meanwhile.
  if (view.range !== state.range) return;
  drawRanges(view);
  drawNotice(view.notice);
  for (const chart of view.charts) {
    let card = cards.get(chart.id);
    if (!card) {
      card = new ChartCard(chart.id, state.openTables.includes(chart.id), () =>
        remember({ openTables: [...cards.values()].filter((c) => c.isTableOpen).map(({ id }) => id) }),
      );
      cards.set(chart.id, card);
      charts.append(card.element);
    }
    card.update(chart, view);
  }
  if (status.textContent !== view.status) status.textContent = view.status;
}

function drawRanges({ range, words }: View): void {
  if (ranges.querySelector('input')) return;
  for (const { days, label } of words.ranges) {
    const input = Object.assign(document.createElement('input'), {
      ...{ type: 'radio', name: 'range', id: `range-${days}`, checked: days === range },
    });
    input.addEventListener('change', () => want(days));
    const text = Object.assign(document.createElement('label'), { htmlFor: input.id, textContent: label });
    ranges.append(input, text);
  }
}

function drawNotice(told: View['notice']): void {
  notice.hidden = told === undefined;
  if (!told) return;
  const link = Object.assign(document.createElement('a'), { href: `command:${told.command}` });
  link.textContent = told.link;
  notice.replaceChildren(`${told.text} `, link);
}

function once(work: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      work();
    });
  };
}

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const message = parseToPage(data);
  if (message?.type === 'show') show(message.view);
  else if (message?.type === 'unavailable') {
    notice.hidden = false;
    notice.textContent = message.text;
  }
});

// VS Code puts the theme's name on the body and its colours on the root.
const redraw = new MutationObserver(once(() => cards.forEach((card) => card.draw())));
redraw.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
redraw.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
new ResizeObserver(once(() => cards.forEach((card) => card.resize()))).observe(charts);

want(state.range);
