/** Sealed records in the order of their numbers, as others are told of them: the stream and the webhooks (LOG-3). */
import type { Database } from '../database/schema.ts';
import { toVendorRecord, type VendorRecord } from './records.ts';
import { organizationOf } from './seal/row-seal.ts';
import { toRecord } from './system-log.ts';

/** `Sequence` without gaps tells a receiver that nothing is missing; `Seal` is what a checkpoint names. */
export interface ToldRecord extends VendorRecord {
  Sequence: number;
  Seal: string;
}

/** `customerId`: empty for the installation's own records. */
export async function recordsAfter(
  db: Database,
  chain: string,
  after: number,
  limit: number,
  customerId: string,
): Promise<ToldRecord[]> {
  const organizationId = organizationOf(chain);
  const rows = await db
    .selectFrom('system_log')
    .selectAll()
    .where('organization_id', organizationId === null ? 'is' : '=', organizationId)
    .where('sequence', 'is not', null)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    ...toVendorRecord(toRecord(row), customerId),
    Sequence: row.sequence!,
    Seal: row.seal!,
  }));
}
