import * as z from 'zod';
import { setAsideReasons, type JsonObject, type SpoolRecord } from './spoolRecord';
import { agentIds } from './vocabulary';

const common = { v: z.literal(1), id: z.string().min(1).max(200), at: z.number().finite() };

const setAside = z.object({
  ...common,
  setAside: z.object({
    reason: z.enum(setAsideReasons),
    size: z.number().int().nonnegative(),
    sha256: z.string().max(64),
    head: z.string().max(400).optional(),
  }),
});

const event = z.object({
  ...common,
  agent: z.enum(agentIds),
  event: z.string().max(200),
  project: z.object({ key: z.string(), name: z.string(), root: z.string() }),
  payload: z.custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  ),
  privatePrompt: z.literal(true).optional(),
  redactions: z.record(z.string(), z.number()).optional(),
  contextCharacters: z.number().int().nonnegative().optional(),
});

const record = z.union([setAside, event]);

/** What a spool file says, or undefined where it isn't one: the folder is open to every program of this user. */
export function parseSpoolRecord(value: unknown): SpoolRecord | undefined {
  const parsed = record.safeParse(value);
  return parsed.success ? (parsed.data as SpoolRecord) : undefined;
}
