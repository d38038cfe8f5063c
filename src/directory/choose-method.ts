/** Choosing how subscribers sign in, among the connections that are live (ADM-2), with its entry in the log. */
import type { Database } from '../database/schema.ts';
import { type Act, entryBy, type SystemLogEntry } from '../system-log/events.ts';
import type { ConnectionList } from './connections/connection-list.ts';
import { DirectoryError } from './errors.ts';
import type { Organization, Organizations } from './organizations.ts';

export type ChooseMethod = ReturnType<typeof createChooseMethod>;

export function createChooseMethod(needs: {
  organizations: Pick<Organizations, 'find' | 'setSubscriberConnection'>;
  connectionList: Pick<ConnectionList, 'namesOf'>;
  record(entry: SystemLogEntry, within?: Database): Promise<void>;
}) {
  const { organizations, connectionList, record } = needs;

  /**
   * `version`: the one that the caller has seen (CON-13). Throws `version_conflict`, `not_found` (also for a connection of
   * another organization), `connection_not_live`.
   */
  return async function chooseMethod(
    act: Act,
    id: string,
    connectionId: string,
    version: number,
  ): Promise<{ organization: Organization; changed: boolean }> {
    const organization = await organizations.find(id);
    if (!organization) throw new DirectoryError('not_found', 'There is no such organization');
    if (organization.version !== version)
      throw new DirectoryError('version_conflict', 'Somebody else has changed this organization meanwhile');
    if (organization.subscriberConnectionId === connectionId) return { organization, changed: false };
    const before = organization.subscriberConnectionId;
    const names = await connectionList.namesOf(id, before === null ? [connectionId] : [before, connectionId]);
    const nameOf = (wanted: string | null) => (wanted === null ? null : (names.get(wanted) ?? null));
    const entry = entryBy(act, {
      event: 'wxp/identityprovider/update',
      organizationId: id,
      target: { type: 'connection', id: connectionId, name: nameOf(connectionId) },
      before: { connection: nameOf(before) },
      after: { connection: nameOf(connectionId) },
    });
    const updated = await organizations.setSubscriberConnection(id, connectionId, {
      version,
      together: (trx) => record(entry, trx),
    });
    return { organization: updated, changed: true };
  };
}
