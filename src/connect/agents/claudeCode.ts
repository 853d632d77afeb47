import { join } from 'node:path';
import { capturedEvents } from '../../capture/events';
import { identifyProject } from '../../capture/projectIdentity';
import { gitBashCommand, posixCommand } from '../hookCommand';
import { mcpCommand } from '../mcpCommand';
import type { ConnectionTarget } from '../target';
import { member, projectRootOf, TIMEOUT_S, type AgentSettings, type DisablingSetting } from './agentSettings';

const userFolder = ({ env, home }: ConnectionTarget) => env?.['CLAUDE_CONFIG_DIR'] || join(home, '.claude');

/** Claude Code. A project is connected in its local file: the launcher's path is of this machine alone. */
export const claudeCode: AgentSettings = {
  id: 'claude-code',
  name: 'Claude Code',
  file: (target) =>
    target.scope === 'user'
      ? join(userFolder(target), 'settings.json')
      : join(projectRootOf(target), '.claude', 'settings.local.json'),
  events: capturedEvents,
  entry: ({ launcher, platform }) => ({
    hooks: [
      {
        type: 'command',
        command: platform === 'win32' ? gitBashCommand(launcher) : posixCommand(launcher),
        timeout: TIMEOUT_S,
      },
    ],
  }),
  required: {},
  disabling: claudeDisabling,
  mcp: {
    kind: 'json',
    file: ({ env, home }) => join(env?.['CLAUDE_CONFIG_DIR'] || home, '.claude.json'),
    // Of one project, and for this person alone: Claude Code knows a project by its repository's main work tree.
    path: (target) =>
      target.scope === 'user'
        ? ['mcpServers']
        : ['projects', identifyProject(projectRootOf(target)).root.replaceAll('\\', '/'), 'mcpServers'],
    entry: (target) => ({ type: 'stdio', ...mcpCommand(target) }),
    isLocked: true,
  },
};

/** Also for whoever reads Claude Code's settings. */
export function claudeDisabling(target: ConnectionTarget): DisablingSetting[] {
  const allOff = (value: unknown) => member(value, 'disableAllHooks') === true;
  const policyOff = (value: unknown) => allOff(value) || member(value, 'allowManagedHooksOnly') === true;
  const managed = join(target.systemRoot ?? '', managedFolder(target.platform));
  const own = [join(userFolder(target), 'settings.json')];
  if (target.projectRoot !== undefined) {
    own.push(join(target.projectRoot, '.claude', 'settings.json'));
    own.push(join(target.projectRoot, '.claude', 'settings.local.json'));
  }
  return [
    { by: 'policy', file: join(managed, 'managed-settings.json'), isOff: policyOff },
    { by: 'policy', file: join(managed, 'managed-settings.d'), isOff: policyOff },
    ...own.map((file): DisablingSetting => ({ by: 'setting', file, isOff: allOff })),
  ];
}

function managedFolder(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode';
  return platform === 'win32' ? 'C:\\Program Files\\ClaudeCode' : '/etc/claude-code';
}
