import initSqlJs, { type Database, type SqlJsStatic } from 'sql.js';
import {
  IndexDamagedError,
  StatementError,
  StorageFailedError,
  StorageLayoutError,
  StoreUnreadableError,
} from '../errors';
import type { Row, Sql, SqlValue } from '../sql';
import type { FileSystem } from './fileSystem';
import { PreparedStatement, statementCalls, type DatabaseInside, type StatementCalls } from './statement';
import { Vfs, type SqliteModule } from './vfs';

/** The version whose struct layout and behaviour this engine was proven with. */
export const SQLITE_VERSION = '3.54.1';

export interface Sqlite {
  readonly sql: SqlJsStatic;
  readonly vfs: Vfs;
  readonly calls: StatementCalls;
}

/**
 * Loads the WASM build and puts the file system under it. Once a process or worker: sql.js is a singleton.
 * @throws StorageLayoutError when the build is not the one that is expected.
 */
export async function loadSqlite(wasm: Uint8Array, fileSystem: FileSystem): Promise<Sqlite> {
  let exports: WebAssembly.Exports | undefined;
  const options = {
    wasmBinary: wasm,
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (i: WebAssembly.Instance, m: WebAssembly.Module) => void,
    ) {
      const module = new WebAssembly.Module(wasm);
      const instance = new WebAssembly.Instance(module, imports);
      exports = instance.exports;
      done(instance, module);
      return instance.exports;
    },
  };
  const sql = await initSqlJs(options as unknown as Parameters<typeof initSqlJs>[0]);
  const found = <T>(what: string, is: (value: unknown) => value is T): T => {
    const value = Object.values(exports ?? {}).find(is);
    if (value === undefined) throw new StorageLayoutError(`no ${what}`);
    return value;
  };
  const exposed = sql as unknown as Pick<SqliteModule, 'addFunction' | '_malloc'>;
  if (typeof exposed.addFunction !== 'function' || typeof exposed._malloc !== 'function') {
    throw new StorageLayoutError('no addFunction or _malloc');
  }
  const calls = sql as unknown as StatementCalls;
  const missing = statementCalls.find((name) => typeof calls[name] !== 'function');
  if (missing) throw new StorageLayoutError(`no ${missing}`);
  if (typeof (sql.Database.prototype as Partial<ResultHandler>).handleError !== 'function') {
    throw new StorageLayoutError('no result codes');
  }
  const module: SqliteModule = {
    addFunction: (fn, signature) => exposed.addFunction(fn, signature),
    _malloc: (size) => exposed._malloc(size),
    memory: found('memory', (v): v is WebAssembly.Memory => v instanceof WebAssembly.Memory),
    table: found('function table', (v): v is WebAssembly.Table => v instanceof WebAssembly.Table),
  };
  const vfs = new Vfs(module, fileSystem, defaultVfs(sql, module));
  const bound = Object.fromEntries(statementCalls.map((name) => [name, calls[name]]));
  return { sql, vfs, calls: { ...bound, memory: module.memory } as unknown as StatementCalls };
}

/** The first member of `struct sqlite3` is its `sqlite3_vfs *`: read it from an empty database. */
function defaultVfs(sql: SqlJsStatic, module: SqliteModule): number {
  const probe = new sql.Database();
  try {
    const version = probe.exec('SELECT sqlite_version()')[0]?.values[0]?.[0];
    if (version !== SQLITE_VERSION) throw new StorageLayoutError(`SQLite ${String(version)}`);
    const handle = (probe as unknown as { db?: unknown }).db;
    if (typeof handle !== 'number' || handle % 4 !== 0) throw new StorageLayoutError('no database handle');
    return new DataView(module.memory.buffer).getInt32(handle, true);
  } finally {
    probe.close();
  }
}

interface ResultHandler {
  handleError(code: number): void;
}

const SQLITE_OK = 0;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** One connection to one file. The caller owns the file among processes: SQLite's locks do nothing here. */
export class SqliteConnection implements Sql {
  readonly #statements = new Map<string, PreparedStatement>();
  #resultCode = SQLITE_OK;
  #damage: StoreUnreadableError | undefined;
  #isOnIndex = false;

  private constructor(
    private readonly db: Database,
    private readonly vfs: Vfs,
    private readonly calls: StatementCalls,
  ) {
    // sql.js throws SQLite's message without its code, which passes through here.
    const handler = db as unknown as ResultHandler;
    const handle = handler.handleError.bind(db);
    handler.handleError = (code) => {
      this.#resultCode = code;
      handle(code);
    };
  }

  /**
   * Opens the file, creating it, and recovers what a crash left in its journal.
   * @param inspect called before the first write: what it throws leaves the file as it is.
   * @throws StoreUnreadableError when the file can't be opened or is no database.
   */
  static open(sqlite: Sqlite, path: string, inspect: (sql: Sql) => void = () => undefined): SqliteConnection {
    let db: Database;
    try {
      db = sqlite.vfs.withPath(path, () => new sqlite.sql.Database(new Uint8Array(0)));
    } catch (error) {
      sqlite.vfs.closeAll();
      const cause = sqlite.vfs.takeLastError() ?? error;
      throw new StoreUnreadableError('The store could not be opened.', { cause });
    }
    const connection = new SqliteConnection(db, sqlite.vfs, sqlite.calls);
    try {
      connection.#configure(inspect);
      return connection;
    } catch (error) {
      connection.close();
      if (error instanceof StatementError) {
        throw new StoreUnreadableError('The store could not be read.', { cause: error.cause ?? error });
      }
      throw error;
    }
  }

  #configure(inspect: (sql: Sql) => void): void {
    // The locking mode comes first: without shared memory, WAL works only under an exclusive lock.
    this.exec('PRAGMA locking_mode=EXCLUSIVE');
    this.exec('PRAGMA temp_store=MEMORY');
    inspect(this);
    const mode = this.get<{ journal_mode: string }>('PRAGMA journal_mode=WAL')?.journal_mode;
    if (mode !== 'wal') throw new StorageLayoutError(`journal mode ${String(mode)}`);
    this.exec('PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON');
    // A checkpoint costs two syncs more: at 16 MB of log, instead of 4, it is seldom, and recovery still takes ms.
    this.exec('PRAGMA wal_autocheckpoint=4000');
    // kB. The names of accepted events lie all over the file: with SQLite's 2 MB many have to be read again.
    this.exec('PRAGMA cache_size=-16000');
  }

  all<T extends Row>(statement: string, ...values: SqlValue[]): T[] {
    return this.#rows(statement, values, Infinity) as T[];
  }

  get<T extends Row>(statement: string, ...values: SqlValue[]): T | undefined {
    return this.#rows(statement, values, 1)[0] as T | undefined;
  }

  run(statement: string, ...values: SqlValue[]): number {
    this.#rows(statement, values, 1);
    return this.calls._sqlite3_changes((this.db as DatabaseInside).db);
  }

  exec(script: string): void {
    this.#forget();
    try {
      this.db.run(script);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  onIndex<T>(use: () => T): T {
    this.#isOnIndex = true;
    try {
      return use();
    } finally {
      this.#isOnIndex = false;
    }
  }

  /** False also after an error because of which SQLite has rolled back by itself. */
  get inTransaction(): boolean {
    try {
      this.db.run('BEGIN');
    } catch {
      // SQLite refuses to begin inside a transaction; the build exposes no other way to ask.
      return true;
    }
    this.db.run('ROLLBACK');
    return false;
  }

  /**
   * Why this connection must not be used any more: a sync failed, so that nothing written over it can be trusted
   * to be on disk, or the file turned out to be damaged, and writing to it could do more damage.
   */
  get poison(): Error | undefined {
    const cause = this.vfs.syncFailure;
    return cause ? new StorageFailedError('The store could not be synced to disk.', { cause }) : this.#damage;
  }

  /** Idempotent. A failing close loses nothing: what was acknowledged is synced. */
  close(): void {
    for (const statement of this.#statements.values()) statement.free();
    this.#statements.clear();
    try {
      this.db.close();
    } finally {
      this.vfs.closeAll();
    }
  }

  #rows(statement: string, values: SqlValue[], most: number): Row[] {
    this.#forget();
    try {
      let prepared = this.#statements.get(statement);
      if (!prepared) {
        prepared = new PreparedStatement(this.calls, this.db as DatabaseInside, statement);
        this.#statements.set(statement, prepared);
      }
      return prepared.rows(values.map(storable), most);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): Error {
    const cause = this.vfs.takeLastError();
    if (cause) return new StorageFailedError('The store could not be written or read.', { cause });
    const code = this.#resultCode & 0xff;
    if (code === SQLITE_CORRUPT && this.#isOnIndex) return new IndexDamagedError({ cause: error });
    if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
      this.#damage ??= new StoreUnreadableError('The store is damaged.', { cause: error });
      return this.#damage;
    }
    return new StatementError(error instanceof Error ? error.message : String(error));
  }

  /**
   * Drops what was remembered of earlier errors. SQLite passes over some (a checkpoint that fails after a commit),
   * and the next statement's failure must not be put down to those.
   */
  #forget(): void {
    this.vfs.takeLastError();
    this.#resultCode = SQLITE_OK;
  }
}

/**
 * sql.js reads text up to its first NUL, and can't write half a surrogate pair: both become U+FFFD, so that
 * what is read is what was written.
 */
function storable(value: SqlValue): SqlValue {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value;
}
