/** What a connection is called and for whom it is: changed at once, because no test depends on it (SPEC §1, §3). */
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { type Connection, findConnection, lockConnection, releaseIdentifiers, takeIdentifier } from './connections.ts';
import { type ConnectionEditor, requireEditor } from './editor.ts';
import { type DefinitionOf, readConnectionHead } from './new-connection.ts';

export interface ConnectionDetails {
  name: string;
  subscribers: boolean;
  administrators: boolean;
  /** For `/go/<identifier>`: when, and only when, it is for administrators. */
  identifier?: string;
}

export type ChangeDetails = ReturnType<typeof createChangeDetails>;

export function createChangeDetails(needs: {
  db: Database;
  clock: Clock;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, definitionOf, systemLog } = needs;

  /**
   * All details, as they are to be. `version`: what the caller has seen (CON-13). Throws `settings_invalid` with every
   * problem by key path, `name_taken`, `identifier_taken`, `connection_in_use` (subscribers sign in with it),
   * `version_conflict`, `not_found`, `not_permitted`, `citrix_identity_needed`.
   */
  return async function changeDetails(
    by: ConnectionEditor,
    connectionId: string,
    details: ConnectionDetails,
    version: number,
  ): Promise<{ connection: Connection; changed: boolean }> {
    return db.transaction().execute(async (trx) => {
      const row = await lockConnection(trx, connectionId);
      await requireFullAccess(trx, row.organization_id, by);
      requireEditor(by, row.kind);
      if (row.version !== version)
        throw new DirectoryError('version_conflict', 'Somebody else has changed this connection meanwhile');
      const { kind, ...wanted } = readConnectionHead({ kind: row.kind, ...details }, definitionOf);
      const before = await findConnection(trx, connectionId);
      const now = {
        name: before.name,
        subscribers: before.forSubscribers,
        administrators: before.forAdministrators,
        identifier: before.identifier,
      };
      const after = { ...wanted, identifier: wanted.identifier ?? null };
      const keys = (Object.keys(now) as (keyof typeof now)[]).filter((key) => now[key] !== after[key]);
      if (keys.length === 0) return { connection: before, changed: false };
      if (!after.subscribers) await refuseMethod(trx, row.organization_id, connectionId);
      if (keys.includes('name')) await refuseTakenName(trx, row.organization_id, after.name);
      if (keys.includes('identifier')) {
        await releaseIdentifiers(trx, connectionId, clock.now());
        if (after.identifier !== null)
          await takeIdentifier(trx, after.identifier, row.organization_id, connectionId, clock.now());
      }
      await trx
        .updateTable('connections')
        .set({
          name: after.name,
          for_subscribers: Number(after.subscribers),
          for_administrators: Number(after.administrators),
          updated_at: clock.now(),
          version: version + 1,
        })
        .where('id', '=', connectionId)
        .execute();
      // A draft of the same settings is not out of date by this.
      await trx
        .updateTable('connection_drafts')
        .set({ based_on: version + 1 })
        .where('connection_id', '=', connectionId)
        .where('based_on', '=', version)
        .execute();
      const pick = (from: Record<(typeof keys)[number], string | boolean | null>) =>
        Object.fromEntries(keys.map((key) => [key, from[key]]));
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/update',
          organizationId: row.organization_id,
          target: { type: 'connection', id: connectionId, name: after.name },
          before: pick(now),
          after: pick(after),
        }),
        trx,
      );
      return { connection: await findConnection(trx, connectionId), changed: true };
    });
  };
}

async function refuseMethod(trx: Database, organizationId: string, connectionId: string): Promise<void> {
  const organization = await trx
    .selectFrom('organizations')
    .select('subscriber_connection_id')
    .where('id', '=', organizationId)
    .executeTakeFirst();
  if (organization?.subscriber_connection_id === connectionId)
    throw new DirectoryError(
      'connection_in_use',
      'Subscribers sign in to the workspace with this connection; choose another method first',
    );
}

async function refuseTakenName(trx: Database, organizationId: string, name: string): Promise<void> {
  const other = await trx
    .selectFrom('connections')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (other) throw new DirectoryError('name_taken', `This organization already has a connection named "${name}"`);
}
