import type { Page } from 'playwright-core';
import { eventually } from '../eventually';
import type { PageElement } from './pageElement';

export interface Toast {
  readonly message: string;
  readonly buttons: string[];
}

/** A toast that hasn't shown within this is looked for behind the bell, ms. */
const dropMs = 5_000;

/** Toasts and modal dialogs. A server that was started with `smokeTest` shows no toasts. */
export class Notifications {
  constructor(private readonly page: Page) {}

  toasts(): Promise<Toast[]> {
    return this.#read('.notifications-toasts');
  }

  #read(container: string): Promise<Toast[]> {
    return this.page.locator(`${container} .notification-list-item`).evaluateAll((items: PageElement[]) =>
      items.map((item) => ({
        message: item.querySelector('.notification-list-item-message')?.textContent?.trim() ?? '',
        buttons: [...item.querySelectorAll('.notification-list-item-buttons-container .monaco-button')]
          .map((button) => button.textContent?.trim() ?? '')
          .filter((text) => text !== ''),
      })),
    );
  }

  /**
   * A notification, whether it shows as a toast or only behind the bell: VS Code shows few toasts at once and
   * drops the others there. Leaves none behind.
   */
  async waitForNotification(message: RegExp): Promise<Toast> {
    const center = this.page.locator('.notifications-center');
    const found = await eventually(`a notification ${message}`, async () => {
      const shown = [...(await this.toasts()), ...(await this.#read('.notifications-center'))];
      const match = shown.find((toast) => message.test(toast.message));
      if (!match && !(await center.isVisible()))
        await this.page.locator('[id="status.notifications"]').click();
      return match;
    });
    if (!(await center.isVisible())) await this.page.locator('[id="status.notifications"]').click();
    await center.locator('.codicon-notifications-clear-all').click();
    await center.waitFor({ state: 'hidden' });
    return found!;
  }

  /**
   * The toast, or after `dropMs` what the bell holds: VS Code drops a toast that comes as the fourth within a
   * second or while three are shown. The list behind the bell stays open then.
   */
  async waitForToast(message: RegExp, timeoutMs?: number): Promise<Toast> {
    const center = this.page.locator('.notifications-center');
    const dropped = Date.now() + dropMs;
    const found = await eventually(
      `a toast ${message}`,
      async () => {
        const match = (toasts: Toast[]) => toasts.find((toast) => message.test(toast.message));
        if (await center.isVisible()) return match(await this.#read('.notifications-center'));
        const toast = match(await this.toasts());
        if (!toast && Date.now() > dropped) await this.page.locator('[id="status.notifications"]').click();
        return toast;
      },
      Boolean,
      timeoutMs,
    );
    return found!;
  }

  async clickToastButton(message: RegExp, button: string): Promise<void> {
    await this.waitForToast(message);
    const shown = this.page.locator('.notification-list-item:visible', { hasText: message }).first();
    await shown.locator('.monaco-button', { hasText: button }).first().click();
  }

  /** Closes the toast by its cross. */
  async dismissToast(message: RegExp): Promise<void> {
    const toast = this.page
      .locator('.notifications-toasts .notification-list-item', { hasText: message })
      .first();
    await toast.hover();
    await toast.locator('.codicon-notifications-clear').click();
    await toast.waitFor({ state: 'hidden' });
  }

  /** The open modal dialog; waits for one. */
  async dialog(): Promise<{ message: string; detail: string; buttons: string[] }> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    return box.evaluate((element: PageElement) => {
      const text = (selector: string) => element.querySelector(selector)?.textContent?.trim() ?? '';
      return {
        message: text('.dialog-message-text'),
        detail: text('.dialog-message-detail'),
        buttons: [...element.querySelectorAll('.dialog-buttons .monaco-button')].map(
          (b) => b.textContent?.trim() ?? '',
        ),
      };
    });
  }

  async clickDialogButton(button: string): Promise<void> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.locator('.dialog-buttons .monaco-button', { hasText: button }).first().click();
    await box.waitFor({ state: 'hidden' });
  }
}
