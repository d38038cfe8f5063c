/**
 * Seals again, with the current key, whatever an older key has sealed: the second half of rotating the sealing key.
 *
 * Knows every `_sealed` column. Runs beside servers that sign people in: small steps, and a row that somebody
 * changes meanwhile is left to the next run. Interrupted, it goes on where it was, because it looks only at what an
 * older key sealed. Called by `cli/`.
 */
import { sql } from 'kysely';
import type { Sealer } from '../../certs/sealing.ts';
import type { Database, Tables } from '../database/schema.ts';
import { mailContext } from '../mail/mails.ts';
import { logKeyContext } from '../system-log/seal/log-key.ts';
import { webhookContext } from '../system-log/webhooks.ts';
import { connectionContext, draftContext, versionContext } from './connections/sealed-settings.ts';
import { recoveryPhoneContext } from './recovery-phones.ts';
import { signingKeyContext } from './signing-keys.ts';
import { totpContext } from './totp-devices.ts';

const batchSize = 100;

/** A sealed column, the one that names its rows, and where a sealed text of it belongs. */
interface SealedColumn {
  table: keyof Tables;
  id: string;
  column: string;
  contextOf(id: string): string;
}

/** All that there are; a test compares them with the schema. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'connections', id: 'id', column: 'secrets_sealed', contextOf: connectionContext },
  { table: 'connection_drafts', id: 'connection_id', column: 'secrets_sealed', contextOf: draftContext },
  { table: 'connection_versions', id: 'id', column: 'secrets_sealed', contextOf: versionContext },
  { table: 'totp_devices', id: 'identity_id', column: 'secret_sealed', contextOf: totpContext },
  { table: 'recovery_phones', id: 'identity_id', column: 'phone_sealed', contextOf: recoveryPhoneContext },
  { table: 'signing_keys', id: 'kid', column: 'private_key_sealed', contextOf: signingKeyContext },
  { table: 'log_webhooks', id: 'organization_id', column: 'secret_sealed', contextOf: webhookContext },
  { table: 'log_keys', id: 'id', column: 'key_sealed', contextOf: logKeyContext },
  { table: 'mails', id: 'id', column: 'message_sealed', contextOf: mailContext },
];

interface SealedRow {
  id: string;
  sealed: string;
}

/** `left`: rows that were changed by somebody else in that moment; run it again when it is not 0. */
export async function resealAll(needs: {
  db: Database;
  sealer: Sealer;
}): Promise<{ examined: number; resealed: number; left: number }> {
  const { db, sealer } = needs;
  const counts = { examined: 0, resealed: 0, left: 0 };
  for (const place of sealedColumns) {
    for (
      let rows = await readAfter(db, place, '');
      rows.length > 0;
      rows = await readAfter(db, place, rows.at(-1)!.id)
    ) {
      for (const row of rows) {
        counts.examined++;
        if (sealer.isCurrent(row.sealed)) continue;
        const context = place.contextOf(row.id);
        const isReplaced = await replace(db, place, row, sealer.seal(sealer.open(row.sealed, context), context));
        if (isReplaced) counts.resealed++;
        else counts.left++;
      }
    }
  }
  return counts;
}

async function readAfter(db: Database, place: SealedColumn, id: string): Promise<SealedRow[]> {
  const [table, key, column] = [sql.table(place.table), sql.ref(place.id), sql.ref(place.column)];
  const { rows } = await sql<SealedRow>`
    select ${key} as id, ${column} as sealed from ${table}
    where ${key} > ${id} and ${column} is not null order by ${key} limit ${sql.lit(batchSize)}`.execute(db);
  return rows;
}

/** Only when it still is what was read. */
async function replace(db: Database, place: SealedColumn, row: SealedRow, sealed: string): Promise<boolean> {
  const [table, key, column] = [sql.table(place.table), sql.ref(place.id), sql.ref(place.column)];
  const { numAffectedRows } = await sql`
    update ${table} set ${column} = ${sealed} where ${key} = ${row.id} and ${column} = ${row.sealed}`.execute(db);
  return numAffectedRows === 1n;
}
