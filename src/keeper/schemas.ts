import * as z from 'zod';
import { agentIds } from '../capture/vocabulary';
import { OBSERVATION_LIMIT, observationTypes } from '../memory/observation';
import { SEARCH_LIMIT } from '../memory/search';

/** The pieces of which messages between windows are made (protocol.ts, libraryProtocol.ts). */

export const text = z.string().max(200_000);
export const name = z.string().min(1).max(4_096);
export const rowId = z.int().positive();
export const time = z.number().nonnegative();
export const lines = z.array(text).max(2_000);

export const fileChange = z.object({
  ...{ path: name, created: z.boolean(), deleted: z.boolean().exactOptional(), added: lines, removed: lines },
});
export const command = z.object({
  ...{ kind: z.literal('command'), command: text, description: text.exactOptional(), output: text },
  ...{ background: z.boolean().exactOptional(), files: z.array(name).max(2_000).exactOptional() },
  changes: z.array(fileChange).max(2_000).exactOptional(),
});
export const read = z.object({
  ...{
    kind: z.literal('read'),
    path: name,
    content: text.exactOptional(),
    image: z.boolean().exactOptional(),
  },
});
export const edit = z.object({
  ...{ kind: z.literal('edit'), path: name, created: z.boolean(), added: lines, removed: lines },
});
export const searched = z.object({
  ...{ kind: z.literal('search'), query: text, path: name.exactOptional(), output: text },
});
export const web = z.object({ kind: z.literal('web'), target: text, output: text });
export const delegate = z.object({
  ...{ kind: z.literal('delegate'), description: text, prompt: text, result: text },
  subagentId: name.exactOptional(),
});
export const other = z.object({ kind: z.literal('other'), tool: name, input: text, output: text });
/** What a tool did, as another extension may tell it. */
export const toolAction = z.discriminatedUnion('kind', [command, read, edit, searched, web, delegate, other]);

export const subagent = z.object({ id: name, type: name.exactOptional() });
export const use = z.object({
  ...{ toolUseId: name.exactOptional(), tool: name, action: toolAction, error: text.exactOptional() },
  ...{ interrupted: z.boolean().exactOptional(), durationMs: time.exactOptional() },
  subagent: subagent.exactOptional(),
});
export const session = z.object({
  agent: z.enum(agentIds),
  agentSessionId: name,
  project: z.object({ key: name, name, root: name }),
});
export const origin = z.object({ at: time, key: name });
export const searchQuery = z.object({
  text: z.string().max(1_000),
  projectId: z.int().exactOptional(),
  types: z
    .array(z.enum([...observationTypes, 'summary']))
    .max(20)
    .exactOptional(),
  ...{ file: name.exactOptional(), agent: z.enum(agentIds).exactOptional() },
  ...{ since: z.number().exactOptional(), until: z.number().exactOptional() },
  limit: z.int().min(1).max(SEARCH_LIMIT),
});
export const around = z.object({
  ...{ at: z.number(), projectId: z.int().exactOptional() },
  ...{ before: z.int().min(0).max(100), after: z.int().min(0).max(100) },
});
export const short = z.string().min(1).max(OBSERVATION_LIMIT);
export const none = z.object({});
export const messageIds = z.object({ messageIds: z.array(rowId).max(100_000).exactOptional() });

/** Of answers only what is relied on is checked; members beyond these are let through. */
export const counts = z.looseObject({ pending: z.int(), processing: z.int(), failed: z.int() });
export const storedSession = z.looseObject({
  ...{ id: rowId, agent: z.string(), agentSessionId: z.string(), promptCount: z.int() },
  project: z.looseObject({ id: rowId, key: z.string(), name: z.string(), root: z.string() }),
  ...{ startedAt: z.number(), lastActivityAt: z.number() },
});
export const observation = z.looseObject({
  ...{ id: rowId, sessionId: rowId, promptNumber: z.int(), createdAt: z.number(), title: z.string() },
  ...{ type: z.string(), facts: z.array(z.string()), concepts: z.array(z.string()) },
  ...{ filesRead: z.array(z.string()), filesModified: z.array(z.string()) },
});
export const summary = z.looseObject({
  ...{ id: rowId, sessionId: rowId, promptNumber: z.int(), createdAt: z.number(), request: z.string() },
  ...{ filesRead: z.array(z.string()), filesModified: z.array(z.string()) },
});
export const prompt = z.looseObject({ number: z.int(), text: z.string(), createdAt: z.number() });
export const message = z.looseObject({
  ...{ id: rowId, sessionId: rowId, promptNumber: z.int(), state: z.string() },
  body: z.looseObject({ kind: z.string() }),
});
const usage = z.looseObject({
  ...{ provider: z.string(), model: z.string(), requests: z.number(), inputTokens: z.number() },
  ...{ outputTokens: z.number(), costUsd: z.number(), observations: z.number() },
});
export const detail = z.looseObject({
  session: storedSession,
  prompts: z.array(prompt),
  observations: z.array(observation),
  summaries: z.array(summary),
  messages: z.array(message),
  usage: z.array(usage),
});
export const queued = z.looseObject({ sessionId: rowId, duplicate: z.boolean() });
export const hit = z.looseObject({
  ...{ kind: z.string(), id: rowId, sessionId: rowId, title: z.string(), snippet: z.string() },
  ...{ type: z.string(), agent: z.string(), createdAt: z.number() },
});
