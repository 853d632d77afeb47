import { TidemarkError } from '../base/errors';

/** The store has no session of this id. */
export class UnknownSessionError extends TidemarkError {
  readonly code = 'unknown-session';
  constructor(readonly sessionId: number) {
    super(`There is no session ${sessionId}.`);
  }
}

/** The session is in the store, but was not initialised, or has been deleted from memory since. */
export class SessionNotActiveError extends TidemarkError {
  readonly code = 'session-not-active';
  constructor(readonly sessionId: number) {
    super(`Session ${sessionId} is not active.`);
  }
}

/** Somebody is reading this session's messages already: two readers would work on one session. */
export class SessionBusyError extends TidemarkError {
  readonly code = 'session-busy';
  constructor(readonly sessionId: number) {
    super(`The messages of session ${sessionId} are being read already.`);
  }
}
