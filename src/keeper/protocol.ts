import * as z from 'zod';
import { TidemarkError } from '../base/errors';
import type { CaptureOutcome } from '../capture/capture';
import type { SpooledEvent } from '../capture/spoolRecord';
import { parseSpoolRecord } from '../capture/spoolSchema';
import { agentIds, type AgentId } from '../capture/vocabulary';
import { OBSERVATION_LIMIT, observationTypes, type Observation, type Summary } from '../memory/observation';
import type { Note, RecallStore } from '../memory/recall';
import { SEARCH_LIMIT, type SearchHit, type SearchQuery } from '../memory/search';
import type {
  NewObservation,
  NewSummary,
  Queued,
  SessionDetail,
  SessionItem,
  StoreStatus,
  TidemarkClient,
} from './client';

/** Raised with every change of what follows that an older window would misunderstand. */
export const PROTOCOL = 1;

/** Most bytes of one message: before a window has proven who it is, to the keeper, and to a follower. */
export const limits = { stranger: 4_096, toKeeper: 1 << 20, toFollower: 32 << 20, backlog: 64 << 20 };

/** The handshake, of which every version of Tidemark understands at least this much. See handshake.ts. */
export const handshake = {
  hello: z.object({ nonce: z.string().length(64) }),
  helloAnswer: z.object({ nonce: z.string().length(64), proof: z.string().length(64) }),
  authenticate: z.object({
    proof: z.string().length(64),
    protocol: z.int(),
    version: z.string().max(100),
    pid: z.int(),
  }),
  authenticateAnswer: z.object({
    accepted: z.boolean(),
    protocol: z.int(),
    version: z.string().max(100),
    pid: z.int(),
  }),
};

interface MessageIds {
  messageIds?: number[];
}
type Timeline = RecallStore['timeline'];
type Imported = Awaited<ReturnType<TidemarkClient['importedBefore']>>;

/** What a follower may ask: parameters and answer. Checked on both sides. */
export interface Calls {
  sessions: [{ limit: number }, SessionItem[]];
  session: [{ id: number }, SessionDetail | undefined];
  observation: [{ id: number }, Observation | undefined];
  summary: [{ id: number }, Summary | undefined];
  search: [{ query: SearchQuery; projectKey?: string }, SearchHit[]];
  findProject: [{ key: string }, number | undefined];
  timeline: [Parameters<Timeline>[0], Awaited<ReturnType<Timeline>>];
  addNote: [{ note: Note }, number];
  preview: [{ sessionId: number }, string[]];
  retryFailed: [MessageIds, number];
  discardFailed: [MessageIds, number];
  importedBefore: [{ agent: AgentId; agentSessionId: string }, Imported];
  acceptEvent: [{ record: SpooledEvent }, CaptureOutcome];
  setPaused: [{ paused: boolean }, undefined];
  queueObservation: [NewObservation, Queued];
  queueSummary: [NewSummary, Queued];
  rescan: [Record<string, never>, undefined];
  clearAllData: [Record<string, never>, undefined];
  reopen: [Record<string, never>, undefined];
  stepDown: [Record<string, never>, undefined];
  providerChanged: [Record<string, never>, undefined];
}
export type Method = keyof Calls;
export type Params<K extends Method> = Calls[K][0];
export type Result<K extends Method> = Calls[K][1];

/** Whatever answers calls: the keeper in this window, or a connection to the one elsewhere. */
export interface Backend {
  call<K extends Method>(method: K, params: Params<K>): Promise<Result<K>>;
}

const text = z.string().max(200_000);
const name = z.string().min(1).max(4_096);
const rowId = z.int().positive();
const time = z.number().nonnegative();
const lines = z.array(text).max(2_000);

const fileChange = z.object({
  ...{ path: name, created: z.boolean(), deleted: z.boolean().exactOptional(), added: lines, removed: lines },
});
const command = z.object({
  ...{ kind: z.literal('command'), command: text, description: text.exactOptional(), output: text },
  ...{ background: z.boolean().exactOptional(), files: z.array(name).max(2_000).exactOptional() },
  changes: z.array(fileChange).max(2_000).exactOptional(),
});
const read = z.object({
  ...{
    kind: z.literal('read'),
    path: name,
    content: text.exactOptional(),
    image: z.boolean().exactOptional(),
  },
});
const edit = z.object({
  ...{ kind: z.literal('edit'), path: name, created: z.boolean(), added: lines, removed: lines },
});
const searched = z.object({
  ...{ kind: z.literal('search'), query: text, path: name.exactOptional(), output: text },
});
const web = z.object({ kind: z.literal('web'), target: text, output: text });
const delegate = z.object({
  ...{ kind: z.literal('delegate'), description: text, prompt: text, result: text },
  subagentId: name.exactOptional(),
});
const other = z.object({ kind: z.literal('other'), tool: name, input: text, output: text });
/** What a tool did, as another extension may tell it. */
export const toolAction = z.discriminatedUnion('kind', [command, read, edit, searched, web, delegate, other]);

const subagent = z.object({ id: name, type: name.exactOptional() });
const use = z.object({
  ...{ toolUseId: name.exactOptional(), tool: name, action: toolAction, error: text.exactOptional() },
  ...{ interrupted: z.boolean().exactOptional(), durationMs: time.exactOptional() },
  subagent: subagent.exactOptional(),
});
const session = z.object({
  agent: z.enum(agentIds),
  agentSessionId: name,
  project: z.object({ key: name, name, root: name }),
});
const origin = z.object({ at: time, key: name });
const searchQuery = z.object({
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
const around = z.object({
  ...{ at: z.number(), projectId: z.int().exactOptional() },
  ...{ before: z.int().min(0).max(100), after: z.int().min(0).max(100) },
});
const short = z.string().min(1).max(OBSERVATION_LIMIT);
const none = z.object({});
const messageIds = z.object({ messageIds: z.array(rowId).max(100_000).exactOptional() });

function isSpooledEvent(value: unknown): boolean {
  const record = parseSpoolRecord(value);
  return record !== undefined && 'event' in record;
}

/** Every method's parameters. */
export const parameters: { [K in Method]: z.ZodType<Params<K>> } = {
  sessions: z.object({ limit: z.int().min(1).max(100_000) }),
  session: z.object({ id: rowId }),
  observation: z.object({ id: rowId }),
  summary: z.object({ id: rowId }),
  search: z.object({ query: searchQuery, projectKey: name.exactOptional() }),
  findProject: z.object({ key: name }),
  timeline: around,
  addNote: z.object({
    note: z.object({
      ...{ agent: z.enum(agentIds), project: session.shape.project },
      ...{ title: short, text: short, at: time },
    }),
  }),
  preview: z.object({ sessionId: rowId }),
  retryFailed: messageIds,
  discardFailed: messageIds,
  importedBefore: z.object({ agent: z.enum(agentIds), agentSessionId: name }),
  acceptEvent: z.object({ record: z.custom<SpooledEvent>(isSpooledEvent) }),
  setPaused: z.object({ paused: z.boolean() }),
  queueObservation: z.object({
    session,
    work: z.union([z.object({ use }), z.object({ report: z.object({ text, subagent }) })]),
    origin,
  }),
  queueSummary: z.object({ session, lastUserMessage: text, lastAssistantMessage: text, origin }),
  rescan: none,
  clearAllData: none,
  reopen: none,
  stepDown: none,
  providerChanged: none,
};

const counts = z.looseObject({ pending: z.int(), processing: z.int(), failed: z.int() });
const storedSession = z.looseObject({
  ...{ id: rowId, agent: z.string(), agentSessionId: z.string(), promptCount: z.int() },
  project: z.looseObject({ id: rowId, key: z.string(), name: z.string(), root: z.string() }),
  ...{ startedAt: z.number(), lastActivityAt: z.number() },
});
const observation = z.looseObject({
  ...{ id: rowId, sessionId: rowId, promptNumber: z.int(), createdAt: z.number(), title: z.string() },
  ...{ type: z.string(), facts: z.array(z.string()), concepts: z.array(z.string()) },
  ...{ filesRead: z.array(z.string()), filesModified: z.array(z.string()) },
});
const summary = z.looseObject({
  ...{ id: rowId, sessionId: rowId, promptNumber: z.int(), createdAt: z.number(), request: z.string() },
  ...{ filesRead: z.array(z.string()), filesModified: z.array(z.string()) },
});
const prompt = z.looseObject({ number: z.int(), text: z.string(), createdAt: z.number() });
const message = z.looseObject({
  ...{ id: rowId, sessionId: rowId, promptNumber: z.int(), state: z.string() },
  body: z.looseObject({ kind: z.string() }),
});
const usage = z.looseObject({
  ...{ provider: z.string(), model: z.string(), requests: z.number(), inputTokens: z.number() },
  ...{ outputTokens: z.number(), costUsd: z.number(), observations: z.number() },
});
const detail = z.looseObject({
  session: storedSession,
  prompts: z.array(prompt),
  observations: z.array(observation),
  summaries: z.array(summary),
  messages: z.array(message),
  usage: z.array(usage),
});
const queued = z.looseObject({ sessionId: rowId, duplicate: z.boolean() });
const hit = z.looseObject({
  ...{ kind: z.string(), id: rowId, sessionId: rowId, title: z.string(), snippet: z.string() },
  ...{ type: z.string(), agent: z.string(), createdAt: z.number() },
});

/** Every method's answer; JSON has null where there is none. Members beyond these are let through. */
const answers: { [K in Method]: z.ZodType } = {
  sessions: z.array(storedSession.extend({ queue: counts })),
  session: detail.nullable(),
  observation: observation.nullable(),
  summary: summary.nullable(),
  search: z.array(hit),
  findProject: rowId.nullable(),
  timeline: z.looseObject({ observations: z.array(observation), summaries: z.array(summary) }),
  addNote: rowId,
  preview: z.array(z.string()),
  retryFailed: z.int(),
  discardFailed: z.int(),
  importedBefore: z.looseObject({ prompts: z.array(prompt) }).nullable(),
  acceptEvent: z.record(z.string(), z.string()),
  setPaused: z.null(),
  queueObservation: queued,
  queueSummary: queued,
  rescan: z.null(),
  clearAllData: z.null(),
  reopen: z.null(),
  stepDown: z.null(),
  providerChanged: z.null(),
};

const status = z.looseObject({
  queue: counts,
  paused: z.boolean(),
  provider: z.string(),
  sizeBytes: z.number(),
  today: z.looseObject({
    ...{ dayStart: z.number(), requests: z.number(), costUsd: z.number() },
    ...{ inputTokens: z.number(), outputTokens: z.number() },
  }),
  pricesAsOf: z.string(),
});
const news = z.object({
  sessions: z.array(rowId),
  status: z.custom<StoreStatus>((value) => value === null || status.safeParse(value).success).nullable(),
  failure: z.string().nullable(),
});

/** What the keeper tells its followers by itself. `status` is absent while the store is not open. */
export interface News {
  readonly sessions: number[];
  readonly status: StoreStatus | null;
  /** Why the store can't be opened. */
  readonly failure: string | null;
}

/** The other side said something that its version of the protocol doesn't know. */
export class ProtocolError extends TidemarkError {
  readonly code = 'protocol';
}

/** What was asked for is not of the right form. Nothing was done. */
export class InvalidInputError extends TidemarkError {
  readonly code = 'invalid-input';
}

/** @throws InvalidInputError, naming what is wrong. */
export function parseParams<K extends Method>(method: K, params: unknown): Params<K> {
  return parseInput(parameters[method], params);
}

/** @throws InvalidInputError, naming what is wrong. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(z.prettifyError(parsed.error));
}

/** @throws ProtocolError */
export function parseAnswer<K extends Method>(method: K, answer: unknown): Result<K> {
  return (parseMessage(answers[method], answer) ?? undefined) as Result<K>;
}

/** @throws ProtocolError */
export function parseNews(message: unknown): News {
  return parseMessage<News>(news, message);
}

/** @throws ProtocolError */
export function parseMessage<T>(schema: z.ZodType<T>, message: unknown): T {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  throw new ProtocolError('The other window sent something that this one does not understand.');
}

export function isMethod(method: string): method is Method {
  return Object.hasOwn(parameters, method);
}
