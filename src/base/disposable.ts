/** Something with an owner that ends it. `dispose` is idempotent and never throws. */
export interface Disposable {
  dispose(): void;
}
