/**
 * Who answers requests goes before who hashes passwords: the thread pool runs at a lower priority than the event loop.
 *
 * Without it, a hundred people who give their passwords at once hold up everybody else for as long as the scheduler lets
 * each of the hashing threads run (libuv shares one pool for hashing, files and names). The pool still gets every core
 * that nobody else wants. Linux only, where a thread has a priority of its own (setpriority(2), "C library/kernel
 * differences"); elsewhere nothing happens.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setPriority } from 'node:os';

const niceness = 10;

/** Returns how many threads were found. */
export async function lowerWorkerPriority(): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let found = 0;
  try {
    // libuv makes the whole pool at its first use.
    await stat('/proc/self');

    for (const id of readdirSync('/proc/self/task')) {
      const name = readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim();
      if (name !== 'libuv-worker') continue;
      setPriority(Number(id), niceness);
      found++;
    }
  } catch {
    // A thread that has just ended, or a /proc that is not shown: it runs as it is.
  }
  return found;
}
