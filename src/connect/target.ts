/** The agents that Tidemark can connect, each in its own file under `agents/`. */
export const connectableAgents = ['claude-code', 'copilot-cli', 'codex', 'gemini-cli', 'vscode'] as const;
export type ConnectableAgent = (typeof connectableAgents)[number];

/** `user`: every project of this person. `project`: one project, on this machine only where the agent can do so. */
export type ConnectionScope = 'user' | 'project';

/** What is put into an agent's settings: the hooks by which it tells, or the MCP server by which it asks. */
export type ConnectionPart = 'hooks' | 'mcp';

/** Which agent is connected, where, and to what. */
export interface ConnectionTarget {
  agent: ConnectableAgent;
  /** The hooks, where it is not said. */
  part?: ConnectionPart;
  scope: ConnectionScope;
  /** The person's home folder. */
  home: string;
  /** The project's folder; needed for the scope `project`. */
  projectRoot?: string;
  /** Absolute path of the stable launcher, `<store>/bin/tidemark-hook` or `….cmd`. */
  launcher: string;
  platform: NodeJS.Platform;
  /** Where agents look for other configuration folders (`CLAUDE_CONFIG_DIR`, `CODEX_HOME`, …). None by default. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Put before the folders of the machine's policies; for tests. */
  systemRoot?: string;
}

/** Why an agent runs no hooks at all, whatever its settings say of ours. */
export interface HooksDisabled {
  /** `policy`: set by who manages the machine. `setting`: by a person, in a file of their own. */
  by: 'policy' | 'setting';
  file: string;
}

/** A change of one settings file, exact to the byte. `before` equals `after` where nothing is to be done. */
export interface ConnectionPlan {
  agent: ConnectableAgent;
  part: ConnectionPart;
  scope: ConnectionScope;
  file: string;
  /** Undefined: the file is not there. */
  before: string | undefined;
  /** Undefined: the file is removed. */
  after: string | undefined;
  /** What is ours is there already, once, and as it should be. */
  alreadyConnected: boolean;
  hooksDisabled?: HooksDisabled;
  /** The agent runs these hooks only after the person has trusted them in the agent itself. */
  needsTrust?: boolean;
}
