import { closeSync, fdatasyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import type { Database } from 'sql.js';
import type { Row, Sql, SqlValue } from '../../src/storage/sql';
import type { Contender } from './contenders';
import { Direct } from './direct';
import { sqlite } from './fixture';

/** Beyond this size one save takes seconds and gigabytes. */
export const EXPORTED_UP_TO_MB = 50;

/** sql.js as it is used everywhere: in memory, the whole file written anew at each save. */
export async function openExported(file: string): Promise<Contender> {
  const { sql } = await sqlite();
  const db = new sql.Database(readFileSync(file));
  return new Direct(
    'sql.js, export()',
    new MemorySql(db),
    () => db.close(),
    () => save(db, file),
  );
}

function save(db: Database, file: string): void {
  const bytes = db.export();
  const temporary = openSync(`${file}.tmp`, 'w');
  for (let done = 0; done < bytes.length;) done += writeSync(temporary, bytes, done);
  fdatasyncSync(temporary);
  closeSync(temporary);
  renameSync(`${file}.tmp`, file);
}

/** export() frees all prepared statements, so that none can be kept. */
class MemorySql implements Sql {
  constructor(private readonly db: Database) {}

  all<T extends Row>(statement: string, ...values: SqlValue[]): T[] {
    const prepared = this.db.prepare(statement);
    try {
      prepared.bind(values);
      const rows: T[] = [];
      while (prepared.step()) rows.push(prepared.getAsObject() as T);
      return rows;
    } finally {
      prepared.free();
    }
  }

  get<T extends Row>(statement: string, ...values: SqlValue[]): T | undefined {
    return this.all<T>(statement, ...values)[0];
  }

  run(statement: string, ...values: SqlValue[]): number {
    this.db.run(statement, values);
    return this.db.getRowsModified();
  }

  exec(script: string): void {
    this.db.run(script);
  }
}
