import uPlot from 'uplot';
import { formatDay, formatValue } from './format';
import type { Chart } from './messages';

const HEIGHT = 180;
/** What a day's name takes with the space beside it, px. */
const LABEL_WIDTH = 66;

export interface PlotOptions {
  readonly chart: Chart;
  /** Beginnings of the days, ms since the epoch. */
  readonly days: readonly number[];
  readonly language: string;
  /** The day that the pointer is over, as an index; undefined when it has left. */
  readonly onDay: (day: number | undefined) => void;
}

/** Draws one chart with the colours of the theme of the moment. The caller destroys it. */
export function drawPlot(container: HTMLElement, options: PlotOptions): uPlot {
  const { chart, days, language } = options;
  const color = themeColors(container);
  const font = `11px ${getComputedStyle(container).fontFamily}`;
  const axis = { stroke: color('foreground'), font, ticks: { show: false } };
  const limit = chart.limit?.value ?? 0;
  return new uPlot(
    {
      ...{ width: Math.max(120, container.clientWidth), height: HEIGHT },
      ...{ legend: { show: false }, padding: [10, 20, 0, 0] },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: () => [-0.6, days.length - 0.4] },
        y: { range: (_plot, _min, max) => [0, Math.max(max ?? 0, limit) * 1.08 || 1] },
      },
      axes: [
        {
          ...axis,
          ...{ grid: { show: false }, size: 28 },
          splits: (plot) => labelledDays(days.length, plot.width),
          values: (_plot, at) => at.map((i) => formatDay(days[i]!, language, 'axis')),
        },
        {
          ...axis,
          ...{ grid: { stroke: color('grid'), width: 1 }, size: axisWidth, space: 34 },
          // Half a message or half a token is nothing.
          incrs: chart.unit === 'usd' ? steps(-4, 4) : steps(0, 9),
          values: (_plot, at) => at.map((value) => formatValue(value, chart.unit, language)),
        },
      ],
      series: [{}, ...chart.series.map((one) => seriesLook(chart, color(one.color), color('background')))],
      hooks: {
        setCursor: [(plot) => options.onDay(plot.cursor.idx ?? undefined)],
        ...(chart.limit && { draw: [(plot: uPlot) => drawLimit(plot, limit, color('limit'))] }),
      },
    },
    [days.map((_, i) => i), ...plotted(chart)] as uPlot.AlignedData,
    container,
  );
}

/** Bars are drawn over each other, the whole first: each row is the sum of itself and those after it. */
function plotted({ shape, series }: Chart): (number | null)[][] {
  if (shape === 'lines') return series.map(({ values }) => values.map((value) => value || null));
  return series.map((_, from) =>
    series[from]!.values.map((_value, day) =>
      series.slice(from).reduce((sum, { values }) => sum + (values[day] ?? 0), 0),
    ),
  );
}

function seriesLook({ shape }: Chart, color: string, background: string): uPlot.Series {
  return shape === 'lines'
    ? { stroke: color, width: 2, points: { show: true, size: 5, fill: color }, spanGaps: false }
    : {
        // The background between two bars tells them apart where colours alone don't.
        ...{ stroke: background, fill: color, width: 1, points: { show: false } },
        paths: uPlot.paths.bars!({ size: [0.72, 36] }),
      };
}

function drawLimit(plot: uPlot, value: number, color: string): void {
  const { ctx } = plot;
  const y = plot.valToPos(value, 'y', true);
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(plot.bbox.left, y);
  ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** As many as there is room for; today always. */
function labelledDays(days: number, width: number): number[] {
  const every = Math.ceil(days / Math.max(1, Math.floor(width / LABEL_WIDTH)));
  return Array.from({ length: days }, (_, i) => i).filter((i) => (days - 1 - i) % every === 0);
}

/** As wide as its longest label, px. */
function axisWidth(_plot: uPlot, values: string[] | null): number {
  const longest = Math.max(1, ...(values ?? []).map((value) => value.length));
  return Math.max(30, 12 + longest * 6.5);
}

/** 1, 2 and 5 of each power of ten. */
function steps(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => [1, 2, 5].map((n) => n * 10 ** (from + i))).flat();
}

/**
 * What a name of a colour in insights.css is at present: a canvas knows no variables. Opaque, because bars lie on each
 * other.
 */
function themeColors(container: HTMLElement): (name: string) => string {
  const probe = container.appendChild(document.createElement('span'));
  probe.className = 'swatch';
  const computed = (name: string): string => {
    probe.dataset['color'] = name;
    return getComputedStyle(probe).backgroundColor;
  };
  const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  const background = computed('background');
  const found = (name: string): string => {
    for (pixel.fillStyle of [background, computed(name)]) pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgb(${red} ${green} ${blue})`;
  };
  const names = [...colorNames, 'foreground', 'grid', 'background', 'limit'];
  const colors = new Map(names.map((name) => [name, found(name)]));
  probe.remove();
  return (name) => colors.get(name) ?? colors.get('foreground')!;
}

const colorNames = ['blue', 'green', 'purple', 'red', 'orange', 'yellow', 'cyan', 'magenta', 'gray'];
