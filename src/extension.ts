import type { ExtensionContext } from 'vscode';
import type { TidemarkApi } from './api';
import { Container } from './container';

let container: Container | undefined;

/** Returns before anything heavy is loaded. Its answer is the API for other extensions. */
export function activate(context: ExtensionContext): TidemarkApi {
  const begin = performance.now();
  container = new Container(context);
  container.start();
  const { api } = container;
  api.activationMs = performance.now() - begin;
  return api;
}

export async function deactivate(): Promise<void> {
  await container?.stop();
}
