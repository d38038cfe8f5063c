/**
 * After a password was reset by mail, a code by mail proves nothing: the mailbox alone would be both factors (SECURITY
 * ID-08; decision 0014).
 *
 * Owns `identities.reset_by_mail_at`. Set in the transaction of the reset (`password-resets.ts`), asked for wherever a
 * code by mail stands in for a factor (`mfa.ts`), cleared by a sign-in that has proven more (`signin/citrix-identity.ts`).
 */
import type { Database } from '../database/schema.ts';

/** `at`: milliseconds. `trx`: of the reset. */
export async function noteResetByMail(trx: Database, identityId: string, at: number): Promise<void> {
  await trx.updateTable('identities').set({ reset_by_mail_at: at }).where('id', '=', identityId).execute();
}

/** Whether the last reset by mail is still to be followed by a sign-in with something else than the mailbox. */
export async function isMailboxInDoubt(db: Database, identityId: string): Promise<boolean> {
  const row = await db
    .selectFrom('identities')
    .select('reset_by_mail_at')
    .where('id', '=', identityId)
    .executeTakeFirst();
  return row?.reset_by_mail_at != null;
}

/** A sign-in that began at `startedAt` (milliseconds) says nothing about a reset that came after it. */
export async function trustMailbox(db: Database, identityId: string, startedAt: number): Promise<void> {
  await db
    .updateTable('identities')
    .set({ reset_by_mail_at: null })
    .where('id', '=', identityId)
    .where('reset_by_mail_at', '<=', startedAt)
    .execute();
}
