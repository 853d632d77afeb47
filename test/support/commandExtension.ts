import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

const manifest = {
  ...{ name: 'commands', publisher: 'tidemark-test', version: '1.0.0', license: 'MIT', main: './main.js' },
  displayName: 'Commands for tests',
  engines: { vscode: '^1.101.0' },
  extensionKind: ['workspace'],
  activationEvents: [],
  contributes: { commands: [{ command: 'tidemarkTest.run', title: 'Run', category: 'Test' }] },
};

/** Asks for a command and its arguments as JSON, and runs it as other parts of Tidemark do. */
const main = `
const vscode = require('vscode');
exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand('tidemarkTest.run', async () => {
    const [command, ...args] = JSON.parse(await vscode.window.showInputBox({ title: 'Run' }));
    await vscode.commands.executeCommand(command, ...args);
  }));
};
`;

/** Packages a helper extension whose one command runs any other with arguments. The path of its .vsix. */
export async function packageCommandExtension(folder: string): Promise<string> {
  const source = join(folder, 'source');
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(source, 'main.js'), main);
  await writeFile(join(source, 'LICENSE'), 'MIT');
  await writeFile(join(source, 'README.md'), 'Commands for tests.');
  const packagePath = join(folder, 'commands.vsix');
  await createVSIX({ cwd: source, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}
