/**
 * Connections: one organization's configured upstreams, and the identifiers that lead to them.
 *
 * Owns the rows `connections` and `identifiers`, and where secrets are kept apart and sealed. Does not own what a
 * setting means: the provider's definition validates and describes it, and comes in as `definitionOf`, because only
 * the entry knows the registry. Called by `signin/`, `console/`, `cli/`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Sealer } from '../../../certs/sealing.ts';
import type { ProviderKind } from '../../../providers/provider.ts';
import type { Clock } from '../../core/clock.ts';
import { prepareFind } from '../../database/prepared.ts';
import type { ConnectionRow, Database } from '../../database/schema.ts';
import { DirectoryError } from '../errors.ts';
import { takeIdentifier } from './identifiers.ts';
import { type DefinitionOf, type NewConnection, type ReadConnectionHead, readNewConnection } from './new-connection.ts';
import { connectionContext, openSettings as readSettings, type Settings, sealSettings } from './sealed-settings.ts';

export interface Connection {
  id: string;
  organizationId: string;
  kind: ProviderKind;
  name: string;
  /** SPEC IDP-4: a draft has not been tested; only a live one signs anybody in. */
  state: ConnectionRow['state'];
  forSubscribers: boolean;
  forAdministrators: boolean;
  /** What leads to it by `/go/<identifier>`; null when it is not for administrators. */
  identifier: string | null;
  /** Without the secret ones; whole by `openSettings`. */
  settings: Readonly<Record<string, unknown>>;
  hasSecrets: boolean;
  createdAt: number;
  updatedAt: number;
  /** Of the settings: with the id, what a provider made from it may be cached by. */
  version: number;
  /** Of name, uses and identifier (`details.ts`). */
  detailsVersion: number;
}

type Row = Selectable<ConnectionRow> & { identifier: string | null };

export type Connections = ReturnType<typeof createConnections>;

export function createConnections(needs: { db: Database; clock: Clock; sealer: Sealer; definitionOf: DefinitionOf }) {
  const { db, clock, sealer, definitionOf } = needs;

  /**
   * Saves a draft. Throws `settings_invalid` with every problem by key path, `name_taken`, `identifier_taken`,
   * `not_found` (organization).
   */
  async function create(organizationId: string, draft: NewConnection): Promise<Connection> {
    const read = readNewConnection(draft, definitionOf);
    const definition = definitionOf(read.kind)!;
    return db.transaction().execute(async (trx) => {
      const { id } = await insertConnection(trx, organizationId, read, clock.now());
      await trx
        .updateTable('connections')
        .set(sealSettings(sealer, connectionContext(id), read.settings, definition.descriptions))
        .where('id', '=', id)
        .execute();
      return toConnection(await selectConnections(trx).where('connections.id', '=', id).executeTakeFirstOrThrow());
    });
  }

  const selectById = prepareFind(db, selectConnections(db).where('connections.id', '=', ''));
  async function find(id: string): Promise<Connection | undefined> {
    const row = await selectById(id);
    return row && toConnection(row);
  }

  /** Whatever its state. `typed` may come from a person: case and surrounding space do not matter. */
  async function findByIdentifier(typed: string): Promise<Connection | undefined> {
    const row = await selectConnections(db)
      .where('identifiers.identifier', '=', typed.trim().toLowerCase())
      .executeTakeFirst();
    return row && toConnection(row);
  }

  /** That subscribers can sign in with; of several the first by name. */
  async function findLiveOfKind(organizationId: string, kind: ProviderKind): Promise<Connection | undefined> {
    const row = await selectConnections(db)
      .where('connections.organization_id', '=', organizationId)
      .where('connections.kind', '=', kind)
      .where('connections.state', '=', 'live')
      .where('connections.for_subscribers', '=', 1)
      .orderBy('connections.name')
      .limit(1)
      .executeTakeFirst();
    return row && toConnection(row);
  }

  /** Of one organization, whole, by name: however many there are (`connection-list.ts` has pages). */
  async function list(organizationId: string): Promise<Connection[]> {
    const rows = await selectConnections(db)
      .where('connections.organization_id', '=', organizationId)
      .orderBy('connections.name')
      .execute();
    return rows.map(toConnection);
  }

  /** Disconnected at that time or later, by whichever process; oldest first. */
  async function disconnectedSince(time: number): Promise<{ id: string; organizationId: string; at: number }[]> {
    const rows = await db
      .selectFrom('connections')
      .select(['id', 'organization_id', 'updated_at'])
      .where('state', '=', 'disconnected')
      .where('updated_at', '>=', time)
      .orderBy('updated_at')
      .execute();
    return rows.map(({ id, organization_id, updated_at }) => ({ id, organizationId: organization_id, at: updated_at }));
  }

  /** SPEC IDP-4: after "Test and Finish" passed, or by the operator's override. The caller logs which. `not_found`. */
  async function makeLive(id: string): Promise<Connection> {
    const updated = await db
      .updateTable('connections')
      .set((row) => ({ state: 'live', updated_at: clock.now(), version: row('version', '+', 1) }))
      .where('id', '=', id)
      .where('state', '=', 'draft')
      .executeTakeFirst();
    const connection = await find(id);
    if (!connection) throw new DirectoryError('not_found', 'There is no such connection');
    // Live already: nothing changed, nothing to complain of.
    if (updated.numUpdatedRows === 0n && connection.state !== 'live')
      throw new DirectoryError('version_conflict', 'The connection was changed meanwhile');
    return connection;
  }

  /** All settings, secrets included: what the definition's `create` takes. Never shown, never logged. */
  async function openSettings(connection: Pick<Connection, 'id'>): Promise<Settings> {
    const row = await db
      .selectFrom('connections')
      .select(['id', 'settings', 'secrets_sealed'])
      .where('id', '=', connection.id)
      .executeTakeFirst();
    if (!row) throw new DirectoryError('not_found', 'There is no such connection');
    return readSettings(sealer, connectionContext(row.id), row);
  }

  return { create, find, findByIdentifier, findLiveOfKind, list, disconnectedSince, makeLive, openSettings };
}

const selectConnections = (from: Database) =>
  from
    .selectFrom('connections')
    .leftJoin('identifiers', (join) =>
      join.onRef('identifiers.connection_id', '=', 'connections.id').on('released_at', 'is', null),
    )
    .selectAll('connections')
    .select('identifiers.identifier');

/**
 * A row without settings, as a draft. Throws `name_taken`, `identifier_taken`, `limit_reached`, `not_found` (organization). Within the
 * transaction of whoever fills it.
 */
export async function insertConnection(
  trx: Database,
  organizationId: string,
  head: ReadConnectionHead,
  now: number,
): Promise<Connection> {
  const id = randomUUID();
  const organization = await trx
    .selectFrom('organizations')
    .select('id')
    .where('id', '=', organizationId)
    .executeTakeFirst();
  if (!organization) throw new DirectoryError('not_found', 'There is no such organization');
  const inserted = await trx
    .insertInto('connections')
    .values({
      id,
      organization_id: organizationId,
      kind: head.kind,
      name: head.name,
      state: 'draft',
      for_subscribers: Number(head.subscribers),
      for_administrators: Number(head.administrators),
      settings: '{}',
      secrets_sealed: null,
      created_at: now,
      updated_at: now,
      version: 1,
    })
    .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
    .executeTakeFirst();
  if (!inserted.numInsertedOrUpdatedRows)
    throw new DirectoryError('name_taken', `This organization already has a connection named "${head.name}"`);
  if (head.identifier !== undefined)
    await takeIdentifier(trx, head.identifier, { organizationId, connectionId: id, now });
  return toConnection(await selectConnections(trx).where('connections.id', '=', id).executeTakeFirstOrThrow());
}

/** The row as it is when everybody else waits: changes of one connection come one after another. Throws `not_found`. */
export async function lockConnection(trx: Database, id: string): Promise<Selectable<ConnectionRow>> {
  const locked = await trx
    .updateTable('connections')
    .set((row) => ({ version: row.ref('version') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (!locked) throw new DirectoryError('not_found', 'There is no such connection');
  return locked;
}

/** As it is within a transaction. Throws `not_found`. */
export async function findConnection(trx: Database, id: string): Promise<Connection> {
  const row = await selectConnections(trx).where('connections.id', '=', id).executeTakeFirst();
  if (!row) throw new DirectoryError('not_found', 'There is no such connection');
  return toConnection(row);
}

function toConnection(row: Row): Connection {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind as ProviderKind,
    name: row.name,
    state: row.state,
    forSubscribers: row.for_subscribers === 1,
    forAdministrators: row.for_administrators === 1,
    identifier: row.identifier,
    settings: JSON.parse(row.settings),
    hasSecrets: row.secrets_sealed !== null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
    detailsVersion: row.details_version,
  };
}
