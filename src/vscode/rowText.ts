import * as vscode from 'vscode';
import type { ObservationType } from '../memory/observation';
import { daysAgo } from './sessionGroups';

/** How what is remembered looks in every list. */
export const observationIcons: Record<ObservationType, string> = {
  decision: 'law',
  bugfix: 'bug',
  feature: 'sparkle',
  refactor: 'symbol-structure',
  change: 'edit',
  discovery: 'lightbulb',
  failure: 'error',
  note: 'note',
};

/** Also of a type that a newer Tidemark has stored. */
export function memoryIcon(type: ObservationType | 'summary'): string {
  return type === 'summary' ? 'book' : (observationIcons[type] ?? 'note');
}

export function typeName(type: ObservationType | 'summary'): string {
  const names: Record<ObservationType | 'summary', string> = {
    decision: vscode.l10n.t('Decision'),
    bugfix: vscode.l10n.t('Bug fix'),
    feature: vscode.l10n.t('Feature'),
    refactor: vscode.l10n.t('Refactoring'),
    change: vscode.l10n.t('Change'),
    discovery: vscode.l10n.t('Discovery'),
    failure: vscode.l10n.t('Failure'),
    note: vscode.l10n.t('Note'),
    summary: vscode.l10n.t('Summary'),
  };
  return names[type] ?? type;
}

// Made once: making one takes longer than drawing a row.
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const shortDateOfYear = new Intl.DateTimeFormat(undefined, {
  ...{ day: 'numeric', month: 'short', year: 'numeric' },
});
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

export function timeText(at: number): string {
  return time.format(at);
}

export function shortDateText(at: number, now: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? shortDate : shortDateOfYear).format(at);
}

/** The time of today, the day of any other. */
export function whenText(at: number, now: number): string {
  return daysAgo(at, now) === 0 ? timeText(at) : shortDateText(at, now);
}

/** A day as people say it. */
export function dayText(day: number, now: number): string {
  const ago = daysAgo(day, now);
  if (ago === 0) return vscode.l10n.t('Today');
  if (ago === 1) return vscode.l10n.t('Yesterday');
  return (ago < 7 ? weekday : date).format(day);
}
