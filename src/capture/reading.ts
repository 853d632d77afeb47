import type { SetAsideReason } from './spoolRecord';
import type { AgentEvent } from './vocabulary';

/** An agent's payload in the one vocabulary, or why it is not: set aside to be seen, or ignored under a rule. */
export type Reading = AgentEvent | { setAside: SetAsideReason } | { ignored: string };
