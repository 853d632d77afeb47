/**
 * The one vocabulary into which every agent's payloads are mapped. Nothing behind capture knows how an
 * agent names its tools or fields. Texts in it are already without private parts and secrets, and bounded.
 */

export const agentIds = ['claude-code', 'copilot-cli', 'codex', 'gemini-cli', 'vscode', 'extension'] as const;
export type AgentId = (typeof agentIds)[number];

/** What is known of one changed file. The lines are bounded: an excerpt, not the whole difference. */
export interface FileChange {
  path: string;
  created: boolean;
  deleted?: boolean;
  added: string[];
  removed: string[];
}

/** A shell command. It changed exactly the `files` that the agent reports; `changes` tells more of some of them. */
export interface CommandAction {
  kind: 'command';
  command: string;
  description?: string;
  output: string;
  background?: boolean;
  files?: string[];
  changes?: FileChange[];
}

/** What a tool did, whatever the agent calls the tool. Relative paths are resolved against the working folder. */
export type ToolAction =
  | CommandAction
  | { kind: 'read'; path: string; content?: string; image?: boolean }
  | { kind: 'edit'; path: string; created: boolean; added: string[]; removed: string[] }
  | { kind: 'search'; query: string; path?: string; output: string }
  | { kind: 'web'; target: string; output: string }
  | { kind: 'delegate'; description: string; prompt: string; result: string; subagentId?: string }
  | { kind: 'other'; tool: string; input: string; output: string };

/** A sub-agent inside a session; its tools belong to the parent's session. */
export interface Subagent {
  id: string;
  type?: string;
}

/** One finished tool call. `error` is there exactly when the call failed. */
export interface ToolUse {
  /**
   * The agent's own id of the call. Where the agent has none, its adapter makes one of what the agent tells over
   * every route; absent where that isn't possible either.
   */
  toolUseId?: string;
  tool: string;
  action: ToolAction;
  error?: string;
  interrupted?: boolean;
  durationMs?: number;
  subagent?: Subagent;
}

/** Where a session works: see `projectIdentity.ts`. */
export interface ProjectRef {
  /** Stable identity: the git common directory, else the folder. */
  key: string;
  /** Short name for people. */
  name: string;
  /** The folder that holds the project. */
  root: string;
}

interface EventCommon {
  /** Id of the spool file: the same event is never stored twice. */
  eventId: string;
  /** When the agent's hook ran, in ms since the epoch. */
  at: number;
  agent: AgentId;
  agentSessionId: string;
  cwd: string;
  project: ProjectRef;
  /** The agent's id of the prompt being worked on, where it has one. */
  promptId?: string;
  /**
   * Tells the event from the session's others of its kind, over whatever route it comes: for events in which the
   * agent has nothing else to tell them by.
   */
  eventKey?: string;
}

export type SessionStartSource = 'startup' | 'resume' | 'clear' | 'compact' | 'fork' | 'other';

export type AgentEvent = EventCommon &
  (
    | { type: 'sessionStarted'; source: SessionStartSource; title?: string }
    | { type: 'prompt'; text: string }
    /** A prompt that was private as a whole: counted, never stored. */
    | { type: 'privatePrompt' }
    | { type: 'toolUsed'; use: ToolUse }
    | { type: 'toolFailed'; use: ToolUse & { error: string } }
    | { type: 'turnEnded'; lastAssistantMessage?: string; failure?: string }
    | { type: 'subagentEnded'; subagent: Subagent; lastAssistantMessage?: string }
    | { type: 'compacted'; summary: string }
    | { type: 'sessionEnded'; reason: string }
  );
