import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';

const manifest = {
  ...{ name: 'model', publisher: 'tidemark-test', version: '1.0.0', license: 'MIT', main: './main.js' },
  displayName: 'A model for tests',
  engines: { vscode: '^1.104.0' },
  extensionKind: ['workspace'],
  activationEvents: ['onStartupFinished'],
  contributes: { languageModelChatProviders: [{ vendor: 'tidemark-test', displayName: 'Test' }] },
};

/**
 * Offers one model and answers as the file `answer.json` says: `{text}`, or `{blocked: true}` for a quota that
 * is used up. Writes each prompt it gets into `prompts/`, and the file `offered` once the model is there.
 */
const main = (folder: string) => `
const fs = require('node:fs'), path = require('node:path'), vscode = require('vscode');
const folder = ${JSON.stringify(folder)};
let count = 0;
exports.activate = (context) => {
  const model = { id: 'one', name: 'Test Model One', family: 'test', version: '1', maxInputTokens: 50000, maxOutputTokens: 5000, capabilities: {} };
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('tidemark-test', {
    provideLanguageModelChatInformation: async () => [model],
    provideTokenCount: async (_model, text) => Math.ceil(JSON.stringify(text).length / 4),
    provideLanguageModelChatResponse: async (_model, messages, _options, progress) => {
      const text = messages.flatMap((m) => m.content.map((part) => part.value ?? '')).join('');
      fs.writeFileSync(path.join(folder, 'prompts', String(++count)), text);
      const answer = JSON.parse(fs.readFileSync(path.join(folder, 'answer.json'), 'utf8'));
      if (answer.blocked) throw vscode.LanguageModelError.Blocked('quota');
      progress.report(new vscode.LanguageModelTextPart(answer.text));
    },
  }));
  fs.writeFileSync(path.join(folder, 'offered'), '');
};
`;

/** Packages a helper extension that offers a language model. The path of its .vsix. */
export async function packageModelExtension(folder: string): Promise<string> {
  await mkdir(join(folder, 'prompts'), { recursive: true });
  const source = join(folder, 'source');
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(source, 'main.js'), main(folder));
  await writeFile(join(source, 'LICENSE'), 'MIT');
  await writeFile(join(source, 'README.md'), 'A model for tests.');
  const packagePath = join(folder, 'model.vsix');
  await createVSIX({ cwd: source, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}
