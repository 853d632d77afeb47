import { agentSettings } from './agents/all';
import type { SettingsValue } from './agents/agentSettings';
import { connectCodexServer, disconnectCodexServer } from './codexMcp';
import { mcpCommand, mcpLauncherBeside } from './mcpCommand';
import { connectServer, disconnectServer } from './mcpEdit';
import { connectText, disconnectText, type ConnectedText } from './settingsEdit';
import type { ConnectionTarget } from './target';

/** One thing that is put into one file of an agent's settings. */
export interface SettingsPart {
  readonly file: string;
  /** Members that are there only because of us. */
  readonly required: Readonly<Record<string, SettingsValue>>;
  /** Whether the agent changes the file, too, and holds `<file>.lock` meanwhile. */
  readonly isLocked: boolean;
  /** @param keep what was there and empty before us. @throws SettingsUnreadableError. */
  connect(text: string, keep: readonly string[]): ConnectedText;
  disconnect(text: string, keep: readonly string[]): string;
}

/** Throws a TypeError for a part that the agent does not have. */
export function partOf(target: ConnectionTarget): SettingsPart {
  const agent = agentSettings[target.agent];
  if (target.part !== 'mcp') {
    const file = agent.file(target);
    const { launcher } = target;
    return {
      ...{ file, required: agent.required, isLocked: false },
      connect: (text, keep) => connectText(text, agent, target, { file, launcher, keep }),
      disconnect: (text, keep) => disconnectText(text, { file, launcher, keep }),
    };
  }
  const { mcp } = agent;
  if (!mcp) throw new TypeError(`${agent.name} has no settings for MCP servers.`);
  const file = mcp.file(target);
  const own = { file, launcher: mcpLauncherBeside(target.launcher) };
  if (mcp.kind === 'toml')
    return {
      ...{ file, required: {}, isLocked: false },
      connect: (text) => connectCodexServer(text, mcpCommand(target), own),
      disconnect: (text) => disconnectCodexServer(text, own),
    };
  const where = { ...own, path: mcp.path(target) };
  return {
    ...{ file, required: {}, isLocked: mcp.isLocked ?? false },
    connect: (text, keep) => connectServer(text, mcp.entry(target), { ...where, keep }),
    disconnect: (text, keep) => disconnectServer(text, { ...where, keep }),
  };
}
