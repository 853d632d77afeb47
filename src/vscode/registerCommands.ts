import * as vscode from 'vscode';
import { adviceOf, asError } from '../base/errors';
import type { Logger } from '../base/logger';
import { commands } from './ids';

export type CommandHandlers = readonly (readonly [string, (...args: never[]) => Promise<void> | void])[];

/** Registers commands that tell a person what went wrong and what to do; the log has the rest. */
export function registerCommands(handlers: CommandHandlers, log: Logger): vscode.Disposable {
  return vscode.Disposable.from(
    ...handlers.map(([id, run]) =>
      vscode.commands.registerCommand(id, async (...args: never[]) => {
        try {
          await run(...args);
        } catch (error) {
          log.error(`${id} failed.`, error);
          // Not awaited: whoever ran the command would wait until the message is closed.
          void tell(error);
        }
      }),
    ),
  );
}

async function tell(error: unknown): Promise<void> {
  const advice = adviceOf(error);
  const showLog = vscode.l10n.t('Show Log');
  const message = `Tidemark: ${asError(error).message}${advice ? ` ${advice}` : ''}`;
  const answer = await vscode.window.showErrorMessage(message, showLog);
  if (answer === showLog) await vscode.commands.executeCommand(commands.showLog);
}
