import { TidemarkError } from '../base/errors';

/** The settings file, or its folder, may not be written. Nothing was changed. */
export class SettingsReadOnlyError extends TidemarkError {
  readonly code = 'settings-read-only';

  constructor(
    readonly file: string,
    cause?: unknown,
  ) {
    super(`${file} can't be written.`, {
      cause,
      advice: 'Make it writable, or change it where it is managed.',
    });
  }
}

/** The settings file is not what the agent could read either. Nothing was changed. */
export class SettingsUnreadableError extends TidemarkError {
  readonly code = 'settings-unreadable';

  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`${file} ${reason}, so it was left as it is.`, { advice: 'Correct the file and try again.' });
  }
}

/** The settings file is another than the one that was shown. Nothing was changed. */
export class SettingsChangedError extends TidemarkError {
  readonly code = 'settings-changed';

  constructor(readonly file: string) {
    super(`${file} was changed by somebody else meanwhile.`, { advice: 'Look at the change again.' });
  }
}
