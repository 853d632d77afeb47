import type { ToolAction } from '../../src/capture/vocabulary';
import type { ConnectableAgent } from '../../src/connect/target';
import type { AgentPackage } from './install';
import type { Script } from './model/modelServer';
import type { ModelApi } from './model/reply';

/** What a run of an agent's program has around it. */
export interface Surroundings {
  /** A home folder of this run's own. */
  home: string;
  /** The project that it works on; the current folder. */
  project: string;
  /** Address of the stand-in of its model's API. */
  model: string;
  /** `node <this file>` is an MCP server. */
  mcpServer: string;
  /** The folder of Tidemark's plugin. */
  plugin: string;
}

export interface Launch {
  args: string[];
  env: Record<string, string>;
}

/** One thing that the first session does, and that Tidemark must have captured. */
export interface ExpectedUse {
  /** The name of its check. */
  name: string;
  /** What it is captured as; `report` is what a sub-agent says at its end. */
  kind: ToolAction['kind'] | 'report';
  /** A text in what is captured. */
  says: string;
  failed?: true;
  bySubagent?: true;
}

/** A coding agent whose own program is run. */
export interface RealAgent {
  id: Exclude<ConnectableAgent, 'vscode'>;
  package: AgentPackage;
  api: ModelApi;
  /** Writes what the program wants to find: its own settings, not Tidemark's. */
  prepare(surroundings: Surroundings): Promise<void>;
  /** How it is started to work on one prompt and end. */
  launch(prompt: string, surroundings: Surroundings): Launch;
  script(surroundings: Surroundings): Script;
  /** What its model calls a tool of Tidemark's MCP server, where connecting offers it that. */
  memoryTool?: (name: string) => string;
  /** How it is given a plugin in Claude Code's format, and what the tool's name is then. */
  plugin?: { args: (surroundings: Surroundings) => string[]; memoryTool: (name: string) => string };
  /** What the script leads to. */
  uses: ExpectedUse[];
  /** Checks that do not hold, by name, each with the reason. One that holds after all fails, so that it is taken out. */
  doesNotHold: Readonly<Record<string, string>>;
}

export const mainPrompt = 'Note the spring tide of the harbour in tides.txt';
export const subagentPrompt = 'SOUNDING: measure the depth of the channel';
export const lastWords = 'The spring tide is noted: 7.4 metres at the harbour wall.';
