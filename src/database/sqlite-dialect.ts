/**
 * Kysely over `node:sqlite`, which it has no dialect for.
 *
 * Differs from Kysely's own SQLite dialect in three points: a transaction begins IMMEDIATE (a deferred one that reads
 * first and writes later fails with "database is locked" when another process wrote in between, and no busy timeout
 * helps it), DDL is transactional (it is in SQLite; so two processes that start at once migrate once), and statements
 * are prepared once.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import {
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';

/** How long a statement or a transaction waits for another writer. */
export const busyTimeoutMs = 5000;
/** SQLITE_BUSY, the last byte of its extended codes. */
const sqliteBusy = 5;

/** Statements kept prepared. `IN` lists of every length make new texts, so the number needs a limit. */
const statementLimit = 500;

export function createSqliteDialect(sqlite: DatabaseSync): Dialect {
  const database = adaptDatabase(sqlite);
  const base = new SqliteDialect({ database });
  return {
    createAdapter: () => new TransactionalDdlAdapter(),
    createDriver: () => new ImmediateDriver(sqlite, database),
    createIntrospector: (db) => base.createIntrospector(db),
    createQueryCompiler: () => base.createQueryCompiler(),
  };
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #sqlite: DatabaseSync;
  constructor(sqlite: DatabaseSync, database: SqliteDatabase) {
    super({ database });
    this.#sqlite = sqlite;
  }

  /** Waits for another writer without blocking the event loop, which the busy timeout would do. */
  override async beginTransaction(_connection: DatabaseConnection): Promise<void> {
    const deadline = performance.now() + busyTimeoutMs;
    while (!this.#tryBegin(performance.now() < deadline)) await setTimeout(2);
  }

  #tryBegin(mayFail: boolean): boolean {
    this.#sqlite.exec('pragma busy_timeout = 0');
    try {
      this.#sqlite.exec('begin immediate');
      return true;
    } catch (error) {
      if (mayFail && ((error as { errcode?: number }).errcode ?? 0) % 256 === sqliteBusy) return false;
      throw error;
    } finally {
      this.#sqlite.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }
}

function adaptDatabase(sqlite: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => sqlite.close(),
    prepare(text) {
      const known = statements.get(text);
      if (known) return known;
      const statement = adaptStatement(sqlite.prepare(text));
      const oldest = statements.size < statementLimit ? undefined : statements.keys().next().value;
      if (oldest !== undefined) statements.delete(oldest);
      statements.set(text, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
