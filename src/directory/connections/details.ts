/**
 * Changing what a connection is apart from its settings: its name, whom it is for, its identifier. Acts at once, because
 * there is nothing to test. A version of its own: settings that are being prepared do not conflict with a new name.
 */
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { type Connection, findConnection } from './connections.ts';
import { requireUnused } from './disconnecting.ts';
import { type ConnectionEditor, lockAsEditor, requireVersion } from './editor.ts';
import { identifierOf, releaseIdentifier, takeIdentifier } from './identifiers.ts';
import { type DefinitionOf, readConnectionHead } from './new-connection.ts';

export interface ConnectionDetails {
  name: string;
  subscribers: boolean;
  administrators: boolean;
  /** When, and only when, it is for administrators. */
  identifier?: string | undefined;
}

export type ChangeDetails = ReturnType<typeof createChangeDetails>;

export function createChangeDetails(needs: {
  db: Database;
  clock: Clock;
  definitionOf: DefinitionOf;
  systemLog: Pick<SystemLog, 'record'>;
  /** After the transaction: nobody is signed in any more by what it is no longer for. */
  onUseDropped(connection: { id: string; organizationId: string }, kind: 'administrator' | 'subscriber'): Promise<void>;
}) {
  const { db, clock, definitionOf, systemLog, onUseDropped } = needs;

  /**
   * `version`: the `detailsVersion` that the caller has seen (CON-13). Throws
   * `settings_invalid` by key path, `name_taken`, `identifier_taken`, `limit_reached`, `connection_in_use` (the workspace's
   * method stays for subscribers), `version_conflict`, `not_found`, `not_permitted`, `citrix_identity_needed`.
   */
  return async function changeDetails(
    by: ConnectionEditor,
    connectionId: string,
    wanted: ConnectionDetails,
    version: number,
  ): Promise<{ connection: Connection; changed: boolean }> {
    const done = await db.transaction().execute(async (trx) => {
      const connection = await lockAsEditor(trx, by, connectionId);
      const organizationId = connection.organization_id;
      requireVersion({ version: connection.details_version }, version);
      const identifier = await identifierOf(trx, connectionId);
      const { name, subscribers, administrators, ...rest } = readConnectionHead(
        { kind: connection.kind, ...wanted },
        definitionOf,
      );
      const before = {
        name: connection.name,
        subscribers: connection.for_subscribers === 1,
        administrators: connection.for_administrators === 1,
        identifier: identifier ?? null,
      };
      const after = { name, subscribers, administrators, identifier: rest.identifier ?? null };
      const changed = (Object.keys(after) as (keyof typeof after)[]).filter((key) => before[key] !== after[key]);
      if (changed.length === 0) return { connection: await findConnection(trx, connectionId), changed: false };
      if (before.subscribers && !subscribers) await requireUnused(trx, organizationId, connectionId);
      if (name !== before.name) await requireNameFree(trx, organizationId, name);
      if (after.identifier !== before.identifier) {
        await releaseIdentifier(trx, connectionId, clock.now());
        if (after.identifier !== null)
          await takeIdentifier(trx, after.identifier, { organizationId, connectionId, now: clock.now() });
      }
      await trx
        .updateTable('connections')
        .set({
          name,
          for_subscribers: Number(subscribers),
          for_administrators: Number(administrators),
          details_version: version + 1,
          updated_at: clock.now(),
        })
        .where('id', '=', connectionId)
        .execute();
      const pick = (values: typeof after) => Object.fromEntries(changed.map((key) => [key, values[key]]));
      await systemLog.record(
        entryOf(by, {
          event: 'platform/connection/update',
          organizationId,
          target: { type: 'connection', id: connectionId, name },
          before: pick(before),
          after: pick(after),
        }),
        trx,
      );
      return { connection: await findConnection(trx, connectionId), changed: true, before, after };
    });
    const { connection, changed, before, after } = done;
    if (!before || !after) return { connection, changed };
    if (before.subscribers && !after.subscribers) await onUseDropped(connection, 'subscriber');
    if (before.administrators && !after.administrators) await onUseDropped(connection, 'administrator');
    return { connection, changed };
  };
}

/** Of two that take it at once the unique index stops the second. */
async function requireNameFree(trx: Database, organizationId: string, name: string): Promise<void> {
  const taken = await trx
    .selectFrom('connections')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (taken) throw new DirectoryError('name_taken', `This organization already has a connection named "${name}"`);
}
