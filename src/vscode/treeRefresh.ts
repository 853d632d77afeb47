/**
 * Holds refreshes of a tree back while rows are read: VS Code drops the answer to a read that a refresh overtakes,
 * and the row stays empty.
 */
export class TreeRefresh<Node> {
  #reading = 0;
  /** What to refresh after the reads under way; `all` is everything. */
  #held: Set<Node> | 'all' | undefined;

  /** @param fire refreshes these nodes, or everything. */
  constructor(private readonly fire: (nodes: Node[] | undefined) => void) {}

  /** Refreshes these nodes, or everything; as soon as nothing is being read. */
  request(nodes?: readonly Node[]): void {
    if (this.#reading === 0) this.fire(nodes && [...nodes]);
    else if (!nodes || this.#held === 'all') this.#held = 'all';
    else this.#held = new Set([...(this.#held ?? []), ...nodes]);
  }

  async while<T>(read: () => Promise<T>): Promise<T> {
    this.#reading++;
    try {
      return await read();
    } finally {
      // After this answer has gone out.
      setImmediate(() => {
        this.#reading--;
        if (this.#reading > 0 || !this.#held) return;
        const held = this.#held;
        this.#held = undefined;
        this.fire(held === 'all' ? undefined : [...held]);
      });
    }
  }
}
