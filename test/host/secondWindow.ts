import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { secondWindowVariable } from './report';

/** The command that answers the process id of the second window's extension host. */
export const processIdCommand = 'tidemarkTests.processId';

export interface Call {
  readonly command: string;
  readonly args: readonly unknown[];
}

export type Answer = { readonly result: unknown } | { readonly error: string };

/**
 * In the extension host of the second window: runs commands that the suite in the first one sends over a socket,
 * a line each, and answers each with a line, until its process ends.
 */
export async function run(): Promise<void> {
  const path = process.env[secondWindowVariable];
  if (path === undefined) throw new Error(`${secondWindowVariable} names no socket.`);
  vscode.commands.registerCommand(processIdCommand, () => process.pid);
  await vscode.extensions.getExtension('tidemark.tidemark')?.activate();
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    createInterface(socket).on('line', (line) => {
      void answerTo(JSON.parse(line) as Call).then((answer) => socket.write(`${JSON.stringify(answer)}\n`));
    });
  });
  // One that was killed left it behind; its host comes back by itself.
  rmSync(path, { force: true });
  server.listen(path);
  await new Promise(() => undefined);
}

async function answerTo({ command, args }: Call): Promise<Answer> {
  try {
    return { result: (await vscode.commands.executeCommand(command, ...args)) ?? null };
  } catch (error) {
    return { error: String(error) };
  }
}
