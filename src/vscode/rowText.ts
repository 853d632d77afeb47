import * as vscode from 'vscode';
import type { ObservationType } from '../memory/observation';

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

/** One line of at most so many characters. */
export function shorten(text: string, limit = 60): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** The time of today, the day of any other. */
export function when(at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (today.toDateString() === date.toDateString())
    return date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  const isThisYear = today.getFullYear() === date.getFullYear();
  return date.toLocaleDateString(undefined, {
    ...{ day: 'numeric', month: 'short' },
    ...(!isThisYear && { year: 'numeric' }),
  });
}

/** A day as people say it. */
export function dayName(start: number, now: number): string {
  const day = new Date(start).toDateString();
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day === new Date(now).toDateString()) return vscode.l10n.t('Today');
  if (day === yesterday.toDateString()) return vscode.l10n.t('Yesterday');
  return new Date(start).toLocaleDateString(undefined, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  });
}
