import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commands, contextKeys, languageModelTools, mcpProviderId, views } from '../../src/vscode/ids';
import { tell } from './harness';

interface Manifest {
  contributes: {
    commands: { command: string; title: string; category: string }[];
    views: Record<string, { id: string }[]>;
    menus: Record<string, { command: string; when?: string }[]>;
    keybindings: { command: string; when: string }[];
    viewsWelcome: { contents: string; when?: string }[];
    mcpServerDefinitionProviders: { id: string }[];
    languageModelTools: { name: string }[];
  };
}

const extension = () => {
  const found = vscode.extensions.getExtension<{ activationMs: number }>('tidemark.tidemark');
  assert.ok(found);
  return found;
};
const manifest = () =>
  JSON.parse(readFileSync(join(extension().extensionPath, 'package.json'), 'utf8')) as Manifest;

describe('the extension in its host', () => {
  it('activates by itself in under 50 ms, loading its bundle included', async () => {
    const { activationMs } = await extension().activate();
    const bundle = join(extension().extensionPath, 'dist', 'extension.js');
    const load = createRequire(bundle);
    // The bundle is loaded already: loading it once more, from nothing, tells what it costs.
    delete load.cache[load.resolve(bundle)];
    const begin = performance.now();
    load(bundle);
    const loadMs = performance.now() - begin;
    tell(`activation: ${loadMs.toFixed(1)} ms to load the bundle, ${activationMs.toFixed(1)} ms in activate`);
    assert.ok(loadMs + activationMs < 50);
  });

  it('registers every command that package.json declares, and declares every one that it registers', async () => {
    const declared = manifest().contributes.commands.map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(declared.slice().sort(), Object.values(commands).slice().sort());
    for (const command of declared) assert.ok(registered.has(command), command);
  });

  it('offers its memory to the chat and to MCP under the names that package.json declares', async () => {
    const { mcpServerDefinitionProviders, languageModelTools: declared } = manifest().contributes;
    assert.deepEqual(mcpServerDefinitionProviders, [{ id: mcpProviderId, label: '%mcp.label%' }]);
    assert.deepEqual(
      declared.map(({ name }) => name),
      Object.values(languageModelTools),
    );
    for (const { name } of declared)
      assert.ok(
        vscode.lm.tools.some((tool) => tool.name === name),
        name,
      );
    const input = { query: 'anything' };
    const result = await vscode.lm.invokeTool(languageModelTools.search, {
      input,
      toolInvocationToken: undefined,
    });
    const [part] = result.content;
    assert.ok(part instanceof vscode.LanguageModelTextPart && part.value.length > 0);
  });

  it('names only views, commands and context keys that there are', () => {
    const { contributes } = manifest();
    assert.deepEqual(
      Object.values(contributes.views).flatMap((all) => all.map(({ id }) => id)),
      Object.values(views),
    );
    const known = new Set<string>(Object.values(commands));
    const entries = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    for (const { command } of entries) assert.ok(known.has(command), command);
    const conditions = [...entries, ...contributes.viewsWelcome].map(({ when }) => when ?? '').join(' ');
    const keys = new Set(conditions.match(/tidemark\.\w+/g));
    const expected = new Set<string>([...Object.values(contextKeys), ...Object.values(views)]);
    for (const key of keys) assert.ok(expected.has(key), key);
  });

  it('has a text in package.nls.json for every name it uses, and no other', () => {
    const text = readFileSync(join(extension().extensionPath, 'package.json'), 'utf8');
    const nls = JSON.parse(
      readFileSync(join(extension().extensionPath, 'package.nls.json'), 'utf8'),
    ) as object;
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, name]) => name!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(nls).sort());
  });
});
