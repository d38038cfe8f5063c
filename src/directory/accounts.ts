/**
 * Accounts: who a `sub` is (ARCHITECTURE §5, "Account").
 *
 * Owns the row `accounts`: one per person and kind, made at the first sign-in, with the claims of the last one. The
 * person's key is (connection, immutable subject); email and UPN are attributes and never looked up. Called by
 * `signin/admit` and `op/`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { prepareFind, prepareInsert } from '../database/prepared.ts';
import type { AccountRow, Database } from '../database/schema.ts';

export interface Account {
  /** Random UUID: `sub`. */
  id: string;
  kind: 'subscriber' | 'administrator';
  /** Null for administrators. */
  organizationId: string | null;
  /** Connection id, or `citrix`. */
  connectionId: string;
  subject: string;
  /** Normalised, as of the last sign-in. */
  claims: Readonly<Record<string, unknown>>;
  createdAt: number;
  signedInAt: number;
}

export type SignedIn = Pick<Account, 'connectionId' | 'subject' | 'claims'> &
  ({ kind: 'subscriber'; organizationId: string } | { kind: 'administrator'; organizationId: null });

export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(needs: { db: Database; clock: Clock }) {
  const { db, clock } = needs;

  const columns = [
    'id',
    'kind',
    'organization_id',
    'connection_id',
    'subject',
    'claims',
    'created_at',
    'signed_in_at',
  ] as const;
  const upsert = prepareInsert(db, columns, (row: Selectable<AccountRow>) =>
    db
      .insertInto('accounts')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['connection_id', 'subject', 'kind']).doUpdateSet((excluded) => ({
          claims: excluded.ref('excluded.claims'),
          signed_in_at: excluded.ref('excluded.signed_in_at'),
        })),
      )
      .returningAll(),
  );

  /** One statement: of two first sign-ins at once one makes the row and both get it. */
  async function findOrCreate(person: SignedIn): Promise<Account> {
    const now = clock.now();
    const [row] = await upsert({
      id: randomUUID(),
      kind: person.kind,
      organization_id: person.organizationId,
      connection_id: person.connectionId,
      subject: person.subject,
      claims: JSON.stringify(person.claims),
      created_at: now,
      signed_in_at: now,
    });
    return toAccount(row!);
  }

  const select = prepareFind(db, db.selectFrom('accounts').selectAll().where('id', '=', ''));
  async function find(id: string): Promise<Account | undefined> {
    const row = await select(id);
    return row && toAccount(row);
  }

  /** The account of a person of the built-in provider as an administrator; undefined before their first sign-in. */
  async function findOfIdentity(identityId: string): Promise<Account | undefined> {
    const row = await db
      .selectFrom('accounts')
      .selectAll()
      .where('connection_id', '=', 'citrix')
      .where('subject', '=', identityId)
      .where('kind', '=', 'administrator')
      .executeTakeFirst();
    return row && toAccount(row);
  }

  return { findOrCreate, find, findOfIdentity };
}

function toAccount(row: Selectable<AccountRow>): Account {
  return {
    id: row.id,
    kind: row.kind,
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    subject: row.subject,
    claims: JSON.parse(row.claims),
    createdAt: row.created_at,
    signedInAt: row.signed_in_at,
  };
}
