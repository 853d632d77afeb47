import type { Frame, Page } from 'playwright-core';
import { eventually } from '../eventually';

/** The page of the one webview that has an element of this selector: a frame within a frame. */
export function webviewFrame(page: Page, selector: string): Promise<Frame> {
  return eventually(
    `a webview with ${selector}`,
    async () => {
      for (const frame of page.frames()) {
        const found = await frame
          .locator(selector)
          .count()
          .catch(() => 0);
        if (found > 0) return frame;
      }
      return undefined;
    },
    (frame) => frame !== undefined,
    30_000,
  ) as Promise<Frame>;
}
