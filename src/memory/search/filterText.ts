import { agentIds, type AgentId } from '../../capture/vocabulary';
import { observationTypes, type ObservationType } from '../observation';

/** Filters that a person types among the words of a search: `type:bugfix file:"my notes.md" since:7d`. */
export const filterNames = ['type', 'file', 'agent', 'since', 'project'] as const;
export type FilterName = (typeof filterNames)[number];

export interface FilteredSearch {
  /** The words, without the filters. */
  readonly text: string;
  /** Empty for every type. */
  readonly types: readonly (ObservationType | 'summary')[];
  readonly file?: string;
  readonly agent?: AgentId;
  /** ms since the epoch. */
  readonly since?: number;
  /** As it was typed. */
  readonly project?: string;
  /** Filters whose value means nothing (yet): they filter nothing. */
  readonly problems: readonly { readonly filter: FilterName; readonly value: string }[];
}

const HOUR_MS = 60 * 60 * 1_000;
const types = [...observationTypes, 'summary'] as const;
/** Words, with what is quoted in them; the quotes may be open. */
const tokens = /(?:[^\s"]|"[^"]*"?)+/g;
const filter = new RegExp(`^(${filterNames.join('|')}):(.*)$`, 'is');

/**
 * What a person means by a text. Nothing in it is an error. Values are known by their beginnings; several types
 * count as any of them, and of any other filter the last one counts.
 * @param now ms since the epoch.
 */
export function parseFilters(input: string, now: number): FilteredSearch {
  const words: string[] = [];
  const problems: { filter: FilterName; value: string }[] = [];
  const chosen = new Set<ObservationType | 'summary'>();
  const found: { file?: string; agent?: AgentId; since?: number; project?: string } = {};
  for (const token of input.match(tokens) ?? []) {
    const parsed = asFilter(token);
    if (!parsed) {
      words.push(token);
      continue;
    }
    const { name, value } = parsed;
    const isUnderstood = {
      type: () => {
        const meant = value.split(',').map((part) => valueOf(types, part));
        for (const type of meant) if (type) chosen.add(type);
        return !meant.includes(undefined);
      },
      agent: () => set(found, 'agent', valueOf(agentIds, value)),
      since: () => set(found, 'since', timeOf(value, now)),
      file: () => set(found, 'file', value || undefined),
      project: () => set(found, 'project', value || undefined),
    }[name]();
    if (!isUnderstood) problems.push({ filter: name, value });
  }
  return { text: words.join(' '), types: [...chosen], ...found, problems };
}

/** What the filter at the end of a text could be: texts that may stand in its place. */
export function completeFilter(
  input: string,
  projects: readonly string[],
): { readonly filter: string; readonly input: string }[] {
  const last = /(?:[^\s"]|"[^"]*"?)+$/.exec(input);
  const parsed = last && asFilter(last[0]);
  if (!parsed) return [];
  const { name, value } = parsed;
  const listed = name === 'type' ? value.slice(0, value.lastIndexOf(',') + 1) : '';
  const begun = value.slice(listed.length).toLowerCase();
  const values: Record<FilterName, readonly string[]> = {
    ...{ type: types, agent: agentIds, since: ['today', 'yesterday', '7d', '30d'], file: [] },
    project: [...new Set(projects)],
  };
  const fitting = values[name].filter((candidate) => candidate.toLowerCase().startsWith(begun));
  if (fitting.some((candidate) => candidate.toLowerCase() === begun)) return [];
  return fitting.map((candidate) => {
    const full = `${name}:${quoted(listed + candidate)}`;
    return { filter: full, input: `${input.slice(0, last.index)}${full} ` };
  });
}

function asFilter(token: string): { name: FilterName; value: string } | undefined {
  const [, name, value] = filter.exec(token) ?? [];
  if (name === undefined || value === undefined) return undefined;
  return { name: name.toLowerCase() as FilterName, value: value.replaceAll('"', '').trim() };
}

function set<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): boolean {
  if (value === undefined) return false;
  target[key] = value;
  return true;
}

/** The value itself, or the only one that begins so. */
function valueOf<T extends string>(values: readonly T[], typed: string): T | undefined {
  const lower = typed.trim().toLowerCase();
  if (!lower) return undefined;
  const fitting = values.filter((value) => value.startsWith(lower));
  return values.find((value) => value === lower) ?? (fitting.length === 1 ? fitting[0] : undefined);
}

/** `24h`, `7d`, `2w`, `today`, `yesterday` or a day as `2026-11-01`, here. */
function timeOf(typed: string, now: number): number | undefined {
  const value = typed.toLowerCase();
  const [, count, unit] = /^(\d{1,4})([hdw])$/.exec(value) ?? [];
  if (unit) return now - Number(count) * HOUR_MS * { h: 1, d: 24, w: 168 }[unit as 'h' | 'd' | 'w'];
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  if (value === 'today') return day.getTime();
  if (value === 'yesterday') return day.setDate(day.getDate() - 1);
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(value) ?? [];
  if (!date) return undefined;
  const parsed = new Date(Number(year), Number(month) - 1, Number(date));
  // The 31st of a shorter month is no day.
  return parsed.getDate() === Number(date) && parsed.getMonth() === Number(month) - 1
    ? parsed.getTime()
    : undefined;
}

function quoted(value: string): string {
  return /\s/.test(value) ? `"${value}"` : value;
}
