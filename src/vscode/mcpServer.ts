import * as vscode from 'vscode';
import { mcpProviderId } from './ids';

/** Offers the MCP server to this VS Code. Nothing where VS Code has no MCP. */
export function registerMcpServer(options: {
  serverFile: string;
  storeFolder: string;
  version: string;
}): vscode.Disposable {
  // Forks of VS Code may be without it.
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined;
  if (!lm?.registerMcpServerDefinitionProvider) return new vscode.Disposable(() => undefined);
  return lm.registerMcpServerDefinitionProvider(mcpProviderId, {
    provideMcpServerDefinitions: () => [definition(options)],
  });
}

function definition({
  serverFile,
  storeFolder,
  version,
}: {
  serverFile: string;
  storeFolder: string;
  version: string;
}): vscode.McpStdioServerDefinition {
  const server = new vscode.McpStdioServerDefinition(
    'Tidemark',
    process.execPath,
    [serverFile, '--store', storeFolder],
    { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: null },
    version,
  );
  // The server answers for the project of the folder that it runs in.
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (folder) server.cwd = folder.uri;
  return server;
}
