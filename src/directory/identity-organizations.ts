/** Where an identity is known: whose system logs what happens to it belongs into. */
import type { Database } from '../database/schema.ts';
import { type Act, entryBy, type SystemLogEntry } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';

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

/** In the log of each of them: what is about the identity counts in all (CIT-7). `trx`: the transaction of the change. */
export async function recordOfIdentity(
  trx: Database,
  systemLog: Pick<SystemLog, 'record'>,
  act: Act,
  entry: Omit<SystemLogEntry, keyof Act | 'organizationId' | 'target'> & {
    identity: { id: string; name: string; email?: string };
  },
): Promise<void> {
  const { identity, ...what } = entry;
  const target = { type: 'identity', ...identity } as const;
  for (const organizationId of await organizationsOfIdentity(trx, identity.id))
    await systemLog.record(entryBy(act, { ...what, organizationId, target }), trx);
}
