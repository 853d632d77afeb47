/**
 * What Tidemark offers to other extensions. The whole file can be copied: it stands alone.
 *
 * ```ts
 * const extension = vscode.extensions.getExtension<TidemarkApi>('tidemark.tidemark');
 * const tidemark = await extension?.activate();
 * if (tidemark?.version === 1) await tidemark.queueObservation({ session, text: 'The build runs on Node 20.' });
 * ```
 */

/** Anything with a `dispose`, as VS Code has it. */
export interface ApiDisposable {
  dispose(): void;
}

/** A session of an agent, or of another program that works on a project. */
export interface ApiSession {
  /** The agent's own id of it. The first thing that is queued for an id makes the session. */
  readonly id: string;
  /** `extension` where it is absent. */
  readonly agent?: 'claude-code' | 'copilot-cli' | 'codex' | 'gemini-cli' | 'vscode' | 'extension';
  readonly project: {
    /** Absolute path of the project's folder. */
    readonly root: string;
    /** For people; the last part of `root` where it is absent. */
    readonly name?: string;
    /** What makes it the same project: the git common directory by custom. `root` where it is absent. */
    readonly key?: string;
  };
}

/** What a tool did. Paths are absolute. */
export type ApiAction =
  | {
      readonly kind: 'command';
      readonly command: string;
      readonly description?: string;
      readonly output: string;
    }
  | { readonly kind: 'read'; readonly path: string; readonly content?: string }
  | {
      readonly kind: 'edit';
      readonly path: string;
      readonly created: boolean;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly kind: 'search'; readonly query: string; readonly path?: string; readonly output: string }
  | { readonly kind: 'web'; readonly target: string; readonly output: string }
  | { readonly kind: 'other'; readonly tool: string; readonly input: string; readonly output: string };

interface ApiMessage {
  readonly session: ApiSession;
  /** When it happened, ms since the epoch; now where it is absent. */
  readonly at?: number;
  /** Your name for it. Sent again under the same key it is accepted once. One is made where it is absent. */
  readonly key?: string;
}

/** One piece of evidence: a text, or what a tool did. Tidemark distils it; it may come to nothing. */
export type ApiObservation = ApiMessage &
  (
    | { readonly text: string; readonly source?: string }
    | {
        readonly tool: string;
        readonly action: ApiAction;
        /** The tool failed, and said this. */
        readonly error?: string;
        readonly durationMs?: number;
      }
  );

/** The end of a turn: what was asked for and what was said last. It becomes a summary. */
export type ApiSummary = ApiMessage & {
  readonly lastUserMessage: string;
  readonly lastAssistantMessage?: string;
};

export interface ApiQueued {
  /** Tidemark's id of the session: for `getSession`. */
  readonly sessionId: number;
  /** It was accepted before, under the same key; nothing was added. */
  readonly duplicate: boolean;
}

export interface ApiSearchOptions {
  /** At most this many results, 1 to 200, of which 100 are given; 20 where it is absent. */
  readonly limit?: number;
  /** Only memory of the project with this key. */
  readonly projectKey?: string;
}

export interface ApiSearchResult {
  readonly kind: 'observation' | 'summary';
  readonly id: number;
  readonly sessionId: number;
  readonly title: string;
  readonly text: string;
  /** ms since the epoch. */
  readonly createdAt: number;
}

/** A session with what is remembered of it, oldest first. */
export interface ApiSessionDetail {
  readonly id: number;
  readonly agent: string;
  /** The agent's own id of it. */
  readonly agentSessionId: string;
  readonly project: { readonly key: string; readonly name: string; readonly root: string };
  readonly promptCount: number;
  /** ms since the epoch, as the other times. */
  readonly startedAt: number;
  readonly lastActivityAt: number;
  readonly endedAt?: number;
  readonly observations: readonly {
    readonly id: number;
    readonly promptNumber: number;
    readonly type: string;
    readonly title: string;
    readonly narrative?: string;
    readonly facts: readonly string[];
    readonly createdAt: number;
  }[];
  readonly summaries: readonly {
    readonly id: number;
    readonly promptNumber: number;
    readonly request: string;
    readonly completed?: string;
    readonly createdAt: number;
  }[];
}

/**
 * Every call works in every window, whichever one keeps the store, and waits while the store passes from one
 * window to another. Rejections are errors with a `code`: `invalid-input` (the message names what is wrong;
 * nothing was done), or why the store can't be used.
 */
export interface TidemarkApi {
  /** Raised when something here changes so that callers must change too. */
  readonly version: 1;
  /** How long `activate` took, ms. */
  readonly activationMs: number;
  /**
   * Durable on disk when it resolves. `<private>` parts and recognised secrets are taken out before anything is
   * written, and long texts lose their middle.
   */
  queueObservation(observation: ApiObservation): Promise<ApiQueued>;
  /** Durable on disk when it resolves; cleaned as `queueObservation` does. */
  queueSummary(summary: ApiSummary): Promise<ApiQueued>;
  /**
   * Observations and summaries that fit, best first. `"quotes"` must stand there as they are, `word*` is a
   * beginning, `-word` must not be there. A result's `text` is the place that fits best.
   */
  search(text: string, options?: ApiSearchOptions): Promise<ApiSearchResult[]>;
  /** Undefined where there is no such session. */
  getSession(id: number): Promise<ApiSessionDetail | undefined>;
  /** Tells ids of sessions whose rows, queue or memory have changed; none where only the status has. */
  readonly onDidChange: (listener: (sessionIds: ReadonlySet<number>) => void) => ApiDisposable;
}
