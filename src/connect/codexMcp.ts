import { SettingsUnreadableError } from './errors';
import { isOwnCommand } from './hookCommand';
import { insert } from './jsonText';
import type { McpCommand } from './mcpCommand';
import type { ConnectedText } from './settingsEdit';

/** The table of our server, up to the next one. */
const table = /^\[mcp_servers\.tidemark\][^\n]*(?:\n(?!\[)[^\n]*)*(?:\n|$)/m;
/** Other ways to write servers, with which a table of one more would not be TOML any more; and our name in quotes. */
const otherWays = /^\s*mcp_servers\s*[.=]|^\s*\[\s*mcp_servers\s*\.\s*["']?tidemark\b/m;

interface Where {
  file: string;
  /** Of the server, to tell ours from another's. */
  launcher: string;
}

/** What Codex's `config.toml` is with our server as a table at its end. @throws SettingsUnreadableError. */
export function connectCodexServer(text: string, server: McpCommand, where: Where): ConnectedText {
  const without = disconnectCodexServer(text, where);
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  // JSON's texts and lists of texts are TOML's, too.
  const lines = [
    '[mcp_servers.tidemark]',
    ...Object.entries(server).map(([k, v]) => `${k} = ${JSON.stringify(v)}`),
  ];
  const own = `${lines.join(eol)}${eol}`;
  const known = { without, emptyWithout: [] };
  if (table.exec(text)?.[0].trimEnd() === own.trimEnd())
    return { ...known, after: text, insertions: [], alreadyConnected: true };
  if (otherWays.test(without))
    throw new SettingsUnreadableError(where.file, 'has MCP servers that another can’t be added to safely');
  const gap = without === '' ? '' : without.endsWith('\n') ? eol : eol + eol;
  const insertions = [{ offset: without.length, text: gap + own }];
  return { ...known, after: insert(without, insertions), insertions, alreadyConnected: false };
}

/** The same without our server, and without the blank line before it. */
export function disconnectCodexServer(text: string, { launcher }: Where): string {
  const found = table.exec(text);
  if (!found || !isOwnCommand(found[0].replaceAll('\\\\', '\\'), launcher)) return text;
  const before = text.slice(0, found.index).replace(/(^|\n)\r?\n$/, '$1');
  const tail = /\s*$/.exec(found[0])![0];
  // Blank lines that stood between our table and the next one were there for the next one.
  const rest = text.slice(found.index + found[0].length);
  return before + (rest === '' ? '' : tail.replace(/^\r?\n/, '') + rest);
}
