import * as vscode from 'vscode';
import type { TidemarkClient } from '../keeper/client';
import type { StoreView } from './storeView';

/** The client of a store that can be used in this window. @throws with what a person can understand. */
export function openClient(store: StoreView): TidemarkClient {
  const { client, state } = store;
  if (client) return client;
  throw new Error(
    state.kind === 'elsewhere'
      ? state.error.message
      : vscode.l10n.t('The store is not open yet. Try again in a moment.'),
  );
}

/** Resolves when the store has opened, or is known not to: until then an empty view would say too much. */
export async function whenStarted(store: StoreView): Promise<void> {
  while (store.state.kind === 'starting')
    await new Promise<void>((resolve) => {
      const subscription = store.onDidChange(() => {
        subscription.dispose();
        resolve();
      });
    });
}
