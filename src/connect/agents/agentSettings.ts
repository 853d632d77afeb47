import type { ConnectableAgent, ConnectionTarget, HooksDisabled } from '../target';

export type SettingsValue = string | number | boolean | SettingsValue[] | { [key: string]: SettingsValue };

/** A setting that turns hooks off: in which file, and how to see it there. */
export interface DisablingSetting {
  by: HooksDisabled['by'];
  /** A file, or a folder whose `.json` files all count. */
  file: string;
  /** Of a file that is no JSON, `value` is undefined. */
  isOff(this: void, value: unknown, text: string): boolean;
}

/** Where an agent is told of MCP servers. */
export type McpSettings = JsonMcpSettings | { readonly kind: 'toml'; file(target: ConnectionTarget): string };

interface JsonMcpSettings {
  readonly kind: 'json';
  /** Absolute. */
  file(target: ConnectionTarget): string;
  /** The names of the objects around the server's entry, from the outside in. */
  path(target: ConnectionTarget): readonly string[];
  entry(this: void, target: ConnectionTarget): SettingsValue;
  /** The agent itself changes the file while it runs, holding `<file>.lock`. */
  isLocked?: true;
}

/** What is particular to one agent. Everything else about connecting is the same for all. */
export interface AgentSettings {
  readonly id: ConnectableAgent;
  /** As the agent calls itself. */
  readonly name: string;
  /** The file that holds the hooks. Absolute. */
  file(target: ConnectionTarget): string;
  /** The agent's names of the events that Tidemark listens to. */
  readonly events: readonly string[];
  /** Our entry of the list of `event`, one of `events`. */
  entry(this: void, target: ConnectionTarget, event: string): SettingsValue;
  /** Members that the file must have beside `hooks`. */
  readonly required: Readonly<Record<string, SettingsValue>>;
  disabling(target: ConnectionTarget): DisablingSetting[];
  /** Absent where it has another way to the server, or none that can be written. */
  readonly mcp?: McpSettings;
  /** Where the agent keeps what the person has trusted, if it asks for trust at all. */
  trustFile?(target: ConnectionTarget): string;
}

/** Longer than the hook program takes at its worst; the agent ends it then. */
export const TIMEOUT_S = 10;

/** The value of a member of an unknown value, where that is an object. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** The project's folder of a target with the scope `project`. Throws a TypeError where there is none. */
export function projectRootOf({ projectRoot }: ConnectionTarget): string {
  if (projectRoot === undefined) throw new TypeError('A project is connected, but no folder was given.');
  return projectRoot;
}
