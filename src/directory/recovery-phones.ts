/**
 * The phone number by which support staff make sure who is calling (SPEC CIT-4). No program ever dials it or writes to
 * it, and it proves nothing by itself.
 *
 * Owns the row `recovery_phones`.
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';

export type RecoveryPhones = ReturnType<typeof createRecoveryPhones>;

export function createRecoveryPhones(needs: { db: Database; clock: Clock; sealer: Sealer }) {
  const { db, clock, sealer } = needs;

  /** E.164. */
  async function find(identityId: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('recovery_phones')
      .select('phone_sealed')
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    return row && sealer.openText(row.phone_sealed, recoveryPhoneContext(identityId));
  }

  /** `phone`: of `normalizePhoneNumber`. */
  async function set(trx: Database, identityId: string, phone: string): Promise<void> {
    const change = { phone_sealed: sealer.seal(phone, recoveryPhoneContext(identityId)), updated_at: clock.now() };
    await trx
      .insertInto('recovery_phones')
      .values({ identity_id: identityId, ...change })
      .onConflict((conflict) => conflict.column('identity_id').doUpdateSet(change))
      .execute();
  }

  return { find, set };
}

/** Where a sealed phone number belongs. */
export function recoveryPhoneContext(identityId: string): string {
  return `recovery-phones/${identityId}`;
}
