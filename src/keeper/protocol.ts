import * as z from 'zod';
import { TidemarkError } from '../base/errors';
import type { CaptureOutcome } from '../capture/capture';
import type { SpooledEvent } from '../capture/spoolRecord';
import { parseSpoolRecord } from '../capture/spoolSchema';
import type { SetAside } from '../capture/setAsideStore';
import { agentIds, type AgentId } from '../capture/vocabulary';
import type { Observation, Summary } from '../memory/observation';
import type { Note, RecallStore } from '../memory/recall';
import type { SearchHit, SearchQuery } from '../memory/search';
import type { QueuedMessage } from '../queue/message';
import type { SessionsQuery } from '../session/sessionStore';
import type {
  NewObservation,
  NewSummary,
  Queued,
  QueuedSession,
  SessionDetail,
  SessionItem,
  StoreStatus,
  TidemarkClient,
} from './client';
import { libraryAnswers, libraryParameters, type LibraryCalls } from './libraryProtocol';
import * as pieces from './schemas';

/** Raised with every change of what follows that an older window would misunderstand. */
export const PROTOCOL = 2;

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
export interface Calls extends LibraryCalls {
  sessions: [SessionsQuery, SessionItem[]];
  session: [{ id: number }, SessionDetail | undefined];
  renameSession: [{ id: number; title: string }, undefined];
  archiveSessions: [{ ids: number[]; archived: boolean }, number];
  deleteSessions: [{ ids: number[] }, undefined];
  queuedSessions: [{ limit: number }, QueuedSession[]];
  messages: [{ sessionId: number; limit: number }, QueuedMessage[]];
  setAside: [{ limit: number }, SetAside[]];
  dismissSetAside: [{ sha256?: string }, number];
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

const { around, messageIds, name, none, origin, rowId, searchQuery, session, short, subagent, text, time } =
  pieces;
const { counts, detail, hit, message, observation, prompt, queued, storedSession, summary } = pieces;

function isSpooledEvent(value: unknown): boolean {
  const record = parseSpoolRecord(value);
  return record !== undefined && 'event' in record;
}

/** Every method's parameters. */
export const parameters: { [K in Method]: z.ZodType<Params<K>> } = {
  ...libraryParameters,
  sessions: z.object({
    limit: z.int().min(1).max(100_000),
    after: z.object({ at: z.number(), id: rowId }).exactOptional(),
    ...{ text: z.string().max(1_000).exactOptional(), archived: z.boolean().exactOptional() },
    ids: z.array(rowId).max(10_000).exactOptional(),
  }),
  renameSession: z.object({ id: rowId, title: z.string().max(1_000) }),
  archiveSessions: z.object({ ids: z.array(rowId).max(10_000), archived: z.boolean() }),
  deleteSessions: z.object({ ids: z.array(rowId).max(10_000) }),
  queuedSessions: z.object({ limit: z.int().min(1).max(10_000) }),
  messages: z.object({ sessionId: rowId, limit: z.int().min(1).max(10_000) }),
  setAside: z.object({ limit: z.int().min(1).max(10_000) }),
  dismissSetAside: z.object({ sha256: name.exactOptional() }),
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
    work: z.union([z.object({ use: pieces.use }), z.object({ report: z.object({ text, subagent }) })]),
    origin,
  }),
  queueSummary: z.object({ session, lastUserMessage: text, lastAssistantMessage: text, origin }),
  rescan: none,
  clearAllData: none,
  reopen: none,
  stepDown: none,
  providerChanged: none,
};

/** Every method's answer; JSON has null where there is none. Members beyond these are let through. */
const answers: { [K in Method]: z.ZodType } = {
  ...libraryAnswers,
  sessions: z.array(storedSession.extend({ queue: counts })),
  renameSession: z.null(),
  archiveSessions: z.int(),
  deleteSessions: z.null(),
  queuedSessions: z.array(
    z.looseObject({ session: storedSession.extend({ queue: counts }), oldestAt: z.number() }),
  ),
  messages: z.array(message),
  setAside: z.array(z.looseObject({ reason: z.string(), sha256: z.string(), count: z.int() })),
  dismissSetAside: z.int(),
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
