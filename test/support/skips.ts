/**
 * Tests that need something this machine may lack (a database server, Chromium, the partners' fixtures) are skipped
 * with a reason that is printed at the end of the run (`skip-summary.ts`), never silently.
 *
 * Owns: the way a test says "only if". Does not own: finding out whether the thing is there.
 */
import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a suite was skipped; read by the reporter. */
    skipReason?: string;
  }
}

/** The folder of sample documents beside the checkout; absent in a plain clone. */
export const sharedFixtures = new URL('../../../shared/fixtures/', import.meta.url);
export const hasSharedFixtures = existsSync(sharedFixtures);
/** The one reason that `SEKISHO_TEST_NO_SKIP=1` accepts: these documents are not ours to distribute. */
export const noSharedFixtures = '../shared is absent';

/**
 * A `describe` that runs only under `condition`; otherwise it is skipped and `reason` appears in the summary:
 * `describeIf(hasRedis, 'redis-server is not installed')('the Redis store', () => { … })`.
 */
export function describeIf(condition: boolean, reason: string): (title: string, body: () => void) => void {
  return (title, body) => {
    if (condition) describe(title, body);
    // The body is not even collected: it may read what is not there.
    else describe.skip(title, { meta: { skipReason: reason } }, () => it(reason, () => {}));
  };
}

/** For what reads `../shared/fixtures`. */
export const describeWithFixtures = describeIf(hasSharedFixtures, noSharedFixtures);
