import type { AgentId } from '../../capture/vocabulary';
import type { Observation, ObservationContent, ObservationType, Summary } from '../../memory/observation';
import type { Row } from '../sql';

export interface ObservationRow extends Row {
  id: number;
  session_id: number;
  project_id: number;
  agent: string;
  prompt_number: number;
  created_at: number;
  provider: string;
  type: string;
  title: string;
  subtitle: string | null;
  narrative: string | null;
  facts: string;
  concepts: string;
  files_read: string;
  files_modified: string;
  subagent_id: string | null;
  subagent_type: string | null;
  pinned_at: number | null;
  edited_at: number | null;
}

export const observationColumns = `o.*, s.project_id, s.agent FROM observations o JOIN sessions s ON s.id = o.session_id`;

const list = (json: string) => JSON.parse(json) as string[];

export function toObservation(row: ObservationRow): Observation {
  return {
    id: row.id,
    sessionId: row.session_id,
    projectId: row.project_id,
    agent: row.agent as AgentId,
    promptNumber: row.prompt_number,
    createdAt: row.created_at,
    provider: row.provider,
    type: row.type as ObservationType,
    title: row.title,
    ...(row.subtitle !== null && { subtitle: row.subtitle }),
    ...(row.narrative !== null && { narrative: row.narrative }),
    facts: list(row.facts),
    concepts: list(row.concepts),
    filesRead: list(row.files_read),
    filesModified: list(row.files_modified),
    ...(row.subagent_id !== null && {
      subagent: { id: row.subagent_id, ...(row.subagent_type !== null && { type: row.subagent_type }) },
    }),
    ...(row.pinned_at !== null && { pinnedAt: row.pinned_at }),
    ...(row.edited_at !== null && { editedAt: row.edited_at }),
  };
}

export interface SummaryRow extends Row {
  id: number;
  session_id: number;
  project_id: number;
  prompt_number: number;
  created_at: number;
  provider: string;
  request: string;
  investigated: string | null;
  learned: string | null;
  completed: string | null;
  next_steps: string | null;
  files_read: string;
  files_modified: string;
}

export const summaryColumns = `m.*, s.project_id FROM summaries m JOIN sessions s ON s.id = m.session_id`;

export function toSummary(row: SummaryRow): Summary {
  return {
    id: row.id,
    sessionId: row.session_id,
    projectId: row.project_id,
    promptNumber: row.prompt_number,
    createdAt: row.created_at,
    provider: row.provider,
    request: row.request,
    ...(row.investigated !== null && { investigated: row.investigated }),
    ...(row.learned !== null && { learned: row.learned }),
    ...(row.completed !== null && { completed: row.completed }),
    ...(row.next_steps !== null && { nextSteps: row.next_steps }),
    filesRead: list(row.files_read),
    filesModified: list(row.files_modified),
  };
}

export const contentColumns = [
  'type',
  'title',
  'subtitle',
  'narrative',
  'facts',
  'concepts',
  'files_read',
  'files_modified',
];

export function contentValues(content: ObservationContent): (string | null)[] {
  return [
    content.type,
    content.title,
    content.subtitle ?? null,
    content.narrative ?? null,
    JSON.stringify(content.facts),
    JSON.stringify(content.concepts),
    JSON.stringify(content.filesRead),
    JSON.stringify(content.filesModified),
  ];
}
