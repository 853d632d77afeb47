import type { Database } from 'sql.js';
import type { Row, SqlValue } from '../sql';

/** SQLite's own functions, as the build exports them. */
export interface StatementCalls {
  readonly memory: WebAssembly.Memory;
  readonly _malloc: (size: number) => number;
  readonly _free: (address: number) => void;
  readonly _sqlite3_prepare_v2: (
    db: number,
    text: number,
    length: number,
    statement: number,
    tail: number,
  ) => number;
  readonly _sqlite3_bind_text: (
    statement: number,
    at: number,
    text: number,
    length: number,
    owner: number,
  ) => number;
  readonly _sqlite3_bind_blob: (
    statement: number,
    at: number,
    bytes: number,
    length: number,
    owner: number,
  ) => number;
  readonly _sqlite3_bind_double: (statement: number, at: number, value: number) => number;
  readonly _sqlite3_bind_int: (statement: number, at: number, value: number) => number;
  readonly _sqlite3_step: (statement: number) => number;
  readonly _sqlite3_reset: (statement: number) => number;
  readonly _sqlite3_clear_bindings: (statement: number) => number;
  readonly _sqlite3_finalize: (statement: number) => number;
  readonly _sqlite3_changes: (db: number) => number;
  readonly _sqlite3_column_count: (statement: number) => number;
  readonly _sqlite3_column_name: (statement: number, column: number) => number;
  readonly _sqlite3_column_type: (statement: number, column: number) => number;
  readonly _sqlite3_column_double: (statement: number, column: number) => number;
  readonly _sqlite3_column_text: (statement: number, column: number) => number;
  readonly _sqlite3_column_blob: (statement: number, column: number) => number;
  readonly _sqlite3_column_bytes: (statement: number, column: number) => number;
}

export const statementCalls = [
  '_malloc',
  '_free',
  '_sqlite3_prepare_v2',
  '_sqlite3_bind_text',
  '_sqlite3_bind_blob',
  '_sqlite3_bind_double',
  '_sqlite3_bind_int',
  '_sqlite3_step',
  '_sqlite3_reset',
  '_sqlite3_clear_bindings',
  '_sqlite3_finalize',
  '_sqlite3_changes',
  '_sqlite3_column_count',
  '_sqlite3_column_name',
  '_sqlite3_column_type',
  '_sqlite3_column_double',
  '_sqlite3_column_text',
  '_sqlite3_column_blob',
  '_sqlite3_column_bytes',
] as const;

/** The handle and the error handling of an open `Database`, which sql.js does not document. */
export type DatabaseInside = Database & { readonly db: number; handleError(code: number): void };

const SQLITE_ROW = 100;
const SQLITE_DONE = 101;
const SQLITE_INTEGER = 1;
const SQLITE_FLOAT = 2;
const SQLITE_TEXT = 3;
const SQLITE_BLOB = 4;

/**
 * A prepared statement. sql.js has one of its own, which turns text to bytes one character at a time in
 * JavaScript, and calls into SQLite three times as often: with it, a third fewer messages a second are accepted.
 */
export class PreparedStatement {
  readonly #address: number;
  #names: string[] | undefined;

  constructor(
    private readonly calls: StatementCalls,
    private readonly db: DatabaseInside,
    text: string,
  ) {
    const bytes = Buffer.from(text, 'utf8');
    // The statement's address, then the text.
    const memory = this.#allocate(4 + bytes.length + 1);
    try {
      const heap = this.#heap();
      heap.set(bytes, memory + 4);
      heap[memory + 4 + bytes.length] = 0;
      this.#check(calls._sqlite3_prepare_v2(db.db, memory + 4, -1, memory, 0));
      this.#address = this.#heap().readInt32LE(memory);
    } finally {
      calls._free(memory);
    }
  }

  /**
   * Binds, runs and resets. At most `most` rows.
   * @throws what `handleError` of sql.js throws.
   */
  rows(values: readonly SqlValue[], most: number): Row[] {
    const { calls } = this;
    const memory: number[] = [];
    try {
      values.forEach((value, i) => this.#bind(i + 1, value, memory));
      const rows: Row[] = [];
      while (rows.length < most && this.#step()) rows.push(this.#row());
      return rows;
    } finally {
      // An unreset statement would keep the transaction from committing.
      calls._sqlite3_reset(this.#address);
      calls._sqlite3_clear_bindings(this.#address);
      for (const address of memory) calls._free(address);
    }
  }

  free(): void {
    this.calls._sqlite3_finalize(this.#address);
  }

  #step(): boolean {
    const code = this.calls._sqlite3_step(this.#address);
    if (code !== SQLITE_DONE && code !== SQLITE_ROW) this.#check(code);
    return code === SQLITE_ROW;
  }

  #bind(at: number, value: SqlValue, memory: number[]): void {
    const { calls } = this;
    if (typeof value === 'number') {
      const bind = value === (value | 0) ? calls._sqlite3_bind_int : calls._sqlite3_bind_double;
      this.#check(bind(this.#address, at, value));
    } else if (value !== null) {
      const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
      const address = this.#allocate(bytes + 1);
      memory.push(address);
      if (typeof value === 'string') this.#heap().write(value, address, bytes, 'utf8');
      else this.#heap().set(value, address);
      const bind = typeof value === 'string' ? calls._sqlite3_bind_text : calls._sqlite3_bind_blob;
      this.#check(bind(this.#address, at, address, bytes, 0));
    }
  }

  /** SQLite's memory must not be written to where it gave none. */
  #allocate(size: number): number {
    const address = this.calls._malloc(size);
    if (address === 0) throw new Error('out of memory');
    return address;
  }

  #row(): Row {
    const { calls } = this;
    const count = calls._sqlite3_column_count(this.#address);
    // `SELECT *` may have more columns after a migration.
    if (this.#names?.length !== count) this.#names = this.#columnNames(count);
    const row: Row = {};
    this.#names.forEach((name, column) => (row[name] = this.#value(column)));
    return row;
  }

  #value(column: number): SqlValue {
    const { calls } = this;
    switch (calls._sqlite3_column_type(this.#address, column)) {
      case SQLITE_INTEGER:
      case SQLITE_FLOAT:
        return calls._sqlite3_column_double(this.#address, column);
      case SQLITE_TEXT: {
        const from = calls._sqlite3_column_text(this.#address, column);
        return this.#heap().toString('utf8', from, from + calls._sqlite3_column_bytes(this.#address, column));
      }
      case SQLITE_BLOB: {
        const from = calls._sqlite3_column_blob(this.#address, column);
        const bytes = calls._sqlite3_column_bytes(this.#address, column);
        return new Uint8Array(this.#heap().subarray(from, from + bytes));
      }
      default:
        return null;
    }
  }

  #columnNames(count: number): string[] {
    return Array.from({ length: count }, (_, column) => {
      const from = this.calls._sqlite3_column_name(this.#address, column);
      const heap = this.#heap();
      return heap.toString('utf8', from, heap.indexOf(0, from));
    });
  }

  #check(code: number): void {
    if (code !== 0) this.db.handleError(code);
  }

  /** Made anew each time: the memory moves when it grows. */
  #heap(): Buffer {
    return Buffer.from(this.calls.memory.buffer);
  }
}
