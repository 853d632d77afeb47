import * as vscode from 'vscode';
import { isAbsolute } from 'node:path';
import type { ProviderUsage } from '../distill/usage';
import type { SessionItem } from '../keeper/client';
import type { SourceEvent } from '../memory/library';
import type { Observation, Summary } from '../memory/observation';
import { commands } from './ids';
import { perObservation } from './providerText';
import { shorten } from './plainText';
import { typeName } from './rowText';

/** What a page tells beside the memory itself. */
export interface PageFacts {
  readonly session: SessionItem | undefined;
  readonly sources: readonly SourceEvent[];
  /** Files that are not as they were. */
  readonly changed: readonly string[];
  /** What the session's observations of this provider came to. */
  readonly usage: ProviderUsage | undefined;
}

/** A read-only page of Markdown, with the places in it that lead elsewhere. */
export interface MemoryPage {
  readonly text: string;
  readonly links: readonly vscode.DocumentLink[];
}

const MOST_SOURCES = 50;

export function observationPage(observation: Observation, facts: PageFacts): MemoryPage {
  const { title, subtitle, narrative, type, id, createdAt, provider, pinnedAt, editedAt } = observation;
  const page = new PageWriter();
  page.paragraph(`# ${title.replace(/\s+/g, ' ')}`);
  const marks = [
    typeName(type),
    new Date(createdAt).toLocaleString(),
    pinnedAt !== undefined && vscode.l10n.t('pinned'),
    editedAt !== undefined && vscode.l10n.t('edited {0}', new Date(editedAt).toLocaleString()),
  ];
  page.paragraph(`*${marks.filter(Boolean).join(' · ')}*`);
  if (facts.changed.length > 0)
    page.paragraph(`> ${vscode.l10n.t('The code has changed since: see the files marked below.')}`);
  page.paragraph(subtitle);
  page.paragraph(narrative);
  page.list(observation.facts);
  page.files(observation, facts.changed);
  page.session(facts.session, observation.promptNumber, observation.subagent);
  page.sources(facts.sources);
  page.paragraph('---');
  page.paragraph(
    [
      `O${id}`,
      vscode.l10n.t('distilled by {0}', provider),
      facts.usage && vscode.l10n.t('in this session {0}', perObservation(facts.usage)),
      observation.concepts.length > 0 && observation.concepts.join(', '),
    ]
      .filter(Boolean)
      .join(' · '),
  );
  return page.done();
}

export function summaryPage(summary: Summary, facts: Pick<PageFacts, 'session'>): MemoryPage {
  const { id, createdAt, provider, promptNumber } = summary;
  const page = new PageWriter();
  page.paragraph(`# ${vscode.l10n.t('Summary of prompt {0}', promptNumber)}`);
  page.paragraph(`*${new Date(createdAt).toLocaleString()}*`);
  page.section(vscode.l10n.t('Asked'), summary.request);
  page.section(vscode.l10n.t('Found'), summary.investigated);
  page.section(vscode.l10n.t('Learned'), summary.learned);
  page.section(vscode.l10n.t('Done'), summary.completed);
  page.section(vscode.l10n.t('Open'), summary.nextSteps);
  page.files(summary, []);
  page.session(facts.session, promptNumber);
  page.paragraph('---');
  page.paragraph([`S${id}`, vscode.l10n.t('distilled by {0}', provider)].join(' · '));
  return page.done();
}

class PageWriter {
  readonly #lines: string[] = [];
  readonly #links: vscode.DocumentLink[] = [];

  paragraph(text: string | undefined): void {
    if (!text) return;
    if (this.#lines.length > 0) this.#lines.push('');
    this.#lines.push(...text.split('\n'));
  }

  section(title: string, text: string | undefined): void {
    if (!text) return;
    this.paragraph(`## ${title}`);
    this.paragraph(text);
  }

  list(items: readonly string[]): void {
    this.paragraph(items.map((item) => `- ${item.replace(/\n/g, '\n  ')}`).join('\n'));
  }

  files(
    { filesModified, filesRead }: { filesModified: readonly string[]; filesRead: readonly string[] },
    changed: readonly string[],
  ): void {
    for (const [title, files] of [
      [vscode.l10n.t('Files changed'), filesModified],
      [vscode.l10n.t('Files read'), filesRead],
    ] as const) {
      if (files.length === 0) continue;
      this.paragraph(`## ${title}`);
      this.#lines.push('');
      for (const file of files) {
        const mark = changed.includes(file) ? ` — ${vscode.l10n.t('changed since')}` : '';
        const target = isAbsolute(file) ? vscode.Uri.file(file) : undefined;
        this.#linkedLine('- ', file, mark, target, vscode.l10n.t('Open the file'));
      }
    }
  }

  session(session: SessionItem | undefined, promptNumber: number, by?: Observation['subagent']): void {
    if (!session) return;
    const { id, agent, project } = session;
    const name =
      shorten(session.title ?? session.agentTitle ?? session.firstPrompt ?? '', 100) ||
      vscode.l10n.t('Session {0}', id);
    this.paragraph(`## ${vscode.l10n.t('Session')}`);
    this.#lines.push('');
    const target = vscode.Uri.parse(
      `command:${commands.revealSession}?${encodeURIComponent(JSON.stringify([id]))}`,
    );
    this.#linkedLine('', name, '', target, vscode.l10n.t('Show it among the sessions'));
    const told = [project.name, agent, promptNumber > 0 && vscode.l10n.t('prompt {0}', promptNumber)];
    if (by) told.push(vscode.l10n.t('by the sub-agent {0}', by.type ?? by.id));
    this.paragraph(told.filter(Boolean).join(' · '));
  }

  sources(sources: readonly SourceEvent[]): void {
    if (sources.length === 0) return;
    this.paragraph(`## ${vscode.l10n.t('Rests on')}`);
    const items = sources
      .slice(0, MOST_SOURCES)
      .map(({ tool, at, toolUseId }) =>
        [
          tool ?? vscode.l10n.t('What the agent told'),
          at !== undefined && new Date(at).toLocaleString(),
          toolUseId !== undefined && `\`${toolUseId}\``,
        ]
          .filter(Boolean)
          .join(' · '),
      );
    const more = sources.length - items.length;
    this.list(more > 0 ? [...items, vscode.l10n.t('{0} more', more)] : items);
  }

  done(): MemoryPage {
    return { text: this.#lines.join('\n') + '\n', links: this.#links };
  }

  #linkedLine(
    before: string,
    text: string,
    after: string,
    target: vscode.Uri | undefined,
    tooltip: string,
  ): void {
    if (target) {
      const line = this.#lines.length;
      const range = new vscode.Range(line, before.length, line, before.length + text.length);
      const link = new vscode.DocumentLink(range, target);
      link.tooltip = tooltip;
      this.#links.push(link);
    }
    this.#lines.push(`${before}${text}${after}`);
  }
}
