export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;

/**
 * A synchronous connection, as the queries see it. They run inside a transaction that the engine opens and
 * ends; none of them commits. Statements are prepared once and kept.
 * @throws StatementError where SQLite refuses.
 */
export interface Sql {
  all<T extends Row>(statement: string, ...values: SqlValue[]): T[];
  get<T extends Row>(statement: string, ...values: SqlValue[]): T | undefined;
  /** Rows changed. */
  run(statement: string, ...values: SqlValue[]): number;
  /** One or more statements without values or rows (migrations, pragmas, transactions). */
  exec(script: string): void;
  /**
   * Damage that is met in here is that of an index, which can be made anew: it doesn't end the connection.
   * @throws IndexDamagedError where SQLite finds the index damaged.
   */
  onIndex?<T>(use: () => T): T;
}
