import type { UiSetup } from '../support/uiSession';

let current: UiSetup | undefined;

/** Called by the runner before Mocha loads the tests. */
export function provideUiSetup(setup: UiSetup): void {
  current = setup;
}

export function uiSetup(): UiSetup {
  if (!current) throw new Error('Run ui tests by test/ui/runUi.ts: it prepares the host and the browser.');
  return current;
}
