/** The wait after this many failures before: it doubles with each, up to `maxMs`. */
export function backoff(failures: number, { firstMs, maxMs }: { firstMs: number; maxMs: number }): number {
  return Math.min(maxMs, firstMs * 2 ** failures);
}
