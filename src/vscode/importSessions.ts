import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type * as finding from '../capture/transcripts/findTranscripts';
import type * as importing from '../capture/transcripts/importTranscripts';
import type { ImportResult } from '../capture/transcripts/importTranscripts';
import type { FoundTranscript, ImportEstimate } from '../capture/transcripts/findTranscripts';
import type { TidemarkClient } from '../keeper/client';
import { exclusionSettings } from './hookSettings';
import { commands } from './ids';
import { withProgress } from './progress';

/** What reads and imports, loaded when it is needed. */
export interface ImportParts {
  findTranscripts: typeof finding.findTranscripts;
  estimateImport: typeof finding.estimateImport;
  importTranscripts: typeof importing.importTranscripts;
}

const TITLE_LIMIT = 80;

type Item = vscode.QuickPickItem & { transcript?: FoundTranscript };

/** Lets a person choose past sessions, shows what their import comes to, and imports them. */
export class ImportSessions {
  constructor(
    private readonly client: () => TidemarkClient,
    private readonly load: () => Promise<ImportParts>,
  ) {}

  async run(): Promise<void> {
    this.client();
    const parts = await this.load();
    const chosen = await this.#choose(parts);
    if (!chosen || chosen.length === 0) return;
    const estimate = await withProgress(
      vscode.ProgressLocation.Window,
      vscode.l10n.t('Reading {0} transcripts', chosen.length),
      chosen.length,
      (signal, report) => parts.estimateImport(chosen, signal, report),
    );
    if (!estimate || !(await this.#confirm(estimate))) return;
    // Only this shows as a notification: VS Code shows at most three new ones within a second, and the result would
    // be the fourth.
    const result = await withProgress(
      vscode.ProgressLocation.Notification,
      vscode.l10n.t('Importing {0} past sessions', estimate.sessions),
      chosen.length,
      (signal, onProgress) =>
        parts.importTranscripts(chosen, this.client(), {
          ...{ now: Date.now(), exclusions: exclusionSettings(), signal, onProgress },
        }),
    );
    const show = vscode.l10n.t('Show Sessions');
    const answer = await vscode.window.showInformationMessage(
      result ? resultText(result) : stoppedText(),
      show,
    );
    if (answer === show) await vscode.commands.executeCommand(commands.showSessions);
  }

  async #choose({ findTranscripts }: ImportParts): Promise<string[] | undefined> {
    const found = await withProgress(
      vscode.ProgressLocation.Window,
      vscode.l10n.t('Looking for past sessions'),
      1,
      (signal) => findTranscripts(transcriptFolders(), signal),
    );
    if (!found) return undefined;
    if (found.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There are no past sessions of Claude Code or Codex on this machine.'),
      );
      return undefined;
    }
    const picked = await vscode.window.showQuickPick<Item>(itemsOf(found), {
      canPickMany: true,
      matchOnDescription: true,
      matchOnDetail: true,
      title: vscode.l10n.t('Import past sessions'),
      placeHolder: vscode.l10n.t('Choose the sessions to import. What is known already adds nothing.'),
    });
    return picked?.flatMap(({ transcript }) => transcript?.file ?? []);
  }

  async #confirm({ sessions, turns, toolUses }: ImportEstimate): Promise<boolean> {
    const start = vscode.l10n.t('Import');
    const { provider } = this.client().status();
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t('Import {0} sessions with {1} turns and {2} tool uses?', sessions, turns, toolUses),
      { modal: true, detail: costText(provider) },
      start,
    );
    return answer === start;
  }
}

function costText(provider: string): string {
  return provider === 'builtin'
    ? vscode.l10n.t(
        'The built-in provider works on this machine: it costs nothing, and nothing is sent anywhere.',
      )
    : vscode.l10n.t(
        'The provider “{0}” is asked about each turn, within its daily budget: this sends what the sessions hold, without private parts and secrets, and can cost money.',
        provider,
      );
}

function resultText({ sessions, events, skipped, unknown }: ImportResult): string {
  const known = events.ignored['duplicate'] ?? 0;
  const parts = [vscode.l10n.t('Imported {0} sessions: {1} new events.', sessions, events.captured)];
  if (known > 0) parts.push(vscode.l10n.t('{0} were known already.', known));
  if (skipped + unknown > 0)
    parts.push(vscode.l10n.t('{0} lines could not be read and were left out.', skipped + unknown));
  return parts.join(' ');
}

function stoppedText(): string {
  return vscode.l10n.t(
    'The import was stopped. What was imported stays; importing the same sessions again completes them.',
  );
}

/** Where the agents keep their transcripts, unless their own variables name another place. */
function transcriptFolders(): finding.TranscriptFolders {
  const { CLAUDE_CONFIG_DIR: claude, CODEX_HOME: codex } = process.env;
  return {
    claudeCode: join(claude ?? join(homedir(), '.claude'), 'projects'),
    codex: join(codex ?? join(homedir(), '.codex'), 'sessions'),
  };
}

/** By folder, the one with the newest session first; each folder under a line with its name. */
function itemsOf(found: readonly FoundTranscript[]): Item[] {
  const byFolder = new Map<string, FoundTranscript[]>();
  for (const transcript of found) {
    const others = byFolder.get(transcript.folder);
    if (others) others.push(transcript);
    else byFolder.set(transcript.folder, [transcript]);
  }
  return [...byFolder].flatMap(([folder, transcripts]) => [
    { label: folder || vscode.l10n.t('Unknown folder'), kind: vscode.QuickPickItemKind.Separator },
    ...transcripts.map((transcript): Item => ({
      label: titleOf(transcript),
      description: [
        transcript.agent === 'codex' ? 'Codex' : 'Claude Code',
        new Date(transcript.modifiedAt).toLocaleString(undefined, {
          dateStyle: 'medium',
          timeStyle: 'short',
        }),
        sizeText(transcript.size),
      ].join(' · '),
      transcript,
    })),
  ]);
}

function titleOf({ title, file }: FoundTranscript): string {
  const line = title.replace(/\s+/g, ' ').trim();
  if (line === '') return basename(file, '.jsonl');
  return line.length <= TITLE_LIMIT ? line : `${line.slice(0, TITLE_LIMIT - 1)}…`;
}

function sizeText(bytes: number): string {
  const kilobytes = Math.max(1, Math.round(bytes / 1_024));
  return kilobytes < 1_024 ? `${kilobytes} KB` : `${(kilobytes / 1_024).toFixed(1)} MB`;
}
