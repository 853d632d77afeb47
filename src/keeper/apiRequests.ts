import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import * as z from 'zod';
import { agentIds } from '../capture/vocabulary';
import type { QueuedWork } from '../session/sessionManager';
import { SEARCH_LIMIT, type SearchQuery } from '../memory/search';
import type { NewObservation, NewSummary, SearchScope, WorkOrigin } from './client';
import { parseInput } from './protocol';
import { toolAction } from './schemas';

/** What other extensions ask for, checked: they may be written in JavaScript. Types in src/api.ts. */
const name = z.string().min(1).max(4_096);
const text = z.string().max(200_000);

const session = z
  .object({
    id: name,
    agent: z.enum(agentIds).default('extension'),
    project: z.object({ root: name, name: name.optional(), key: name.optional() }),
  })
  .transform(({ id, agent, project: { root, name = basename(root) || root, key = root } }) => ({
    agent,
    agentSessionId: id,
    project: { key, name, root },
  }));

const origin = { at: z.number().nonnegative().optional(), key: name.optional() };

const report = z.object({ session, ...origin, text: text.min(1), source: name.optional() });
const tool = z.object({
  ...{ session, ...origin, tool: name, action: toolAction },
  ...{ error: text.exactOptional(), durationMs: z.number().nonnegative().exactOptional() },
});
const summary = z.object({
  ...{ session, ...origin, lastUserMessage: text, lastAssistantMessage: text.default('') },
});
const search = z.object({
  text: z.string().min(1).max(1_000),
  limit: z.int().min(1).max(200).default(20),
  projectKey: name.exactOptional(),
});

/** @throws InvalidInputError */
export function toNewObservation(input: unknown, now: number): NewObservation {
  const isReport = typeof input === 'object' && input !== null && 'text' in input;
  if (isReport) {
    const { session, source = 'extension', text, ...rest } = parseInput(report, input);
    const work: QueuedWork = { report: { text, subagent: { id: source } } };
    return { session, work, origin: originOf(rest, session.agentSessionId, now) };
  }
  const { session, at, key, ...use } = parseInput(tool, input);
  return { session, work: { use }, origin: originOf({ at, key }, session.agentSessionId, now) };
}

/** @throws InvalidInputError */
export function toNewSummary(input: unknown, now: number): NewSummary {
  const { session, at, key, ...messages } = parseInput(summary, input);
  return { session, ...messages, origin: originOf({ at, key }, session.agentSessionId, now) };
}

/** @throws InvalidInputError */
export function toSearchQuery(text: unknown, options: unknown): { query: SearchQuery; scope: SearchScope } {
  const more = parseInput(z.object({}).loose().optional(), options);
  const { limit, text: words, ...scope } = parseInput(search, { ...more, text });
  return { query: { text: words, limit: Math.min(limit, SEARCH_LIMIT) }, scope };
}

/** @throws InvalidInputError */
export function toRowId(id: unknown): number {
  return parseInput(z.int().positive(), id);
}

interface GivenOrigin {
  at?: number | undefined;
  key?: string | undefined;
}

/** A key counts within its session, so that two extensions may use the same one. */
function originOf({ at, key }: GivenOrigin, agentSessionId: string, now: number): WorkOrigin {
  return { at: at ?? now, key: key === undefined ? randomUUID() : `${agentSessionId}:${key}` };
}
