/**
 * Connections: one organization's configured upstreams, and the identifiers that lead to them.
 *
 * Owns the rows `connections` and `identifiers`, and where secrets are kept apart and sealed. Does not own what a
 * setting means: the provider's definition validates and describes it, and comes in as `definitionOf`, because only
 * the entry knows the registry. Called by `signin/`, `console/`, `cli/`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Sealer } from '../../certs/sealing.ts';
import type { ProviderKind } from '../../providers/provider.ts';
import type { Clock } from '../core/clock.ts';
import { prepareFind } from '../database/prepared.ts';
import type { ConnectionRow, Database } from '../database/schema.ts';
import { type ConnectionDraft, type DefinitionOf, readConnectionDraft } from './connection-draft.ts';
import { joinSecrets, splitSecrets } from './connection-secrets.ts';
import { DirectoryError } from './errors.ts';

export interface Connection {
  id: string;
  organizationId: string;
  kind: ProviderKind;
  name: string;
  /** SPEC IDP-4: a draft has not been tested and signs nobody in. */
  state: 'draft' | 'live';
  forSubscribers: boolean;
  forAdministrators: boolean;
  /** What leads to it by `/go/<identifier>`; null when it is not for administrators. */
  identifier: string | null;
  /** Without the secret ones; whole by `openSettings`. */
  settings: Readonly<Record<string, unknown>>;
  hasSecrets: boolean;
  createdAt: number;
  updatedAt: number;
  /** With the id, what a provider made from it may be cached by. */
  version: number;
}

type Row = Selectable<ConnectionRow> & { identifier: string | null };

export type Connections = ReturnType<typeof createConnections>;

export function createConnections(needs: { db: Database; clock: Clock; sealer: Sealer; definitionOf: DefinitionOf }) {
  const { db, clock, sealer, definitionOf } = needs;

  const select = (from: Database = db) =>
    from
      .selectFrom('connections')
      .leftJoin('identifiers', (join) =>
        join.onRef('identifiers.connection_id', '=', 'connections.id').on('released_at', 'is', null),
      )
      .selectAll('connections')
      .select('identifiers.identifier');

  /**
   * Saves a draft. Throws `settings_invalid` with every problem by key path, `name_taken`, `identifier_taken`,
   * `not_found` (organization).
   */
  async function create(organizationId: string, draft: ConnectionDraft): Promise<Connection> {
    const read = readConnectionDraft(draft, definitionOf);
    const definition = definitionOf(read.kind)!;
    const id = randomUUID();
    const now = clock.now();
    const { plain, secrets } = splitSecrets(read.settings, definition.descriptions);
    return db.transaction().execute(async (trx) => {
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
          kind: read.kind,
          name: read.name,
          state: 'draft',
          for_subscribers: Number(read.subscribers),
          for_administrators: Number(read.administrators),
          settings: JSON.stringify(plain),
          secrets_sealed: secrets && sealer.seal(JSON.stringify(secrets), connectionContext(id)),
          created_at: now,
          updated_at: now,
          version: 1,
        })
        .onConflict((conflict) => conflict.columns(['organization_id', 'name']).doNothing())
        .executeTakeFirst();
      if (!inserted.numInsertedOrUpdatedRows)
        throw new DirectoryError('name_taken', `This organization already has a connection named "${read.name}"`);
      if (read.identifier !== undefined) await takeIdentifier(trx, read.identifier, organizationId, id, now);
      return toConnection(await select(trx).where('connections.id', '=', id).executeTakeFirstOrThrow());
    });
  }

  const selectById = prepareFind(db, select().where('connections.id', '=', ''));
  async function find(id: string): Promise<Connection | undefined> {
    const row = await selectById(id);
    return row && toConnection(row);
  }

  /** Whatever its state. `typed` may come from a person: case and surrounding space do not matter. */
  async function findByIdentifier(typed: string): Promise<Connection | undefined> {
    const row = await select().where('identifiers.identifier', '=', typed.trim().toLowerCase()).executeTakeFirst();
    return row && toConnection(row);
  }

  /** Of one organization, by name. */
  async function list(organizationId: string): Promise<Connection[]> {
    const rows = await select()
      .where('connections.organization_id', '=', organizationId)
      .orderBy('connections.name')
      .execute();
    return rows.map(toConnection);
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
  async function openSettings(connection: Pick<Connection, 'id'>): Promise<Record<string, unknown>> {
    const row = await db
      .selectFrom('connections')
      .select(['id', 'settings', 'secrets_sealed'])
      .where('id', '=', connection.id)
      .executeTakeFirst();
    if (!row) throw new DirectoryError('not_found', 'There is no such connection');
    if (row.secrets_sealed === null) return JSON.parse(row.settings);
    const secrets = sealer.openText(row.secrets_sealed, connectionContext(row.id));
    return joinSecrets(JSON.parse(row.settings), JSON.parse(secrets));
  }

  return { create, find, findByIdentifier, list, makeLive, openSettings };
}

/** Where a connection's sealed secrets belong: bound to the row, so that they open in no other. */
export function connectionContext(id: string): string {
  return `connections/${id}`;
}

const keptForMs = 90 * 86_400_000;

/** SPEC §1: unique over the installation; one that was given up stays with its organization for 90 days. */
async function takeIdentifier(
  trx: Database,
  identifier: string,
  organizationId: string,
  connectionId: string,
  now: number,
): Promise<void> {
  const taken = await trx
    .insertInto('identifiers')
    .values({ identifier, organization_id: organizationId, connection_id: connectionId, released_at: null })
    .onConflict((conflict) =>
      conflict
        .column('identifier')
        .doUpdateSet({ organization_id: organizationId, connection_id: connectionId, released_at: null })
        .where((row) =>
          row.and([
            row('identifiers.released_at', 'is not', null),
            row.or([
              row('identifiers.organization_id', '=', organizationId),
              row('identifiers.released_at', '<=', now - keptForMs),
            ]),
          ]),
        ),
    )
    .executeTakeFirst();
  if (!taken.numInsertedOrUpdatedRows)
    throw new DirectoryError('identifier_taken', `The identifier "${identifier}" is taken`);
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
  };
}
