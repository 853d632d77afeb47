/**
 * What code that runs inside the page uses of an element. The project is compiled without the DOM's types, so that
 * no extension code can take the browser for granted.
 */
export interface PageElement {
  readonly textContent: string | null;
  readonly className: string;
  readonly classList: Iterable<string>;
  readonly dataset: Record<string, string | undefined>;
  readonly style: { readonly top: string; readonly height: string };
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}
