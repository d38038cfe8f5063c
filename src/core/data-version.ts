/** Tells whether another process has changed the SQLite file: what lets one process remember what it has read. */
import type { DatabaseSync } from 'node:sqlite';

/** Milliseconds; asking costs a tenth of a session check. */
const askEvery = 5;

/**
 * The returned function gives a number that stays the same until another connection commits a change to the file
 * (SQLite's `data_version`); such a change is seen within five milliseconds. Changes of this connection do not move it:
 * whoever writes forgets what it has overwritten.
 */
export function watchDataVersion(database: DatabaseSync): () => number {
  const statement = database.prepare('PRAGMA data_version');
  const ask = () => statement.get()?.data_version as number;
  let version = ask();
  let askedAt = performance.now();
  return () => {
    const now = performance.now();
    if (now - askedAt >= askEvery) {
      version = ask();
      askedAt = now;
    }
    return version;
  };
}
