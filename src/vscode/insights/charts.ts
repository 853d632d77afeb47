import * as vscode from 'vscode';
import type { Insights } from '../../memory/library';
import { formatValue } from '../../webview/format';
import type { Chart, Series, Unit } from '../../webview/messages';

/** A token is about four characters. */
const CHARACTERS_A_TOKEN = 4;

/** What the charts are made of. */
export interface Figures {
  readonly insights: Insights;
  readonly days: readonly number[];
  /** The most that a day may cost; absent where there is no limit. */
  readonly budgetUsd: number | undefined;
  /** BCP 47. */
  readonly language: string;
}

/** All charts of the Insights page, in their order, in words of the person's language. */
export function chartsOf(figures: Figures): Chart[] {
  return [remembered(figures), cost(figures), tokens(figures), latency(figures), context(figures)];
}

/** Whether there is nothing at all to show. */
export function isBlank({ remembered, usage, latency, context }: Insights): boolean {
  return (
    remembered.length === 0 && usage.length === 0 && sum(latency.messages) === 0 && sum(context.times) === 0
  );
}

/** Types in the order in which they lie on each other, the lowest last. */
function typeLooks(): Record<string, { label: string; color: string }> {
  const { l10n } = vscode;
  return {
    note: { label: l10n.t('Notes'), color: 'magenta' },
    decision: { label: l10n.t('Decisions'), color: 'yellow' },
    failure: { label: l10n.t('Failures'), color: 'red' },
    bugfix: { label: l10n.t('Bug fixes'), color: 'orange' },
    feature: { label: l10n.t('Features'), color: 'green' },
    refactor: { label: l10n.t('Refactorings'), color: 'cyan' },
    discovery: { label: l10n.t('Discoveries'), color: 'purple' },
    change: { label: l10n.t('Changes'), color: 'blue' },
    summary: { label: l10n.t('Summaries'), color: 'gray' },
  };
}

function remembered({ insights, days, language }: Figures): Chart {
  const looks = typeLooks();
  const order = Object.keys(looks);
  const series: Series[] = insights.remembered
    .map(({ type, perDay }) => ({ type, values: perDay }))
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))
    .map(({ type, values }) => ({ ...(looks[type] ?? { label: type, color: 'foreground' }), values }));
  const all = total(series);
  return {
    ...{ id: 'remembered', title: vscode.l10n.t('Remembered') },
    ...{ figure: formatValue(all, 'count', language), caption: inDays(days.length) },
    description: vscode.l10n.t(
      'Bars: what was remembered on each day, by kind. {0} in {1} days. The table has all numbers.',
      ...[formatValue(all, 'count', language), days.length],
    ),
    ...{ unit: 'count', shape: 'stack', series, besides: [] },
    ...(all === 0 && { empty: vscode.l10n.t('Nothing was remembered in these days.') }),
  };
}

const providerColors = ['blue', 'orange', 'purple', 'green', 'cyan', 'magenta'];

function byModel({ usage }: Insights, values: (row: Insights['usage'][number]) => number[]): Series[] {
  return usage.map((row, i) => ({
    label: [providerName(row.provider), row.model].filter(Boolean).join(' · '),
    color: providerColors[i % providerColors.length]!,
    values: values(row),
  }));
}

function providerName(id: string): string {
  if (id === 'anthropic') return 'Anthropic';
  return id === 'vscode' ? 'VS Code' : id;
}

const noRequests = () => vscode.l10n.t('No model was asked in these days: built-in rules distil at no cost.');

function cost({ insights, days, budgetUsd, language }: Figures): Chart {
  const series = byModel(insights, ({ costUsd }) => costUsd);
  const all = formatValue(total(series), 'usd', language);
  const budget = budgetUsd === undefined ? undefined : formatValue(budgetUsd, 'usd', language);
  return {
    ...{ id: 'cost', title: vscode.l10n.t('Cost') },
    ...{ figure: all, caption: inDays(days.length) },
    description:
      budget === undefined
        ? vscode.l10n.t('Bars: what each day has cost, by model. {0} in {1} days.', all, days.length)
        : vscode.l10n.t(
            'Bars: what each day has cost, by model, below the daily budget of {2}. {0} in {1} days.',
            ...[all, days.length, budget],
          ),
    ...{ unit: 'usd', shape: 'stack', series, besides: [] },
    ...(budgetUsd !== undefined && {
      limit: { label: vscode.l10n.t('Daily budget {0}', budget!), value: budgetUsd },
    }),
    ...(series.length === 0 && { empty: noRequests() }),
  };
}

function tokens({ insights, days, language }: Figures): Chart {
  const series = byModel(insights, ({ inputTokens, outputTokens }) =>
    inputTokens.map((tokensIn, i) => tokensIn + outputTokens[i]!),
  );
  const all = formatValue(total(series), 'tokens', language);
  const summed = (values: (row: Insights['usage'][number]) => number[]) =>
    days.map((_, day) => sum(insights.usage.map((row) => values(row)[day]!)));
  return {
    ...{ id: 'tokens', title: vscode.l10n.t('Tokens') },
    ...{ figure: all, caption: inDays(days.length) },
    description: vscode.l10n.t(
      'Bars: tokens that models were sent and answered on each day, by model. {0} in {1} days.',
      ...[all, days.length],
    ),
    ...{ unit: 'tokens', shape: 'stack', series },
    besides: [
      besides(
        vscode.l10n.t('Sent'),
        'tokens',
        summed(({ inputTokens }) => inputTokens),
      ),
      besides(
        vscode.l10n.t('Answered'),
        'tokens',
        summed(({ outputTokens }) => outputTokens),
      ),
    ],
    ...(series.length === 0 && { empty: noRequests() }),
  };
}

function latency({ insights, language }: Figures): Chart {
  const { messages, p50Ms, p95Ms } = insights.latency;
  const count = sum(messages);
  const worked = p50Ms.filter((ms) => ms > 0).sort((a, b) => a - b);
  const middle = formatValue(worked[Math.floor(worked.length / 2)] ?? 0, 'ms', language);
  return {
    ...{ id: 'latency', title: vscode.l10n.t('Time to be remembered') },
    ...{ figure: middle, caption: vscode.l10n.t('on a usual day') },
    description: vscode.l10n.t(
      'Lines: how long messages waited from accepted to remembered on each day, the middle and the slowest twentieth. Usually {0}.',
      middle,
    ),
    ...{ unit: 'ms', shape: 'lines' },
    series: [
      { label: vscode.l10n.t('Slowest twentieth (p95)'), color: 'orange', values: p95Ms },
      { label: vscode.l10n.t('Middle (p50)'), color: 'blue', values: p50Ms },
    ],
    besides: [besides(vscode.l10n.t('Messages'), 'count', messages)],
    ...(count === 0 && { empty: vscode.l10n.t('Nothing waited in these days.') }),
  };
}

function context({ insights, days, language }: Figures): Chart {
  const { times, characters } = insights.context;
  const given = characters.map((count) => Math.round(count / CHARACTERS_A_TOKEN));
  const often = formatValue(sum(times), 'count', language);
  return {
    ...{ id: 'context', title: vscode.l10n.t('Given back to agents') },
    ...{ figure: often, caption: vscode.l10n.t('times in {0} days', days.length) },
    description: vscode.l10n.t(
      'Bars: how many tokens of memory agents were given on each day, about {0} in all, {1} times.',
      ...[formatValue(sum(given), 'tokens', language), often],
    ),
    ...{ unit: 'tokens', shape: 'stack' },
    series: [{ label: vscode.l10n.t('Tokens of memory'), color: 'green', values: given }],
    besides: [besides(vscode.l10n.t('Times'), 'count', times)],
    ...(sum(times) === 0 && { empty: vscode.l10n.t('No agent was given memory in these days.') }),
  };
}

const besides = (label: string, unit: Unit, values: number[]) => ({ label, unit, values });
const inDays = (days: number) => vscode.l10n.t('in {0} days', days);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const total = (series: readonly Series[]) => sum(series.flatMap(({ values }) => values));
