import { join } from 'node:path';
import { posixCommand, windowsCommand } from '../hookCommand';
import type { ConnectionTarget } from '../target';
import { projectRootOf, TIMEOUT_S, type AgentSettings } from './agentSettings';

const userFolder = ({ env, home }: ConnectionTarget) => env?.['CODEX_HOME'] || join(home, '.codex');

/** The most that Codex allows: it cuts a longer one and warns of that whenever it starts. */
const SESSION_END_TIMEOUT_S = 3;

/** The features table of a TOML file with hooks turned off. Good for files that people write, not for all of TOML. */
const featureOff =
  /^\[features\]\s*(?:#.*)?\n(?:(?!\[)[^\n]*\n)*?\s*(?:codex_)?hooks\s*=\s*false\b|^features\.(?:codex_)?hooks\s*=\s*false\b/m;

/** Codex. It refuses members of the file that it doesn't know, and skips hooks that nobody has trusted in silence. */
export const codex: AgentSettings = {
  id: 'codex',
  name: 'Codex',
  file: (target) => join(folderOf(target), 'hooks.json'),
  events: ['SessionStart', 'UserPromptSubmit', 'PostToolUse', 'Stop', 'SubagentStop', 'SessionEnd'],
  entry: ({ launcher, platform }, event) => ({
    hooks: [
      {
        type: 'command',
        command: posixCommand(launcher),
        ...(platform === 'win32' && { commandWindows: windowsCommand(launcher) }),
        timeout: event === 'SessionEnd' ? SESSION_END_TIMEOUT_S : TIMEOUT_S,
      },
    ],
  }),
  required: {},
  disabling(target) {
    const isOff = (_: unknown, text: string) => featureOff.test(text.replaceAll('\r\n', '\n'));
    const policy = target.platform === 'win32' ? 'C:\\ProgramData\\OpenAI\\Codex' : '/etc/codex';
    return [
      { by: 'policy', file: join(target.systemRoot ?? '', policy, 'requirements.toml'), isOff },
      { by: 'setting', file: join(userFolder(target), 'config.toml'), isOff },
    ];
  },
  mcp: { kind: 'toml', file: (target) => join(folderOf(target), 'config.toml') },
  trustFile: (target) => join(userFolder(target), 'config.toml'),
};

function folderOf(target: ConnectionTarget): string {
  return target.scope === 'user' ? userFolder(target) : join(projectRootOf(target), '.codex');
}
