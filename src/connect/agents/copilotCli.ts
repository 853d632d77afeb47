import { join } from 'node:path';
import { posixCommand, powershellCommand } from '../hookCommand';
import { mcpCommand } from '../mcpCommand';
import type { ConnectionTarget } from '../target';
import { member, projectRootOf, TIMEOUT_S, type AgentSettings, type DisablingSetting } from './agentSettings';

const userFolder = ({ env, home }: ConnectionTarget) => env?.['COPILOT_HOME'] || join(home, '.copilot');

/** The file of Tidemark's own in Copilot CLI's folder of hooks. Names in PascalCase get payloads like Claude Code's. */
export const copilotHooks: AgentSettings = {
  id: 'copilot-cli',
  name: 'Copilot CLI',
  file: hooksFile,
  events: [
    'SessionStart',
    'UserPromptSubmit',
    'PostToolUse',
    'PostToolUseFailure',
    'Stop',
    'SubagentStop',
    'SessionEnd',
  ],
  entry: ({ launcher, platform }) => ({
    type: 'command',
    ...(platform === 'win32'
      ? { powershell: powershellCommand(launcher) }
      : { bash: posixCommand(launcher) }),
    timeoutSec: TIMEOUT_S,
  }),
  required: { version: 1 },
  disabling(target) {
    const isOff = (value: unknown) => member(value, 'disableAllHooks') === true;
    const files = [
      join(userFolder(target), 'settings.json'),
      join(userFolder(target), 'config.json'),
      hooksFile(target),
    ];
    if (target.projectRoot !== undefined) {
      files.push(join(target.projectRoot, '.github', 'copilot', 'settings.json'));
      files.push(join(target.projectRoot, '.github', 'copilot', 'settings.local.json'));
    }
    return files.map((file): DisablingSetting => ({ by: 'setting', file, isOff }));
  },
};

export const copilotCli: AgentSettings = {
  ...copilotHooks,
  mcp: {
    kind: 'json',
    file: (target) =>
      target.scope === 'user'
        ? join(userFolder(target), 'mcp-config.json')
        : join(projectRootOf(target), '.github', 'mcp.json'),
    path: () => ['mcpServers'],
    entry: (target) => ({ type: 'local', ...mcpCommand(target), tools: ['*'] }),
  },
};

/** VS Code's own agents read the same folders, so that one file serves both. */
export function hooksFile(target: ConnectionTarget): string {
  return target.scope === 'user'
    ? join(userFolder(target), 'hooks', 'tidemark.json')
    : join(projectRootOf(target), '.github', 'hooks', 'tidemark.json');
}
