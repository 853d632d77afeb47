import type { NewMessage } from '../../src/queue/message';
import type { OperationContext } from '../../src/storage/queries/context';
import { operations } from '../../src/storage/queries/operations';
import type { Row, Sql, SqlValue } from '../../src/storage/sql';
import { loadBetterSqlite } from './betterSqlite';
import type { Contender } from './contenders';

/** What better-sqlite3 and node:sqlite have in common. */
export interface NativeDatabase {
  prepare(statement: string): {
    all(...values: unknown[]): unknown[];
    get(...values: unknown[]): unknown;
    run(...values: unknown[]): { changes: number | bigint };
  };
  exec(script: string): void;
  close(): void;
}

/** Our statements over a native driver, each prepared once. */
class NativeSql implements Sql {
  readonly #statements = new Map<string, ReturnType<NativeDatabase['prepare']>>();

  constructor(
    private readonly db: NativeDatabase,
    /** How the driver names the parameter `?1`: neither takes it by position. */
    private readonly nameOf: (number: number) => string,
  ) {}

  all<T extends Row>(statement: string, ...values: SqlValue[]): T[] {
    return this.#prepared(statement).all(...this.#bound(statement, values)) as T[];
  }

  get<T extends Row>(statement: string, ...values: SqlValue[]): T | undefined {
    return this.#prepared(statement).get(...this.#bound(statement, values)) as T | undefined;
  }

  run(statement: string, ...values: SqlValue[]): number {
    return Number(this.#prepared(statement).run(...this.#bound(statement, values)).changes);
  }

  exec(script: string): void {
    this.db.exec(script);
  }

  #prepared(statement: string) {
    let prepared = this.#statements.get(statement);
    if (!prepared) this.#statements.set(statement, (prepared = this.db.prepare(statement)));
    return prepared;
  }

  #bound(statement: string, values: SqlValue[]): unknown[] {
    if (!statement.includes('?1')) return values;
    return [Object.fromEntries(values.map((value, i) => [this.nameOf(i + 1), value]))];
  }
}

/** The same schema and the same statements, called in this thread, one transaction for each operation. */
export class Direct implements Contender {
  readonly #context: OperationContext;

  constructor(
    readonly name: string,
    private readonly sql: Sql,
    private readonly end: () => void,
    /** After each commit: for what does not save by itself. */
    private readonly save: () => void = () => undefined,
  ) {
    this.#context = { sql, moved: () => undefined };
  }

  enqueue(message: NewMessage): void {
    this.#transaction(() => operations.enqueue(this.#context, message));
  }

  claim(sessionId: number, lease: string): number | undefined {
    return this.#transaction(
      () => operations.claimNext(this.#context, { sessionId, lease, now: Date.now() })?.id,
    );
  }

  confirm(id: number, lease: string): void {
    this.#transaction(() => operations.confirmProcessed(this.#context, { messageIds: [id], lease }));
  }

  #transaction<T>(work: () => T): T {
    this.sql.run('BEGIN IMMEDIATE');
    const result = work();
    this.sql.run('COMMIT');
    this.save();
    return result;
  }

  async close(): Promise<void> {
    this.end();
  }
}

export type Opener = (file: string) => Contender;

function native(name: string, open: (file: string) => NativeDatabase, nameOf: (n: number) => string): Opener {
  return (file) => {
    const db = open(file);
    db.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON',
    );
    return new Direct(name, new NativeSql(db, nameOf), () => db.close());
  };
}

/** Throws, with the reason, where the package can't be had. */
export function betterSqlite(options: { install: boolean }): Opener {
  return native('better-sqlite3', loadBetterSqlite(options), String);
}

/** Throws where this Node has none. */
export function nodeSqlite(): Opener {
  const found: unknown = process.getBuiltinModule?.('node:sqlite' as 'node:fs');
  if (!found) throw new Error(`Node ${process.versions.node} has no node:sqlite.`);
  const { DatabaseSync } = found as { DatabaseSync: new (file: string) => NativeDatabase };
  return native(
    'node:sqlite',
    (file) => new DatabaseSync(file),
    (n) => `?${n}`,
  );
}
