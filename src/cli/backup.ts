/**
 * `backup` and `restore` of the SQLite file. PostgreSQL has tools of its own, and says so.
 *
 * A backup is taken while the server runs. A restore needs it stopped, and ends all sessions: what is short-lived in
 * the backup (codes, sessions, replay marks) is of another time, and bringing it back would undo sign-outs.
 */
import { closeSync, copyFileSync, existsSync, linkSync, openSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSealer, SealError } from '../../certs/sealing.ts';
import type { Config } from '../config/config.ts';
import { openDataFolder, openSealingKeys } from '../config/sealing-key-file.ts';
import { systemClock } from '../core/clock.ts';
import { databaseConfigOf, openDatabase } from '../database/database.ts';
import { createSigningKeys } from '../directory/signing-keys.ts';
import { createSystemLog } from '../system-log/system-log.ts';
import type { Command } from './command.ts';
import { RefusedError } from './refused-error.ts';

const sealingKeyHint = 'The sealing key is not in it: keep a copy of the key file in another place.';

const backup: Command = {
  name: 'backup',
  summary: 'Copy the database to a file while the server runs',
  notes: sealingKeyHint,
  options: { to: { value: 'FILE', help: 'Must not exist', required: true } },
  async run(values, io) {
    requireSqlite(io.config(), 'pg_dump');
    const to = resolve(values.required('to'));
    if (existsSync(to)) throw new RefusedError(`${to} exists already`);
    const { database, record } = await io.open();
    const partial = `${to}.${process.pid}`;
    // Private from the first byte. VACUUM INTO takes one consistent state and accepts an empty file.
    closeSync(openSync(partial, 'wx', 0o600));
    try {
      database.sqlite!.prepare('vacuum into ?').run(partial);
      // Only a whole backup gets the name, and it never replaces what somebody else put there meanwhile.
      linkSync(partial, to);
    } finally {
      unlinkSync(partial);
    }
    await record({ event: 'platform/database/backup', organizationId: null, target: { type: 'database', name: to } });
    return { json: { file: to }, text: `Backed up to ${to}. ${sealingKeyHint}` };
  },
};

const restore: Command = {
  name: 'restore',
  summary: 'Put a backup in the place of the database; the server must be stopped',
  notes:
    'The backup is checked first: it must be whole and its secrets must open with the sealing keys that are here. The\npresent database is kept beside it. All sessions end.',
  options: { from: { value: 'FILE', help: 'A file made by "backup"', required: true } },
  async run(values, io) {
    const config = io.config();
    requireSqlite(config, 'pg_restore');
    const from = resolve(values.required('from'));
    const target = (databaseConfigOf(config) as { file: string }).file;
    openDataFolder(config);
    const candidate = `${target}.restoring`;
    requireWhole(from);
    try {
      copyPrivately(from, candidate);
      await prepare(candidate, config, from);
      const kept = setAside(target);
      renameSync(candidate, target);
      const text = `Restored from ${from}; everybody signs in again.${kept ? `\nThe database that was here is now ${kept}.` : ''}`;
      return { json: { file: target, kept: kept ?? null }, text };
    } finally {
      for (const suffix of ['', '-wal', '-shm']) rmSync(candidate + suffix, { force: true });
    }
  },
};

function requireSqlite(config: Config, tool: string): void {
  if (config.databaseUrl)
    throw new RefusedError(`The database is PostgreSQL: use ${tool}, and Redis's own tools for what is short-lived`);
}

function copyPrivately(from: string, to: string): void {
  rmSync(to, { force: true });
  closeSync(openSync(to, 'wx', 0o600));
  copyFileSync(from, to);
}

function requireWhole(file: string): void {
  if (!existsSync(file)) throw new RefusedError(`${file} does not exist`);
  let problem: unknown;
  try {
    using database = new DatabaseSync(file, { readOnly: true });
    const [row] = database.prepare('pragma integrity_check').all();
    const isOurs = database.prepare("select 1 from sqlite_master where name = 'organizations'").get() !== undefined;
    problem = row?.integrity_check !== 'ok' ? 'it is damaged' : isOurs ? undefined : 'it is another program’s database';
  } catch (error) {
    problem = (error as Error).message;
  }
  if (problem !== undefined) throw new RefusedError(`${file} is no backup that can be restored: ${problem}`);
}

/** Migrated, without what is short-lived, and proved to open with the keys that are here. */
async function prepare(file: string, config: Config, from: string): Promise<void> {
  const database = await openDatabase({ kind: 'sqlite', file });
  try {
    const { db, sqlite } = database;
    const sealer = createSealer(openSealingKeys(config));
    await createSigningKeys({ db, clock: systemClock, sealer, samlEntityId: '' }).load();
    const tables = sqlite!.prepare(
      "select name from sqlite_master where type = 'table' and name like 'store\\_%' escape '\\'",
    );
    for (const { name } of tables.all()) sqlite!.exec(`delete from "${name}"`);
    await createSystemLog({ db, clock: systemClock }).record({
      event: 'platform/database/restore',
      organizationId: null,
      actor: { type: 'system' },
      target: { type: 'database', name: from },
      detail: { via: 'cli' },
    });
  } catch (error) {
    if (error instanceof SealError)
      throw new RefusedError(
        `The secrets in ${from} cannot be opened (${error.message}): put its sealing key back first`,
      );
    throw error;
  } finally {
    await database.close();
  }
}

/** Moves the present database away. Throws `RefusedError` while anybody has it open. */
function setAside(target: string): string | undefined {
  if (!existsSync(target)) return undefined;
  using database = new DatabaseSync(target, { timeout: 0 });
  try {
    // Leaving WAL needs the file for oneself, and folds the WAL into it: one file to move.
    database.exec('pragma journal_mode = delete');
  } catch (error) {
    throw new RefusedError(`The database is in use (${(error as Error).message}): stop the server first`);
  }
  database.close();
  const kept = `${target}.before-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  renameSync(target, kept);
  return kept;
}

export const backupCommands: readonly Command[] = [backup, restore];
