/**
 * The durable rows: opens SQLite or PostgreSQL and brings its schema up to date.
 *
 * Owns: dialects, schema, migrations. Does not own: what a row means (`directory/`, `system-log/`).
 * Called by `main.ts`, `cli/` and tests.
 *
 * SQLite has one connection per process. Kysely serialises its own queries behind an open transaction, but whoever
 * uses `sqlite` directly (the embedded store) does not queue with them: it must not touch the connection while
 * `sqlite.isTransaction` is true outside its own synchronous step, or its write is rolled back with a stranger's.
 */

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type { CustomTypesConfig } from 'pg';
import type { Config } from '../config/config.ts';
import { migrateToLatest } from './migrations.ts';
import type { Database, Tables } from './schema.ts';
import { busyTimeoutMs, createSqliteDialect } from './sqlite-dialect.ts';

export type DatabaseConfig = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

/** What the configuration names: a PostgreSQL, or the file in the data folder. */
export function databaseConfigOf(config: Pick<Config, 'data' | 'databaseUrl'>): DatabaseConfig {
  return config.databaseUrl === undefined
    ? { kind: 'sqlite', file: join(config.data, 'sekisho.sqlite') }
    : { kind: 'postgres', url: config.databaseUrl };
}

export interface OpenDatabase {
  kind: DatabaseConfig['kind'];
  db: Database;
  /** Only with SQLite: the same connection, for the embedded store and for backup. */
  sqlite?: DatabaseSync;
  /** Throws when the database cannot answer. Writes nothing. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Opens, and migrates up from whatever is there. Throws when the database cannot be reached or migrated. */
export async function openDatabase(config: DatabaseConfig): Promise<OpenDatabase> {
  const sqlite = config.kind === 'sqlite' ? openSqlite(config.file) : undefined;
  const dialect = config.kind === 'sqlite' ? createSqliteDialect(sqlite!) : await createPostgresDialect(config.url);
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrateToLatest(db);
  } catch (error) {
    await db.destroy().catch(() => undefined);
    throw error;
  }
  return {
    kind: config.kind,
    db,
    ...(sqlite && { sqlite }),
    ping: async () => void (await sql`select 1`.execute(db)),
    close: () => db.destroy(),
  };
}

function openSqlite(file: string): DatabaseSync {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Created by us so that it is private from the first byte; -wal and -shm take their mode from it.
    closeSync(openSync(file, 'a', 0o600));
  }
  const sqlite = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: busyTimeoutMs });
  sqlite.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma temp_store = memory;');
  return sqlite;
}

async function createPostgresDialect(url: string): Promise<PostgresDialect> {
  // Only who uses it waits for it to load.
  const { default: pg } = await import('pg');
  // `bigint` columns hold milliseconds and counters: exact as numbers until the year 287396.
  const int8 = pg.types.builtins.INT8;
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5000,
    statement_timeout: 15_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
    } as CustomTypesConfig,
  });
  // An idle connection that breaks (server restart) is replaced at the next query; unheard, its error ends the process.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool });
}
