/**
 * Identifiers of connections for administrators (SPEC §1): unique over the installation, two at most in an organization,
 * kept for it 90 days after they were given up. Within the transaction of whoever changes the connection.
 */
import type { Database } from '../../database/schema.ts';
import { lockOrganization } from '../administrator-rows.ts';
import { DirectoryError } from '../errors.ts';

const keptForMs = 90 * 86_400_000;
const mostIdentifiers = 2;

interface Owner {
  organizationId: string;
  connectionId: string;
  now: number;
}

/** The connection has none now. Throws `identifier_taken`, `limit_reached`. */
export async function takeIdentifier(
  trx: Database,
  identifier: string,
  { organizationId, connectionId, now }: Owner,
): Promise<void> {
  // Two that are taken at once would each see one free place.
  await lockOrganization(trx, organizationId);
  const { current } = await trx
    .selectFrom('identifiers')
    .select((row) => row.fn.countAll<number | string>().as('current'))
    .where('organization_id', '=', organizationId)
    .where('released_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (Number(current) >= mostIdentifiers)
    throw new DirectoryError(
      'limit_reached',
      `An organization has ${mostIdentifiers} identifiers at most: give one up, or disconnect its connection`,
    );
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

export async function releaseIdentifier(trx: Database, connectionId: string, now: number): Promise<void> {
  await trx
    .updateTable('identifiers')
    .set({ released_at: now })
    .where('connection_id', '=', connectionId)
    .where('released_at', 'is', null)
    .execute();
}

export async function identifierOf(trx: Database, connectionId: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('identifiers')
    .select('identifier')
    .where('connection_id', '=', connectionId)
    .where('released_at', 'is', null)
    .executeTakeFirst();
  return row?.identifier;
}

/**
 * A connection that goes live for administrators has one: the one it has, or the one it had last. Throws
 * `identifier_taken`, `limit_reached`, and `draft_incomplete` when it never had one.
 */
export async function requireIdentifier(trx: Database, owner: Owner): Promise<void> {
  if ((await identifierOf(trx, owner.connectionId)) !== undefined) return;
  const last = await trx
    .selectFrom('identifiers')
    .select('identifier')
    .where('connection_id', '=', owner.connectionId)
    .orderBy('released_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!last)
    throw new DirectoryError('draft_incomplete', 'A connection for administrators needs an identifier', [
      { path: 'identifier', message: 'a connection for administrators needs one' },
    ]);
  await takeIdentifier(trx, last.identifier, owner);
}
