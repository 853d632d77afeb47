/** Tokens of one request, as the provider reported them. Cached tokens are not part of `inputTokens`. */
export interface TokenUsage {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
}

/** One request that is about to be sent. */
export interface PlannedRequest {
  /** When, ms since the epoch. */
  at: number;
  /** When the person's day began, ms since the epoch. */
  dayStart: number;
  sessionId: number;
  provider: string;
  model: string;
  /** The most that it will use and cost. */
  tokens: TokenUsage;
  costUsd: number;
  /** What the day's requests of all paid providers may cost together; absent where there is no limit. */
  budgetUsd?: number;
}

export type SettledUsage = TokenUsage & { costUsd: number; observations: number };

/** What the requests since `dayStart` came to. Input counts cached tokens, too. */
export interface DayUsage {
  dayStart: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  observations: number;
}

/** What a session's requests to one model came to. */
export interface ProviderUsage extends Omit<DayUsage, 'dayStart'> {
  provider: string;
  model: string;
}

/**
 * Where what requests cost is kept. A request is written down at its estimate before it is sent, so that
 * neither a crash nor a second session can spend what nobody counts.
 */
export interface UsageLedger {
  /** Durable when it resolves. Undefined, and nothing written, when it could pass the day's budget. */
  reserve(request: PlannedRequest): Promise<number | undefined>;
  /** What the request really took; undefined where it was not carried out. Durable when it resolves. */
  settle(id: number, used: SettledUsage | undefined): Promise<void>;
}

/** The start of the day in which `now` lies, in the zone of this machine, ms since the epoch. */
export function dayStartOf(now: number): number {
  return new Date(now).setHours(0, 0, 0, 0);
}

/** The start of the next day. Not 24 hours later where clocks change. */
export function nextDayOf(now: number): number {
  const day = new Date(now);
  day.setHours(24, 0, 0, 0);
  return day.getTime();
}
