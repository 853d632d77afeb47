import type { MessageState } from './message';

/** One message's committed change of state. `from` is absent for a new message, `to` for one that is gone. */
export interface Transition {
  readonly messageId: number;
  readonly sessionId: number;
  readonly from?: MessageState;
  readonly to?: MessageState;
}
