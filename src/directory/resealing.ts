/**
 * Seals again, with the current key, whatever an older key has sealed: the second half of rotating the sealing key.
 *
 * Knows every `_sealed` column. Runs beside servers that sign people in: small steps, and a row that somebody
 * changes meanwhile is left to the next run. Interrupted, it goes on where it was, because it looks only at what an
 * older key sealed. Called by `cli/`.
 */
import type { Sealer } from '../../certs/sealing.ts';
import type { Database } from '../database/schema.ts';
import { mailContext } from '../mail/mails.ts';
import { logKeyContext } from '../system-log/seal/log-key.ts';
import { webhookContext } from '../system-log/webhooks.ts';
import { connectionContext } from './connections.ts';
import { recoveryPhoneContext } from './recovery-phones.ts';
import { signingKeyContext } from './signing-keys.ts';
import { totpContext } from './totp-devices.ts';

const batchSize = 100;

interface SealedRow {
  id: string;
  sealed: string;
}

/** One sealed column: read on from an id, and replace a text that is still the same. */
interface SealedColumn {
  context(id: string): string;
  readAfter(id: string): Promise<SealedRow[]>;
  replace(row: SealedRow, sealed: string): Promise<bigint>;
}

/** `left`: rows that were changed by somebody else in that moment; run it again when it is not 0. */
export async function resealAll(needs: {
  db: Database;
  sealer: Sealer;
}): Promise<{ examined: number; resealed: number; left: number }> {
  const { db, sealer } = needs;
  const counts = { examined: 0, resealed: 0, left: 0 };
  for (const column of sealedColumns(db)) {
    for (let rows = await column.readAfter(''); rows.length > 0; rows = await column.readAfter(rows.at(-1)!.id)) {
      for (const row of rows) {
        counts.examined++;
        if (sealer.isCurrent(row.sealed)) continue;
        const context = column.context(row.id);
        const replaced = await column.replace(row, sealer.seal(sealer.open(row.sealed, context), context));
        if (replaced === 1n) counts.resealed++;
        else counts.left++;
      }
    }
  }
  return counts;
}

function sealedColumns(db: Database): SealedColumn[] {
  return [
    {
      context: connectionContext,
      readAfter: async (id) =>
        db
          .selectFrom('connections')
          .select(['id', 'secrets_sealed as sealed'])
          .where('id', '>', id)
          .where('secrets_sealed', 'is not', null)
          .orderBy('id')
          .limit(batchSize)
          .$narrowType<SealedRow>()
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('connections')
            .set({ secrets_sealed: sealed })
            .where('id', '=', row.id)
            .where('secrets_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
    {
      context: totpContext,
      readAfter: (id) =>
        db
          .selectFrom('totp_devices')
          .select(['identity_id as id', 'secret_sealed as sealed'])
          .where('identity_id', '>', id)
          .orderBy('identity_id')
          .limit(batchSize)
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('totp_devices')
            .set({ secret_sealed: sealed })
            .where('identity_id', '=', row.id)
            .where('secret_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
    {
      context: recoveryPhoneContext,
      readAfter: (id) =>
        db
          .selectFrom('recovery_phones')
          .select(['identity_id as id', 'phone_sealed as sealed'])
          .where('identity_id', '>', id)
          .orderBy('identity_id')
          .limit(batchSize)
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('recovery_phones')
            .set({ phone_sealed: sealed })
            .where('identity_id', '=', row.id)
            .where('phone_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
    {
      context: signingKeyContext,
      readAfter: (id) =>
        db
          .selectFrom('signing_keys')
          .select(['kid as id', 'private_key_sealed as sealed'])
          .where('kid', '>', id)
          .orderBy('kid')
          .limit(batchSize)
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('signing_keys')
            .set({ private_key_sealed: sealed })
            .where('kid', '=', row.id)
            .where('private_key_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
    {
      context: webhookContext,
      readAfter: (id) =>
        db
          .selectFrom('log_webhooks')
          .select(['organization_id as id', 'secret_sealed as sealed'])
          .where('organization_id', '>', id)
          .orderBy('organization_id')
          .limit(batchSize)
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('log_webhooks')
            .set({ secret_sealed: sealed })
            .where('organization_id', '=', row.id)
            .where('secret_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
    {
      context: logKeyContext,
      readAfter: (id) =>
        db
          .selectFrom('log_keys')
          .select(['id', 'key_sealed as sealed'])
          .where('id', '>', id)
          .orderBy('id')
          .limit(batchSize)
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('log_keys')
            .set({ key_sealed: sealed })
            .where('id', '=', row.id)
            .where('key_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
    {
      context: mailContext,
      readAfter: (id) =>
        db
          .selectFrom('mails')
          .select(['id', 'message_sealed as sealed'])
          .where('id', '>', id)
          .orderBy('id')
          .limit(batchSize)
          .execute(),
      replace: async (row, sealed) =>
        (
          await db
            .updateTable('mails')
            .set({ message_sealed: sealed })
            .where('id', '=', row.id)
            .where('message_sealed', '=', row.sealed)
            .executeTakeFirst()
        ).numUpdatedRows,
    },
  ];
}
