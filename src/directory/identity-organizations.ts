/** Where an identity is known: whose system logs what happens to it belongs into. */
import type { Database } from '../database/schema.ts';

/** Ids of the organizations that it administers or is invited to; the one entry null when there is none. */
export async function organizationsOfIdentity(db: Database, identityId: string): Promise<(string | null)[]> {
  const rows = await db
    .selectFrom('administrators')
    .select('organization_id')
    .distinct()
    .where('connection_id', '=', 'citrix')
    .where('subject', '=', identityId)
    .execute();
  return rows.length > 0 ? rows.map((row) => row.organization_id) : [null];
}
