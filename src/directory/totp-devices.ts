/**
 * The authenticator app of an identity: one (SPEC CIT-5), whose codes work once each (CIT-6).
 *
 * Owns the row `totp_devices`. Does not own: how often one may try (`factor-tries.ts`), when a device may be enrolled or
 * replaced and who is told (`mfa-changes.ts`).
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';
import { stepOfCode } from './totp.ts';

/** A device that has shown a right code, whose step is used up with it. */
export interface NewDevice {
  /** Base32. */
  key: string;
  step: number;
}

export type TotpDevices = ReturnType<typeof createTotpDevices>;

export function createTotpDevices(needs: { db: Database; clock: Clock; sealer: Sealer }) {
  const { db, clock, sealer } = needs;

  /** `createdAt`: milliseconds. */
  async function find(identityId: string): Promise<{ createdAt: number } | undefined> {
    const row = await db
      .selectFrom('totp_devices')
      .select('created_at')
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    return row && { createdAt: row.created_at };
  }

  /** True for the one caller that gave a right code first; codes of earlier steps are spent as well (SECURITY ID-04). */
  async function useCode(identityId: string, code: string): Promise<boolean> {
    const row = await db
      .selectFrom('totp_devices')
      .select('secret_sealed')
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    if (!row) return false;
    const step = stepOfCode(sealer.openText(row.secret_sealed, totpContext(identityId)), code, clock.now());
    return step !== undefined && useStep(identityId, row.secret_sealed, step);
  }

  /** One statement; of the key that was looked at, not of one that has replaced it meanwhile. */
  async function useStep(identityId: string, secretSealed: string, step: number): Promise<boolean> {
    const used = await db
      .updateTable('totp_devices')
      .set({ last_step: step })
      .where('identity_id', '=', identityId)
      .where('secret_sealed', '=', secretSealed)
      .where('last_step', '<', step)
      .executeTakeFirst();
    return used.numUpdatedRows === 1n;
  }

  /** The first device; false when there is one already, which stays (SECURITY ID-07). */
  async function add(trx: Database, identityId: string, device: NewDevice): Promise<boolean> {
    const added = await trx
      .insertInto('totp_devices')
      .values(rowOf(identityId, device))
      .onConflict((conflict) => conflict.column('identity_id').doNothing())
      .executeTakeFirst();
    return added.numInsertedOrUpdatedRows === 1n;
  }

  /** In the place of whatever there is. */
  async function replace(trx: Database, identityId: string, device: NewDevice): Promise<void> {
    const { identity_id, ...change } = rowOf(identityId, device);
    await trx
      .insertInto('totp_devices')
      .values({ identity_id, ...change })
      .onConflict((conflict) => conflict.column('identity_id').doUpdateSet(change))
      .execute();
  }

  function rowOf(identityId: string, { key, step }: NewDevice) {
    const secret = sealer.seal(key, totpContext(identityId));
    return { identity_id: identityId, secret_sealed: secret, last_step: step, created_at: clock.now() };
  }

  return { find, useCode, add, replace };
}

/** Where a sealed TOTP key belongs. */
export function totpContext(identityId: string): string {
  return `totp/${identityId}`;
}
