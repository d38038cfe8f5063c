/**
 * Disconnecting (SPEC IDP-1, IDP-2) and deleting connections. A disconnected one signs nobody in and has no secret, but
 * who signed in with it is still known: connected again, the same people have the same accounts.
 *
 * Owns: what stands in the way, and what goes. Does not own: the sessions that end with it (`src/removals.ts`).
 */
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { forgetFinding } from './connection-states.ts';
import { type ConnectionEditor, lockAsEditor, requireVersion } from './editor.ts';
import { releaseIdentifier } from './identifiers.ts';

export type Disconnecting = ReturnType<typeof createDisconnecting>;

export function createDisconnecting(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  /** After the transaction: whoever signed in by it has no session any more. */
  onDisconnected(connection: { id: string; organizationId: string }): Promise<void>;
}) {
  const { db, clock, systemLog, onDisconnected } = needs;

  /**
   * `version`: what the caller has seen (CON-13). The identifier stays the organization's for 90 days (SPEC §1). Throws
   * `connection_in_use` (IDP-1), `citrix_identity_needed` (IDP-2), `connection_not_live`, `version_conflict`,
   * `not_found`, `not_permitted`.
   */
  async function disconnect(by: ConnectionEditor, connectionId: string, version: number): Promise<void> {
    const organizationId = await db.transaction().execute(async (trx) => {
      const connection = await lockAsEditor(trx, by, connectionId);
      requireVersion(connection, version);
      if (connection.state !== 'live')
        throw new DirectoryError('connection_not_live', 'The connection is not connected');
      await requireUnused(trx, connection.organization_id, connectionId);
      await trx
        .updateTable('connections')
        .set({ state: 'disconnected', secrets_sealed: null, updated_at: clock.now(), version: version + 1 })
        .where('id', '=', connectionId)
        .execute();
      await forgetSecrets(trx, connectionId);
      await forgetFinding(trx, connectionId);
      await trx
        .updateTable('setup_links')
        .set({ revoked_at: clock.now(), browser_hash: null })
        .where('connection_id', '=', connectionId)
        .where('revoked_at', 'is', null)
        .where('finished_at', 'is', null)
        .execute();
      await releaseIdentifier(trx, connectionId, clock.now());
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/disconnect',
          organizationId: connection.organization_id,
          target: { type: 'connection', id: connectionId, name: connection.name },
          detail: { kind: connection.kind },
        }),
        trx,
      );
      return connection.organization_id;
    });
    await onDisconnected({ id: connectionId, organizationId });
  }

  /**
   * A draft that never was live, or a disconnected one: gone, with the groups and people who administered by it. Throws as
   * `disconnect`, and `connection_in_use` for a live one.
   */
  async function remove(by: ConnectionEditor, connectionId: string, version: number): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const connection = await lockAsEditor(trx, by, connectionId);
      requireVersion(connection, version);
      if (connection.state === 'live')
        throw new DirectoryError('connection_in_use', 'Disconnect the connection before you delete it');
      await forgetSecrets(trx, connectionId);
      await trx.deleteFrom('connection_health').where('connection_id', '=', connectionId).execute();
      await trx
        .updateTable('identifiers')
        .set((row) => ({
          connection_id: null,
          released_at: row.fn.coalesce('released_at', row.val(clock.now())),
        }))
        .where('connection_id', '=', connectionId)
        .execute();
      await trx.deleteFrom('setup_links').where('connection_id', '=', connectionId).execute();
      await trx.deleteFrom('administrators').where('connection_id', '=', connectionId).execute();
      await trx.deleteFrom('connections').where('id', '=', connectionId).execute();
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/delete',
          organizationId: connection.organization_id,
          target: { type: 'connection', id: connectionId, name: connection.name },
          detail: { kind: connection.kind, was: connection.state },
        }),
        trx,
      );
    });
  }

  return { disconnect, remove };
}

/** IDP-1. Throws `connection_in_use`. The connection is locked, so nobody chooses it meanwhile. */
export async function requireUnused(trx: Database, organizationId: string, connectionId: string): Promise<void> {
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

/** Drafts and earlier versions hold secrets too. A tenant is connected anew by its own administrator (AAD-6). */
async function forgetSecrets(trx: Database, connectionId: string): Promise<void> {
  await trx.deleteFrom('connection_drafts').where('connection_id', '=', connectionId).execute();
  await trx.deleteFrom('connection_versions').where('connection_id', '=', connectionId).execute();
  await trx.deleteFrom('connection_tenants').where('connection_id', '=', connectionId).execute();
}
