import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TidemarkApi } from '../../src/api';
import { extensionId, languageModelTools } from '../../src/vscode/ids';
import { eventually } from '../support/eventually';
import { tell } from './harness';

const server = `${extensionId}/Tidemark`;
const tools = () => vscode.lm.tools.map(({ name }) => name);
const mcpTool = (name: string) => tools().find((tool) => /tidemark/i.test(tool) && tool.endsWith(`_${name}`));

async function ask(tool: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
  return content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : JSON.stringify(part)))
    .join('\n');
}

describe('asking the memory in its host', () => {
  before(async () => {
    const extension = vscode.extensions.getExtension<TidemarkApi>(extensionId);
    assert.ok(extension);
    const api = await extension.activate();
    // Of the folder that this window shows: only that is asked without more words.
    const root = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
    const session = { id: 'asking', project: { root } };
    await api.queueObservation({ session, key: 'asking', text: 'The lighthouse keeper wants brass polish.' });
    await eventually(
      'the observation',
      () => api.search('lighthouse'),
      (found) => found.length > 0,
    );
  });

  it('goes by VS Code’s tools from a search to the whole entry, and its reference opens', async () => {
    const found = await ask(languageModelTools.search, { query: 'lighthouse' });
    assert.match(found, /^<tidemark-memory>[^]*lighthouse[^]*<\/tidemark-memory>$/);
    const [, id, link] = /Reference: \[([OS]\d+)\]\((\S+)\)/.exec(found) ?? [];
    assert.ok(id !== undefined && link !== undefined, found);
    assert.equal(vscode.Uri.parse(link).scheme, vscode.env.uriScheme);
    const whole = await ask(languageModelTools.getMemories, { ids: [id, 'S999999', 'nonsense'] });
    assert.match(whole, /brass polish[^]*S999999 is not remembered[^]*"nonsense" is no id/);
    assert.ok(whole.includes(link));
    const shown = new Promise<vscode.TextDocument>((resolve) => {
      const subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor?.document.uri.scheme !== 'tidemark') return;
        subscription.dispose();
        resolve(editor.document);
      });
    });
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(link));
    assert.match((await shown).getText(), /brass polish/);
  });

  it('starts the MCP server, whose tools VS Code then calls', async () => {
    await vscode.commands.executeCommand('workbench.mcp.startServer', server, { waitForLiveTools: true });
    await eventually('the tools of the server', () => Promise.resolve(mcpTool('search') !== undefined));
    for (const name of ['search', 'timeline', 'get_observations', 'remember'])
      assert.ok(mcpTool(name) !== undefined, tools().join(', '));
    const begin = performance.now();
    const found = await ask(mcpTool('search')!, { query: 'lighthouse' });
    tell(`a search over MCP in VS Code: ${(performance.now() - begin).toFixed(0)} ms`);
    assert.match(found, /<tidemark-memory>[^]*O\d+ [^]*lighthouse/);
    const id = /\b[OS]\d+/.exec(found)![0];
    assert.match(await ask(mcpTool('get_observations')!, { ids: [id] }), /brass polish/);
  });
});
