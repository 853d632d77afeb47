import * as z from 'zod';
import { memoryGroupings, type MemoryLibrary } from '../memory/library';
import { OBSERVATION_LIMIT, observationText, observationTypes } from '../memory/observation';
import { name, observation, rowId, session, short, subagent, text, time } from './schemas';

/** What windows ask of the library, beside the rest of the protocol (protocol.ts). */
export type LibraryCalls = {
  [K in keyof MemoryLibrary]: [Parameters<MemoryLibrary[K]>[0], Awaited<ReturnType<MemoryLibrary[K]>>];
};
export type LibraryMethod = keyof LibraryCalls;

/** Most rows of one answer. */
const limit = z.int().min(1).max(1_000);
const ids = z.array(rowId).max(10_000);
const memories = z.array(z.object({ kind: z.enum(['observation', 'summary']), id: rowId })).max(10_000);
const after = z.object({ at: z.number(), id: rowId }).exactOptional();
const paths = z.array(name).max(1_000);
const wording = z.string().max(2_000);

const content = z
  .object({
    ...{ type: z.enum(observationTypes), title: short },
    ...{ subtitle: wording.exactOptional(), narrative: wording.exactOptional() },
    ...{ facts: z.array(wording).max(400), concepts: z.array(wording).max(100) },
    ...{ filesRead: paths, filesModified: paths },
  })
  .refine((observation) => observationText(observation).length <= OBSERVATION_LIMIT, {
    error: `An observation has at most ${OBSERVATION_LIMIT} characters.`,
  });

/** Also what a file that people import must look like. */
export const exportedSession = session.extend({
  title: wording.exactOptional(),
  ...{ startedAt: time, lastActivityAt: time },
  prompts: z.array(z.object({ number: z.int().positive(), text, createdAt: time })).max(100_000),
  observations: z
    .array(
      content.safeExtend({
        ...{ promptNumber: z.int().nonnegative(), createdAt: time, provider: name },
        ...{ pinnedAt: time.exactOptional(), editedAt: time.exactOptional() },
        subagent: subagent.exactOptional(),
      }),
    )
    .max(100_000),
  summaries: z
    .array(
      z.object({
        ...{ promptNumber: z.int().nonnegative(), createdAt: time, provider: name, request: wording },
        ...{ investigated: wording.exactOptional(), learned: wording.exactOptional() },
        ...{ completed: wording.exactOptional(), nextSteps: wording.exactOptional() },
        ...{ filesRead: paths, filesModified: paths },
      }),
    )
    .max(100_000),
});

export const libraryParameters: { [K in LibraryMethod]: z.ZodType<LibraryCalls[K][0]> } = {
  groups: z.object({ by: z.enum(memoryGroupings), after: z.string().max(4_096).exactOptional(), limit }),
  memories: z.object({
    group: z.object({ by: z.enum(memoryGroupings), key: z.string().max(4_096) }).exactOptional(),
    ...{ pinned: z.boolean().exactOptional(), after, limit },
  }),
  sources: z.object({ id: rowId }),
  changedFiles: z.object({ ids: z.array(rowId).max(1_000) }),
  pin: z.object({ ids, pinned: z.boolean() }),
  edit: z.object({ id: rowId, content }),
  forget: z.object({ memories }),
  restore: z.object({ memories }),
  forgotten: z.object({ limit }),
  exportMemory: z.object({ projectId: rowId.exactOptional(), from: z.int().nonnegative(), limit }),
  importMemory: z.object({ sessions: z.array(exportedSession).max(1_000) }),
  insights: z.object({ days: z.array(time).max(400) }),
};

const numbers = z.array(z.number());

/** Members beyond these are let through. */
export const libraryAnswers: { [K in LibraryMethod]: z.ZodType } = {
  groups: z.array(z.looseObject({ key: z.string(), name: z.string() })),
  memories: z.array(observation),
  sources: z.array(z.looseObject({ messageId: rowId })),
  changedFiles: z.array(z.looseObject({ id: rowId, files: z.array(z.string()) })),
  pin: z.int(),
  edit: z.boolean(),
  forget: z.int(),
  restore: z.int(),
  forgotten: z.array(
    z.looseObject({ kind: z.string(), id: rowId, title: z.string(), forgottenAt: z.number() }),
  ),
  exportMemory: z.looseObject({ sessions: z.array(z.looseObject({ agentSessionId: z.string() })) }),
  importMemory: z.looseObject({ added: z.int(), known: z.int() }),
  insights: z.looseObject({
    remembered: z.array(z.looseObject({ type: z.string(), perDay: numbers })),
    usage: z.array(z.looseObject({ provider: z.string(), costUsd: numbers })),
    latency: z.looseObject({ messages: numbers, p50Ms: numbers, p95Ms: numbers }),
    context: z.looseObject({ times: numbers, characters: numbers }),
  }),
};
