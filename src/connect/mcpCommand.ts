import type { ConnectionTarget } from './target';

/** How an agent starts Tidemark's MCP server. */
export interface McpCommand {
  command: string;
  args: string[];
}

/** The stable launcher of the MCP server; it stands beside that of the hooks. */
export function mcpLauncherBeside(hookLauncher: string): string {
  return hookLauncher.replace(/tidemark-hook(?=(\.cmd)?$)/, 'tidemark-mcp');
}

/** On Windows a batch file is no program: not every agent would start it. */
export function mcpCommand({
  launcher,
  platform,
}: Pick<ConnectionTarget, 'launcher' | 'platform'>): McpCommand {
  const path = mcpLauncherBeside(launcher);
  return platform === 'win32'
    ? { command: 'cmd.exe', args: ['/d', '/c', path] }
    : { command: path, args: [] };
}
