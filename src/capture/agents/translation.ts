import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue, SpooledEvent } from '../spoolRecord';
import type { Reading } from '../reading';
import { readClaudeCode } from './claudeCode';

/** An event in Claude Code's words, which the other agents' hooks resemble. */
export interface Translation {
  event: string;
  payload: JsonObject;
  /** See `AgentEvent`. */
  eventKey?: string;
}

/** Reads an event of another agent that was put into Claude Code's words. Never throws. */
export function readTranslated(record: SpooledEvent, { event, payload, eventKey }: Translation): Reading {
  const reading = readClaudeCode({ ...record, event, payload });
  return 'type' in reading && eventKey !== undefined ? { ...reading, eventKey } : reading;
}

/** The object's members under other names; those that `names` doesn't hold keep theirs. */
export function rename(object: JsonValue | undefined, names: Readonly<Record<string, string>>): JsonObject {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return {};
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [
      Object.hasOwn(names, name) ? (names[name] ?? name) : name,
      value,
    ]),
  );
}

/** The agent's own time of an event (ms, or a date in a text) in ms since the epoch; equal over all routes. */
export function timeOf(value: JsonValue | undefined): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : value;
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

/** An id for a tool call of an agent that has none: when it ended, and what it was asked. */
export function callId(time: number | undefined, tool: string, input: JsonValue): string | undefined {
  if (time === undefined) return undefined;
  const hash = createHash('sha256')
    .update(JSON.stringify([tool, input]))
    .digest('hex');
  return `${time}-${hash.slice(0, 16)}`;
}
