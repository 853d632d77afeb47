import type { AgentId, ProjectRef } from './vocabulary';

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Why the hook program or capture could not take an event. Shown to people and counted; never a raw text. */
export const setAsideReasons = [
  'empty',
  'too-large',
  'cut-off',
  'not-json',
  'not-an-object',
  'unknown-event',
  'bad-payload',
] as const;
export type SetAsideReason = (typeof setAsideReasons)[number];

/**
 * What one file in `spool/` holds. The file's name is `<at in µs, 16 digits>-<id>.json`, so that names sort in
 * the order in which the hooks were started. Written under a temporary name (`.tmp`), synced, renamed.
 * Nothing private or secret is in it: that is taken out before it is written.
 */
export type SpoolRecord = SpooledEvent | SpooledSetAside;

export interface SpooledEvent {
  v: 1;
  /** Unique for ever; the event is stored once under it. */
  id: string;
  /** When the hook program started, ms since the epoch (may have a fraction). */
  at: number;
  agent: AgentId;
  /** The agent's own name of the event, `PostToolUse` for example. */
  event: string;
  project: ProjectRef;
  payload: JsonObject;
  /** Set when the whole prompt was private: the payload's prompt is empty then. */
  privatePrompt?: true;
  /** How many secrets of which kind were redacted. */
  redactions?: Record<string, number>;
  /** How many characters of context the agent was given in answer. */
  contextCharacters?: number;
}

export interface SpooledSetAside {
  v: 1;
  id: string;
  at: number;
  setAside: {
    reason: SetAsideReason;
    /** Bytes that came in (for `too-large`: read until the limit was passed). */
    size: number;
    /** SHA-256 of these bytes, hex. */
    sha256: string;
    /** At most 200 characters, redacted; only of what could be parsed. */
    head?: string;
  };
}
