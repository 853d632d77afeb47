import * as vscode from 'vscode';

/**
 * Shows how far some work is; undefined when the person cancelled. `work` reports how many of `total` steps are done.
 */
export async function withProgress<T>(
  location: vscode.ProgressLocation.Window | vscode.ProgressLocation.Notification,
  title: string,
  total: number | undefined,
  work: (signal: AbortSignal, report: (done: number) => void) => Promise<T>,
): Promise<T | undefined> {
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const cancel = new AbortController();
    const subscription = token.onCancellationRequested(() => cancel.abort());
    try {
      return await work(cancel.signal, (done) =>
        progress.report(
          total === undefined
            ? { message: String(done) }
            : { increment: 100 / total, message: `${done}/${total}` },
        ),
      );
    } catch (error) {
      if (cancel.signal.aborted) return undefined;
      throw error;
    } finally {
      subscription.dispose();
    }
  });
}
