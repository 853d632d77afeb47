import type { LogOutputChannel } from 'vscode';
import { errnoOf, TidemarkError } from '../base/errors';
import type { Logger } from '../base/logger';

/** The log that a person opens. Of errors it takes message, code and stack: they hold no payload. */
export function channelLogger(channel: LogOutputChannel): Logger {
  return {
    debug: (message) => channel.debug(message),
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, error) => channel.error(error === undefined ? message : `${message} ${describe(error)}`),
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = error instanceof TidemarkError ? error.code : errnoOf(error);
  const cause = error.cause === undefined ? '' : `\n  caused by: ${describe(error.cause)}`;
  return `${code === undefined ? '' : `[${code}] `}${error.stack ?? error.message}${cause}`;
}
