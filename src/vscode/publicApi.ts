import * as vscode from 'vscode';
import type { ApiSessionDetail, TidemarkApi } from '../api';
import type * as apiRequests from '../keeper/apiRequests';
import type { SessionDetail, TidemarkClient } from '../keeper/client';
import { apiCommands } from './ids';

/** What the public API needs of the keeper's bundle, which is loaded only after activation. */
export interface ApiBackend {
  client: TidemarkClient;
  requests: typeof apiRequests;
}

/** The API for other extensions, also as commands for those that would rather not depend on this one. */
export class PublicApi implements TidemarkApi, vscode.Disposable {
  readonly version = 1;
  activationMs = 0;
  readonly #changed = new vscode.EventEmitter<ReadonlySet<number>>();
  readonly onDidChange: TidemarkApi['onDidChange'] = (listener) => this.#changed.event(listener);
  readonly #registrations: vscode.Disposable[];

  /** @param backend resolves when the store's side is loaded, rejects when it can't be. */
  constructor(private readonly backend: Promise<ApiBackend>) {
    const handlers: [string, (...args: never[]) => unknown][] = [
      [apiCommands.queueObservation, this.queueObservation],
      [apiCommands.queueSummary, this.queueSummary],
      [apiCommands.search, this.search],
      [apiCommands.getSession, this.getSession],
    ];
    this.#registrations = handlers.map(([id, run]) => vscode.commands.registerCommand(id, run));
    backend.then(
      ({ client }) =>
        this.#registrations.push(client.onDidChange((sessions) => this.#changed.fire(new Set(sessions)))),
      () => undefined, // Each call tells.
    );
  }

  queueObservation: TidemarkApi['queueObservation'] = async (observation) => {
    const { client, requests } = await this.backend;
    return client.queueObservation(requests.toNewObservation(observation, Date.now()));
  };

  queueSummary: TidemarkApi['queueSummary'] = async (summary) => {
    const { client, requests } = await this.backend;
    return client.queueSummary(requests.toNewSummary(summary, Date.now()));
  };

  search: TidemarkApi['search'] = async (text, options) => {
    const { client, requests } = await this.backend;
    const { query, scope } = requests.toSearchQuery(text, options);
    const hits = await client.search(query, scope);
    return hits.map(({ kind, id, sessionId, title, snippet, createdAt }) => ({
      ...{ kind, id, sessionId, title, text: snippet, createdAt },
    }));
  };

  getSession: TidemarkApi['getSession'] = async (id) => {
    const { client, requests } = await this.backend;
    const detail = await client.session(requests.toRowId(id));
    return detail && sessionDetail(detail);
  };

  dispose(): void {
    vscode.Disposable.from(...this.#registrations, this.#changed).dispose();
  }
}

/** Exactly what the API promises: what else the store has may change. */
function sessionDetail({ session, observations, summaries }: SessionDetail): ApiSessionDetail {
  const { id, agent, agentSessionId, promptCount, startedAt, lastActivityAt, endedAt } = session;
  const { key, name, root } = session.project;
  return {
    ...{ id, agent, agentSessionId, promptCount, startedAt, lastActivityAt, project: { key, name, root } },
    ...(endedAt !== undefined && { endedAt }),
    observations: observations.map(({ id, promptNumber, type, title, narrative, facts, createdAt }) => ({
      ...{ id, promptNumber, type, title, facts, createdAt },
      ...(narrative !== undefined && { narrative }),
    })),
    summaries: summaries.map(({ id, promptNumber, request, completed, createdAt }) => ({
      ...{ id, promptNumber, request, createdAt },
      ...(completed !== undefined && { completed }),
    })),
  };
}
