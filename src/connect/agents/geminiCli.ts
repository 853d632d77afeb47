import { join } from 'node:path';
import { posixCommand, powershellCommand } from '../hookCommand';
import { mcpCommand } from '../mcpCommand';
import type { ConnectionTarget } from '../target';
import { member, projectRootOf, TIMEOUT_S, type AgentSettings, type DisablingSetting } from './agentSettings';

/** Gemini CLI. Its timeouts are in milliseconds. */
export const geminiCli: AgentSettings = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  file: settingsFile,
  events: ['SessionStart', 'BeforeAgent', 'AfterTool', 'AfterAgent', 'SessionEnd'],
  entry: ({ launcher, platform }) => ({
    hooks: [
      {
        name: 'tidemark',
        type: 'command',
        command: platform === 'win32' ? powershellCommand(launcher) : posixCommand(launcher),
        timeout: TIMEOUT_S * 1_000,
      },
    ],
  }),
  required: {},
  mcp: {
    kind: 'json',
    file: settingsFile,
    path: () => ['mcpServers'],
    entry: (target) => ({ ...mcpCommand(target) }),
  },
  disabling(target) {
    const off = (value: unknown, name: string, key: string) => member(member(value, name), key) === false;
    const isOff = (value: unknown) => {
      const names = member(member(value, 'hooksConfig'), 'disabled');
      const named = Array.isArray(names) && names.includes('tidemark');
      return named || off(value, 'hooksConfig', 'enabled') || off(value, 'tools', 'enableHooks');
    };
    const system = join(target.systemRoot ?? '', systemFolder(target.platform), 'settings.json');
    const own = [join(target.home, '.gemini', 'settings.json')];
    if (target.projectRoot !== undefined) own.push(join(target.projectRoot, '.gemini', 'settings.json'));
    return [
      { by: 'policy', file: system, isOff },
      ...own.map((file): DisablingSetting => ({ by: 'setting', file, isOff })),
    ];
  },
};

function settingsFile(target: ConnectionTarget): string {
  return join(target.scope === 'user' ? target.home : projectRootOf(target), '.gemini', 'settings.json');
}

function systemFolder(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/GeminiCli';
  return platform === 'win32' ? 'C:\\ProgramData\\gemini-cli' : '/etc/gemini-cli';
}
