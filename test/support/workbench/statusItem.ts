import type { Page } from 'playwright-core';
import { eventually } from '../eventually';
import type { PageElement } from './pageElement';

export type StatusBackground = 'none' | 'warning' | 'error';

/**
 * One entry of the status bar. An extension host that dies takes its entries along, so that reading answers
 * undefined for an absent one and never waits.
 */
export class StatusItem {
  /** `id`: `<publisher>.<extension>.<item id>`. */
  constructor(
    private readonly page: Page,
    readonly id: string,
  ) {}

  /** Its text without icons; empty for an icon alone; undefined when it is absent. */
  async text(): Promise<string | undefined> {
    const texts = await this.#locator.allInnerTexts();
    return texts[0]?.replace(/\s+/g, ' ').trim();
  }

  /** Names of its codicons (`history`), the spinner's `~spin` left out. */
  async icons(): Promise<string[]> {
    const classes = await this.#locator
      .locator('.codicon')
      .evaluateAll((icons: PageElement[]) => icons.map((icon) => [...icon.classList].join(' ')));
    return classes.flatMap((text) => /codicon-(?!modifier)([\w-]+)/.exec(text)?.[1] ?? []);
  }

  /** Notes from now on whether it spins, however short; the answer tells whether it has. */
  async watchSpinning(): Promise<() => Promise<boolean>> {
    const watch = await this.page.evaluateHandle<{ spun: boolean }>(`(() => {
      const seen = { spun: false };
      const look = () => {
        seen.spun ||= document.querySelector('[id="${this.id}"] .codicon-modifier-spin') !== null;
      };
      const all = { subtree: true, childList: true, attributes: true };
      new MutationObserver(look).observe(document.querySelector('.part.statusbar'), all);
      return seen;
    })()`);
    return () => watch.evaluate(({ spun }) => spun);
  }

  /** What a screen reader says: the text and the plain tooltip. */
  async ariaLabel(): Promise<string | undefined> {
    const labels = await this.#locator
      .locator('a')
      .evaluateAll((links: PageElement[]) => links.map((a) => a.getAttribute('aria-label')));
    return labels[0] ?? undefined;
  }

  async background(): Promise<StatusBackground> {
    const classes = await this.#locator.evaluateAll((items: PageElement[]) =>
      items.map((item) => item.className),
    );
    if (classes[0]?.includes('error-kind')) return 'error';
    return classes[0]?.includes('warning-kind') ? 'warning' : 'none';
  }

  /** Hovers and answers what shows, as text. It stays open: a link in it can be clicked. */
  async tooltip(): Promise<string> {
    await this.page.mouse.move(640, 300);
    await this.#locator.hover();
    // Hovers of other elements stay in the page, hidden.
    const hover = this.page.locator('.monaco-hover .monaco-hover-content').filter({ visible: true });
    await hover.first().waitFor();
    return (await hover.first().innerText()).trim();
  }

  async clickTooltipLink(text: string): Promise<void> {
    await this.tooltip();
    await this.page.locator('.monaco-hover a', { hasText: text }).first().click();
  }

  async click(): Promise<void> {
    await this.#locator.click();
  }

  waitForText(wanted: string | RegExp, timeoutMs?: number): Promise<string> {
    const accept = (text: string | undefined): boolean =>
      text !== undefined && (typeof wanted === 'string' ? text === wanted : wanted.test(text));
    return eventually(
      `status item ${this.id} to read ${wanted}`,
      () => this.text(),
      accept,
      timeoutMs,
    ) as Promise<string>;
  }

  async waitForAbsence(timeoutMs?: number): Promise<void> {
    const isAbsent = (text: string | undefined): boolean => text === undefined;
    await eventually(`status item ${this.id} to go`, () => this.text(), isAbsent, timeoutMs);
  }

  get #locator() {
    return this.page.locator(`[id="${this.id}"]`);
  }
}
