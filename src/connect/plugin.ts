import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { claudeCode } from './agents/claudeCode';
import { mcpCommand } from './mcpCommand';
import type { ConnectionTarget } from './target';

/** The plugin's name, and that of the marketplace which has it alone: `claude plugin install tidemark@tidemark`. */
const NAME = 'tidemark';

const description =
  'A memory for coding agents: captures what they do and gives it back to the next session.';

const readme = `# Tidemark

${description}

This plugin holds the hooks by which an agent tells the Tidemark extension of VS Code on this machine what it does,
and the MCP server by which it asks what is remembered. They use Tidemark's storage folder and nothing else, and send
nothing over a network. Install the extension first: it has made this folder, and keeps the programs up to date. Use either the plugin or
"Tidemark: Connect an Agent" in VS Code. Both together do no harm: an event that comes twice is kept once.
`;

/**
 * Tidemark as a plugin in Claude Code's format, which Copilot CLI loads, too: the same hooks and the same server as by
 * connecting, for who prefers to manage plugins. The folder is also a marketplace, so that it installs without a network.
 * The content of each file by its path within the folder.
 */
export function pluginFiles(
  launcher: string,
  platform: NodeJS.Platform,
  version: string,
): Readonly<Record<string, string>> {
  const target: ConnectionTarget = { agent: 'claude-code', scope: 'user', home: '', launcher, platform };
  const hooks = Object.fromEntries(
    claudeCode.events.map((event) => [event, [claudeCode.entry(target, event)]]),
  );
  const owner = { name: 'Tidemark' };
  return {
    '.claude-plugin/plugin.json': print({ name: NAME, version, description, author: owner, license: 'MIT' }),
    '.claude-plugin/marketplace.json': print({
      ...{ name: NAME, owner, description },
      plugins: [{ name: NAME, source: './', description }],
    }),
    'hooks/hooks.json': print({ description, hooks }),
    '.mcp.json': print({ mcpServers: { tidemark: mcpCommand({ launcher, platform }) } }),
    'README.md': readme,
  };
}

/**
 * Writes the plugin into `<store>/plugin/`; its folder. Files that are right already are not touched. Throws what
 * the file system throws.
 */
export async function writePlugin(
  launcher: string,
  platform: NodeJS.Platform,
  version: string,
): Promise<string> {
  const folder = join(dirname(dirname(launcher)), 'plugin');
  for (const [name, text] of Object.entries(pluginFiles(launcher, platform, version))) {
    const file = join(folder, name);
    if ((await readFile(file, 'utf8').catch(() => undefined)) === text) continue;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
  return folder;
}

function print(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
