/**
 * The store in a SQLite file: one conditional statement per step, so that several processes may share the file.
 *
 * Owns three tables, created here when missing and no part of the migrations (nothing in them outlives its expiry).
 * Does not own the timer that calls `sweep`. Made by `src/main.ts` and by the CLI.
 *
 * Raw prepared statements and not Kysely: every request passes here. No index on `expires_at`: it would halve the
 * rate of writes, and `sweep` walks the tables in small steps instead.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { Clock } from '../core/clock.ts';
import { watchDataVersion } from '../core/data-version.ts';
import { type Store, StoreUnavailable } from './store.ts';

export interface SqliteStoreOptions {
  /**
   * A path (`:memory:` too) opens a connection of the store's own, closed by `close`; a handle stays the caller's, who
   * has set its pragmas (WAL, a busy timeout).
   * Within one process use one handle per file: a second one would wait, blocking the event loop, for a transaction
   * that the first has open across an `await`.
   */
  database: DatabaseSync | string;
  clock: Clock;
}

export interface SqliteStore extends Store {
  /**
   * Looks at up to `limit` further rows of each table and deletes those that have expired; the next call goes on
   * where this one ended, and around again. Returns how many were deleted. A few hundred rows take about a millisecond.
   */
  sweep(limit: number): Promise<number>;
}

// `value` stands last, so that looking at the expiry of a row does not read the pages of a long value.
const tables = `
  CREATE TABLE IF NOT EXISTS store_values (
    key TEXT NOT NULL PRIMARY KEY, expires_at INTEGER NOT NULL, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS store_members (
    set_key TEXT NOT NULL, member TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (set_key, member));
  CREATE TABLE IF NOT EXISTS store_schedule (
    queue TEXT NOT NULL, id TEXT NOT NULL, due_at INTEGER NOT NULL, PRIMARY KEY (queue, id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS store_schedule_due ON store_schedule (queue, due_at, id);
`;

const statements = {
  get: 'SELECT value, expires_at FROM store_values WHERE key = ? AND expires_at > ?',
  getMany: `SELECT v.value FROM json_each(?) AS k LEFT JOIN store_values AS v ON v.key = k.value AND v.expires_at > ?
    ORDER BY k.key`,
  set: `INSERT INTO store_values (key, value, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
  add: `INSERT INTO store_values (key, value, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
    WHERE store_values.expires_at <= ?`,
  take: 'DELETE FROM store_values WHERE key = ? AND expires_at > ? RETURNING value',
  replace: 'UPDATE store_values SET value = ?, expires_at = ? WHERE key = ? AND value = ? AND expires_at > ?',
  delete: 'DELETE FROM store_values WHERE key = ? AND expires_at > ?',
  count: `INSERT INTO store_values (key, value, expires_at) VALUES (?1, '1', ?2)
    ON CONFLICT (key) DO UPDATE SET
      value = CASE WHEN expires_at > ?3 THEN CAST(value AS INTEGER) + 1 ELSE 1 END,
      expires_at = CASE WHEN expires_at > ?3 THEN expires_at ELSE ?2 END
    RETURNING value`,
  addMember: `INSERT INTO store_members (set_key, member, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (set_key, member) DO UPDATE SET expires_at = excluded.expires_at`,
  removeMember: 'DELETE FROM store_members WHERE set_key = ? AND member = ?',
  members: 'SELECT member FROM store_members WHERE set_key = ? AND expires_at > ?',
  schedule: `INSERT INTO store_schedule (queue, id, due_at) VALUES (?, ?, ?)
    ON CONFLICT (queue, id) DO UPDATE SET due_at = excluded.due_at`,
  due: 'SELECT id FROM store_schedule WHERE queue = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?',
  unschedule: 'DELETE FROM store_schedule WHERE queue = ? AND id = ?',
  ping: 'SELECT count(*) AS n FROM (SELECT 1 FROM store_values LIMIT 1)',
} as const;
type StatementName = keyof typeof statements;

const sweptTables = ['store_values', 'store_members'] as const;

/**
 * Values that were read lately: a session is read several times in a request and at every request of its browser. Good
 * until this process writes the key or another process changes the file, so nobody is answered with what is over.
 */
function createReadCache(database: DatabaseSync) {
  const capacity = 2_000;
  const dataVersion = watchDataVersion(database);
  const known = new Map<string, { value: string; expiresAt: number }>();
  let version = dataVersion();
  return {
    find(key: string) {
      const now = dataVersion();
      if (now !== version) {
        known.clear();
        version = now;
      }
      return known.get(key);
    },
    keep(key: string, value: string, expiresAt: number) {
      if (known.size >= capacity) known.clear();
      known.set(key, { value, expiresAt });
    },
    forget: (key: string) => known.delete(key),
  };
}

/** Opens the store, making its tables when they are missing. Throws `StoreUnavailable` when the file cannot be used. */
export function createSqliteStore(options: SqliteStoreOptions): SqliteStore {
  const { clock } = options;
  const ownsDatabase = typeof options.database === 'string';
  const database = open(options.database);
  const prepared = prepareAll(database);
  const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => database.prepare(sql)) as [
    StatementSync,
    StatementSync,
    StatementSync,
  ];
  const cache = createReadCache(database);
  const sweepers = sweptTables.map((table) => createSweeper(database, table));

  function read(name: StatementName, ...values: SQLInputValue[]): Record<string, unknown>[] {
    try {
      return prepared[name].all(...values);
    } catch (error) {
      throw unavailable(error);
    }
  }

  function remembered(key: string) {
    try {
      return cache.find(key);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** How many rows the statement changed. */
  async function write(name: StatementName, ...values: SQLInputValue[]): Promise<number> {
    try {
      if (database.isTransaction) await transactionEnd(database);
      return Number(prepared[name].run(...values).changes);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** The same for a statement that changes the value of `key`: what was remembered of it goes in the same step. */
  async function writeValue(key: string, name: StatementName, ...values: SQLInputValue[]): Promise<number> {
    try {
      if (database.isTransaction) await transactionEnd(database);
      cache.forget(key);
      return Number(prepared[name].run(...values).changes);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** `all` and never `get`: `get` leaves the statement half-way, and an error at its commit would go unseen. */
  async function writeReturning(key: string, name: StatementName, ...values: SQLInputValue[]): Promise<unknown> {
    try {
      if (database.isTransaction) await transactionEnd(database);
      cache.forget(key);
      return prepared[name].all(...values)[0]?.value;
    } catch (error) {
      throw unavailable(error);
    }
  }

  return {
    async get(key) {
      const now = clock.now();
      const known = remembered(key);
      if (known) return known.expiresAt > now ? known.value : undefined;
      const [row] = read('get', key, now);
      if (row === undefined) return undefined;
      cache.keep(key, row.value as string, row.expires_at as number);
      return row.value as string;
    },
    async getMany(keys) {
      if (keys.length === 0) return [];
      return read('getMany', JSON.stringify(keys), clock.now()).map((row) => (row.value as string | null) ?? undefined);
    },
    async set(key, value, expiresAt) {
      await writeValue(key, 'set', key, value, expiresAt);
    },
    async add(key, value, expiresAt) {
      return (await writeValue(key, 'add', key, value, expiresAt, clock.now())) === 1;
    },
    async take(key) {
      return (await writeReturning(key, 'take', key, clock.now())) as string | undefined;
    },
    async replace(key, expected, value, expiresAt) {
      return (await writeValue(key, 'replace', value, expiresAt, key, expected, clock.now())) === 1;
    },
    async delete(key) {
      return (await writeValue(key, 'delete', key, clock.now())) === 1;
    },
    async writeAll(writes) {
      try {
        if (database.isTransaction) await transactionEnd(database);
        begin.run();
        try {
          for (const [name, ...values] of writes) {
            if (name === 'set') cache.forget(values[0]);
            prepared[name].run(...values);
          }
          commit.run();
        } catch (error) {
          if (database.isTransaction) rollback.run();
          throw error;
        }
      } catch (error) {
        throw unavailable(error);
      }
    },
    async count(key, expiresAt) {
      return Number(await writeReturning(key, 'count', key, expiresAt, clock.now()));
    },
    async addMember(set, member, expiresAt) {
      await write('addMember', set, member, expiresAt);
    },
    async removeMember(set, member) {
      await write('removeMember', set, member);
    },
    async members(set) {
      return read('members', set, clock.now()).map((row) => row.member as string);
    },
    async schedule(queue, id, dueAt) {
      await write('schedule', queue, id, dueAt);
    },
    async due(queue, now, limit) {
      return read('due', queue, now, limit).map((row) => row.id as string);
    },
    async unschedule(queue, id) {
      return (await write('unschedule', queue, id)) === 1;
    },
    async ping() {
      read('ping');
    },
    async close() {
      if (ownsDatabase && database.isOpen) database.close();
    },
    async sweep(limit) {
      try {
        if (database.isTransaction) await transactionEnd(database);
        return sweepers.reduce((deleted, sweep) => deleted + sweep(limit, clock.now()), 0);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

/** NORMAL: a killed process loses nothing; a power cut may lose the last commits, never the file (TOOLCHAIN). */
const ownPragmas = 'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL';

function open(given: DatabaseSync | string): DatabaseSync {
  const deadline = performance.now() + 5_000;
  while (true) {
    let database: DatabaseSync | undefined;
    try {
      database = typeof given === 'string' ? new DatabaseSync(given) : given;
      if (database !== given) database.exec(ownPragmas);
      database.exec(tables);
      return database;
    } catch (error) {
      if (database !== given) database?.close();
      if (!isBusy(error) || performance.now() > deadline) throw unavailable(error);
      pause(5);
    }
  }
}

/** Changing a new file to WAL ignores the busy timeout: of several processes that begin at once, some are told "locked". */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return (code & 0xff) === 5;
}

/** Blocks the thread: this is start-up, and what follows needs the store. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function prepareAll(database: DatabaseSync): Record<StatementName, StatementSync> {
  const entries = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as Record<StatementName, StatementSync>;
}

/**
 * On a shared handle, waits until the transaction of somebody else has ended: a write made inside it would be undone
 * with it, and a code taken once could be taken again. Transactions here await no input or output, so one or two turns
 * of the event loop suffice; one that never ends is a caller using the store inside its own transaction.
 */
async function transactionEnd(database: DatabaseSync): Promise<void> {
  const deadline = performance.now() + 1_000;
  while (performance.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!database.isTransaction) return;
  }
  throw new StoreUnavailable('the store was used while a transaction was held open on its database handle');
}

function createSweeper(database: DatabaseSync, table: (typeof sweptTables)[number]) {
  const look = database.prepare(
    `SELECT max(row) AS last, count(*) AS seen FROM (SELECT rowid AS row FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?)`,
  );
  const remove = database.prepare(`DELETE FROM ${table} WHERE rowid > ? AND rowid <= ? AND expires_at <= ?`);
  let position = 0;
  return (limit: number, now: number): number => {
    const found = look.get(position, limit);
    const last = Number(found?.last ?? position);
    const deleted = Number(remove.run(position, last, now).changes);
    position = Number(found?.seen) < limit ? 0 : last;
    return deleted;
  };
}

function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  return new StoreUnavailable('the SQLite store cannot answer', { cause: error });
}
