import type { ExtensionContext } from 'vscode';
import { Container } from './container';

let container: Container | undefined;

/** Returns before anything heavy is loaded. Its answer tells how long it took, in ms. */
export function activate(context: ExtensionContext): { readonly activationMs: number } {
  const begin = performance.now();
  container = new Container(context);
  container.start();
  return { activationMs: performance.now() - begin };
}

export async function deactivate(): Promise<void> {
  await container?.stop();
}
