/** Tells whether another process has changed the SQLite file: what lets one process remember what it has read. */
import type { DatabaseSync } from 'node:sqlite';

/**
 * The returned function gives a number that stays the same until another connection commits a change to the file
 * (SQLite's `data_version`). Changes of this connection do not move it: whoever writes forgets what it has overwritten.
 * About a microsecond.
 */
export function watchDataVersion(database: DatabaseSync): () => number {
  const statement = database.prepare('PRAGMA data_version');
  return () => statement.get()?.data_version as number;
}
