import * as vscode from 'vscode';
import type { TidemarkClient } from '../keeper/client';
import type { StoreState } from '../keeper/supervisor';
import { contextKeys } from './ids';

/** Changes closer together than this are shown as one: a busy session changes many times a second. */
const SETTLE_MS = 100;

/** What views need of the supervisor, which is loaded only after activation. */
export interface StateSource {
  readonly state: StoreState;
  readonly onDidChangeState: (listener: (state: StoreState) => void) => vscode.Disposable;
}

/** Another window keeps the store and does not answer. */
export function hangs(state: StoreState): state is StoreState & { kind: 'following'; answering: false } {
  return state.kind === 'following' && !state.answering;
}

/**
 * The store as the views of this window see it: the state, the client while there is one, and one event, calm
 * enough to draw by. Also sets the context keys that menus and welcome views depend on.
 */
export class StoreView implements vscode.Disposable {
  #state: StoreState = { kind: 'starting' };
  #source: vscode.Disposable | undefined;
  #clientSubscription: vscode.Disposable | undefined;
  #settling: NodeJS.Timeout | undefined;
  #changed = new Set<number>();
  readonly #didChange = new vscode.EventEmitter<ReadonlySet<number> | undefined>();
  /** Fires with the sessions that changed, or with nothing when everything may have. */
  readonly onDidChange = this.#didChange.event;

  constructor() {
    void this.#setContext();
  }

  get state(): StoreState {
    return this.#state;
  }

  get client(): TidemarkClient | undefined {
    const state = this.#state;
    return state.kind === 'keeping' || state.kind === 'following' ? state.client : undefined;
  }

  connect(source: StateSource): void {
    this.#source = source.onDidChangeState((state) => this.#become(state));
    this.#become(source.state);
  }

  /** Nothing could be started at all. */
  fail(error: Error): void {
    this.#become({ kind: 'failed', error });
  }

  #become(state: StoreState): void {
    this.#state = state;
    this.#clientSubscription?.dispose();
    this.#clientSubscription = this.client?.onDidChange((sessions) => this.#settle(sessions));
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#changed.clear();
    void this.#setContext();
    this.#didChange.fire(undefined);
  }

  #settle(sessions: ReadonlySet<number>): void {
    for (const id of sessions) this.#changed.add(id);
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      const changed = this.#changed;
      this.#changed = new Set();
      void this.#setContext();
      this.#didChange.fire(changed);
    }, SETTLE_MS);
  }

  async #setContext(): Promise<void> {
    const status = this.client?.status();
    const values: [string, unknown][] = [
      [contextKeys.state, this.#state.kind],
      [contextKeys.open, this.client !== undefined],
      [contextKeys.paused, status?.paused ?? false],
      [contextKeys.hasFailed, (status?.queue.failed ?? 0) > 0],
    ];
    // At once: in between, the palette would offer what fits neither state.
    await Promise.all(values.map(([key, value]) => vscode.commands.executeCommand('setContext', key, value)));
  }

  dispose(): void {
    clearTimeout(this.#settling);
    this.#clientSubscription?.dispose();
    this.#source?.dispose();
    this.#didChange.dispose();
  }
}
