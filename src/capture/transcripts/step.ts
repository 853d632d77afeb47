import type { JsonValue } from '../spoolRecord';
import type { AgentId, Subagent } from '../vocabulary';

/**
 * What a past session consists of, whichever agent's transcript told it, in order. Texts are without private parts
 * and secrets, and bounded. `key` tells a step from all others of its session, however often it is read.
 */
export type Step = { key: string; at: number; cwd: string; promptId?: string } & (
  | { kind: 'prompt'; promptId: string; text: string; isPrivate: boolean }
  | {
      kind: 'tool';
      toolUseId: string;
      name: string;
      input: JsonValue;
      response?: JsonValue;
      error?: string;
      subagent?: Subagent;
    }
  | { kind: 'report'; subagent: Subagent; text: string }
  | { kind: 'compacted'; text: string }
  | { kind: 'turnEnded'; text: string; failure?: string }
);

export interface TranscriptSession {
  agent: AgentId;
  agentSessionId: string;
  cwd: string;
  /** What it is called in the agent. */
  title?: string;
  steps: Step[];
  /** Calls of which nothing came: refused, stopped, or without an answer in the file. */
  withoutResult: number;
}

/** What became of a file's lines. */
export interface LineCounts {
  lines: number;
  /** Could not be decoded. */
  skipped: number;
  /** Of a type that this reader doesn't know. */
  unknown: number;
}
