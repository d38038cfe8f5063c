/** What the help desk may see of a person (SPEC CIT-4): enough to make sure who is calling and what is wrong, no secret. */
import type { Sealer } from '../../certs/sealing.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';
import { selectAdministrators, toAdministrator } from './administrator-rows.ts';
import type { Access } from './permissions.ts';
import { createRecoveryPhones } from './recovery-phones.ts';

export interface PersonAtDesk {
  /** E.164, for support staff. */
  recoveryPhone: string | null;
  /** Milliseconds since the epoch, all of them; null: none, or never. */
  deviceSince: number | null;
  passwordChangedAt: number;
  passwordUsedAt: number | null;
  signedInAt: number | null;
  passkeys: number;
  backupCodes: number;
  /** Versions. */
  terms: string[];
  administers: { organization: string; orgId: string; access: Access }[];
}

export function createPersonAtDesk(needs: { db: Database; clock: Clock; sealer: Sealer }) {
  const { db } = needs;
  const phones = createRecoveryPhones(needs);
  const countOf = async (table: 'passkeys' | 'backup_codes', identityId: string): Promise<number> => {
    const row = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll().as('count'))
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  };

  return async function personAtDesk(identityId: string): Promise<PersonAtDesk> {
    const identity = await db
      .selectFrom('identities')
      .select(['password_changed_at', 'password_used_at'])
      .where('id', '=', identityId)
      .executeTakeFirstOrThrow();
    const device = await db
      .selectFrom('totp_devices')
      .select('created_at')
      .where('identity_id', '=', identityId)
      .executeTakeFirst();
    const account = await db
      .selectFrom('accounts')
      .select('signed_in_at')
      .where('connection_id', '=', 'citrix')
      .where('subject', '=', identityId)
      .executeTakeFirst();
    const terms = await db
      .selectFrom('terms_acceptances')
      .select('version')
      .where('identity_id', '=', identityId)
      .orderBy('accepted_at')
      .execute();
    const rows = await selectAdministrators(db)
      .innerJoin('organizations', 'organizations.id', 'administrators.organization_id')
      .select(['organizations.name as organization', 'organizations.org_id as orgId'])
      .where('administrators.connection_id', '=', 'citrix')
      .where('administrators.subject', '=', identityId)
      .orderBy('organizations.name')
      .execute();
    return {
      recoveryPhone: (await phones.find(identityId)) ?? null,
      deviceSince: device?.created_at ?? null,
      passwordChangedAt: identity.password_changed_at,
      passwordUsedAt: identity.password_used_at,
      signedInAt: account?.signed_in_at ?? null,
      passkeys: await countOf('passkeys', identityId),
      backupCodes: await countOf('backup_codes', identityId),
      terms: terms.map((row) => row.version),
      administers: rows.map((row) => ({
        organization: row.organization,
        orgId: row.orgId,
        access: toAdministrator(row).access,
      })),
    };
  };
}
