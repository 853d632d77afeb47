import * as vscode from 'vscode';
import type { SessionItem } from '../keeper/client';
import type { MemoryRef } from '../memory/library';
import { completeFilter, type FilteredSearch, type FilterName } from '../memory/search/filterText';
import type { SearchHit } from '../memory/search';
import { shorten } from './plainText';
import { memoryIcon, typeName, whenText } from './rowText';

/** One entry of the search. All are always shown: what was found is put in order by the search itself. */
export type SearchItem = vscode.QuickPickItem &
  (
    | { readonly does: 'open'; readonly ref: MemoryRef; readonly sessionId: number }
    | { readonly does: 'reveal'; readonly sessionId: number }
    /** Puts another text in the place of what was typed. */
    | { readonly does: 'complete'; readonly input: string }
    | { readonly does: 'nothing' }
  );

export const revealButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('list-tree'),
  tooltip: vscode.l10n.t('Show its session'),
});
export const pinButton = (): vscode.QuickInputButton => ({
  iconPath: new vscode.ThemeIcon('pin'),
  tooltip: vscode.l10n.t('Pin'),
});

export interface ItemButtons {
  readonly reveal: vscode.QuickInputButton;
  readonly pin: vscode.QuickInputButton;
}

export function hitItem(
  hit: SearchHit,
  project: string | undefined,
  buttons: ItemButtons,
  now: number,
): SearchItem {
  const { kind, id, type, title, snippet, sessionId, createdAt, agent } = hit;
  const detail = withoutTitle(snippet, title);
  return {
    ...{ does: 'open', ref: { kind, id }, sessionId, alwaysShow: true },
    label: shorten(title, 120),
    iconPath: new vscode.ThemeIcon(memoryIcon(type)),
    description: [typeName(type), project, agent, whenText(createdAt, now)].filter(Boolean).join(' · '),
    ...(detail && { detail }),
    buttons: kind === 'observation' ? [buttons.pin, buttons.reveal] : [buttons.reveal],
  };
}

export function sessionItem(session: SessionItem, now: number): SearchItem {
  const { id, title, agentTitle, firstPrompt, project, agent, lastActivityAt } = session;
  return {
    ...{ does: 'reveal', sessionId: id, alwaysShow: true },
    label: shorten(title ?? agentTitle ?? firstPrompt ?? '', 120) || vscode.l10n.t('Session {0}', id),
    iconPath: new vscode.ThemeIcon('comment-discussion'),
    description: [vscode.l10n.t('Session'), project.name, agent, whenText(lastActivityAt, now)].join(' · '),
  };
}

/** What can stand for the filter that is being typed. */
export function completionItems(input: string, projects: readonly string[]): SearchItem[] {
  return completeFilter(input, projects)
    .slice(0, 10)
    .map((completion) => ({
      ...{ does: 'complete', input: completion.input, alwaysShow: true },
      label: completion.filter,
      iconPath: new vscode.ThemeIcon('filter'),
      description: vscode.l10n.t('filter'),
    }));
}

/** What a filter takes, where its value means nothing. */
export function problemItems({ problems }: FilteredSearch): SearchItem[] {
  const takes: Record<FilterName, string> = {
    type: vscode.l10n.t(
      'takes decision, bugfix, feature, refactor, change, discovery, failure, note or summary',
    ),
    agent: vscode.l10n.t('takes the name of an agent, such as claude-code or codex'),
    since: vscode.l10n.t('takes 24h, 7d, 2w, today, yesterday or a day such as 2026-11-01'),
    file: vscode.l10n.t('takes a path, or the end of one'),
    project: vscode.l10n.t('takes the name of a project'),
  };
  return problems.map(({ filter }) => ({
    ...{ does: 'nothing', alwaysShow: true, label: `${filter}:`, description: takes[filter] },
    iconPath: new vscode.ThemeIcon('info'),
  }));
}

export function nothingFound(): SearchItem {
  return {
    ...{ does: 'nothing', alwaysShow: true, label: vscode.l10n.t('Nothing found') },
    iconPath: new vscode.ThemeIcon('search-stop'),
    detail: vscode.l10n.t('Try fewer or other words, the beginning of one with *, or take a filter away.'),
  };
}

/** A snippet begins with the title where it is the beginning of the text; shown once, that is enough. */
function withoutTitle(snippet: string, title: string): string {
  const line = title.replace(/\s+/g, ' ').trim();
  return (snippet.startsWith(line) ? snippet.slice(line.length) : snippet).replace(/^[\s·—-]+/, '').trim();
}
