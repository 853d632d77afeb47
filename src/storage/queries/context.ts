import type { Transition } from '../../queue/transition';
import type { Sql } from '../sql';

/** What every operation gets: the connection, inside a transaction, and where it reports state changes. */
export interface OperationContext {
  readonly sql: Sql;
  /** Reported to the queue's projection once the transaction is committed. */
  readonly moved: (this: void, transition: Transition) => void;
}
