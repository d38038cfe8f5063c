/**
 * "All sessions of this identity end", as a durable fact that every process sees at its next look (CIT-8).
 *
 * Owns `identities.sessions_not_before`. Does not own the sessions: whoever runs beside them ends them at once as well
 * (`signin/identity-sessions.ts`); the CLI, which does not, calls this alone. What it decides is asked for wherever an
 * administrator's rights are (`administrators.ts`).
 */
import type { Database } from '../database/schema.ts';

/**
 * Sessions that were opened, and sign-ins that were begun, before `at` (milliseconds) count no more. Never goes back.
 * `db`: the transaction of the change that is the reason.
 */
export async function endSessionsBefore(db: Database, identityId: string, at: number): Promise<void> {
  await db
    .updateTable('identities')
    .set({ sessions_not_before: at })
    .where('id', '=', identityId)
    .where('sessions_not_before', '<', at)
    .execute();
}

/**
 * The same for a request that was admitted at `admittedAt`: false, and nothing is ended, when something else has ended the
 * request's own session since, the operator's desk say. Nothing that it wanted may be done then.
 */
export async function endSessionsUnlessEnded(
  db: Database,
  identityId: string,
  { at, admittedAt }: { at: number; admittedAt: number },
): Promise<boolean> {
  const ended = await db
    .updateTable('identities')
    .set({ sessions_not_before: at })
    .where('id', '=', identityId)
    .where('sessions_not_before', '<=', admittedAt)
    .executeTakeFirst();
  return ended.numUpdatedRows > 0n;
}

/** Null: there is no such identity, so no sign-in of it counts. */
export async function sessionsNotBefore(db: Database, identityId: string): Promise<number | null> {
  const row = await db
    .selectFrom('identities')
    .select('sessions_not_before')
    .where('id', '=', identityId)
    .executeTakeFirst();
  return row?.sessions_not_before ?? null;
}
