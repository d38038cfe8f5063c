/**
 * Secure clients: credentials by which programs call the API in an administrator's name (SPEC ADM-5).
 *
 * Owns the row `secure_clients`, its secret (a hash of it only), and what a client may do: what its creator may do now,
 * by the rows that gave the creator access when it was made. Does not own: tokens (`signin/client-tokens.ts`), who may
 * create or revoke (the caller asks `permissions.ts`). Called by `api/`, `console/`, `signin/`.
 *
 * Those rows, and no others: somebody who was removed and added again has not brought old credentials back. A group's
 * row counts while the creator's last sign-in named the group; that they left it since is known when they next sign in.
 *
 * When the creator's account is taken back, by a link in a mail or by the desk, whoever had it may have made or copied
 * clients: those that there are rest until the creator resumes them. A changed password suspends nothing.
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import { prepareFind } from '../database/prepared.ts';
import type { Database, SecureClientRow } from '../database/schema.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import { type Act, entryBy, type SystemLogEntry } from '../system-log/events.ts';
import { accessOfRow, isGroup } from './administrator-rows.ts';
import { DirectoryError } from './errors.ts';
import { type Access, addUp } from './permissions.ts';

export interface SecureClient {
  clientId: string;
  organizationId: string;
  name: string;
  creator: { accountId: string; name: string };
  /** The rows of `administrators` that gave the creator access when it was made. */
  administratorIds: readonly string[];
  createdAt: number;
  /** When it last asked for a token; to the minute. */
  usedAt: number | null;
  /** Null: not suspended. */
  suspendedAt: number | null;
}

/** `creator_gone`: none of the rows that gave access is left. */
export type SecureClientState = 'active' | 'suspended' | 'creator_gone';

/** What a client may do now. */
export interface Standing {
  access: Access;
  /** Those of its rows that still count; at least one. */
  administratorIds: readonly string[];
}

export interface SecureClientDraft {
  organization: { id: string; name: string };
  /** The administrator whose permissions it gets, with the rows that they come from. */
  creator: { accountId: string; name: string; email: string; administratorIds: readonly string[] };
  name: string;
}

/** Whose clients: those of one creator, or everybody's of the organization (full access). */
export type Whose = { accountId: string } | 'everybody';

/** Of one creator in one organization: a list without end is an attack or a program that has lost its way. */
const mostPerCreator = 50;
const usedAtLag = 60_000;

export type SecureClients = ReturnType<typeof createSecureClients>;

export function createSecureClients(needs: {
  db: Database;
  clock: Clock;
  record(entry: SystemLogEntry, within?: Database): Promise<void>;
  tellPerson: TellPerson;
}) {
  const { db, clock, record, tellPerson } = needs;

  /**
   * `secret`: 256 random bits, told this once. Logged, and told to the creator by mail. Throws `name_invalid`,
   * `limit_reached`.
   */
  async function create(act: Act, draft: SecureClientDraft): Promise<{ client: SecureClient; secret: string }> {
    const { organization, creator } = draft;
    const name = requireClientName(draft.name);
    const secret = randomToken(32);
    const client = await db.transaction().execute(async (trx) => {
      const row = await trx
        .insertInto('secure_clients')
        .values({
          client_id: randomUUID(),
          organization_id: organization.id,
          name,
          secret_hash: hashOfToken(secret),
          creator_account_id: creator.accountId,
          creator_name: creator.name.slice(0, 200),
          administrator_ids: JSON.stringify(creator.administratorIds),
          created_at: clock.now(),
          used_at: null,
          suspended_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      const { count } = await trx
        .selectFrom('secure_clients')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('organization_id', '=', organization.id)
        .where('creator_account_id', '=', creator.accountId)
        .executeTakeFirstOrThrow();
      if (Number(count) > mostPerCreator)
        throw new DirectoryError('limit_reached', `An administrator has at most ${mostPerCreator} secure clients`);
      const made = toClient(row);
      await record(entryBy(act, { event: 'platform/clientadministrator/create', ...aboutClient(made) }), trx);
      if (creator.email !== '') await tell('secure_client_created', act, creator.email, organization.name, name, trx);
      return made;
    });
    return { client, secret };
  }

  /** By name. */
  async function list(organizationId: string, whose: Whose): Promise<SecureClient[]> {
    const rows = await db
      .selectFrom('secure_clients')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .$if(whose !== 'everybody', (rows) =>
        rows.where('creator_account_id', '=', (whose as { accountId: string }).accountId),
      )
      .orderBy('name')
      .orderBy('client_id')
      .execute();
    return rows.map(toClient);
  }

  /** Undefined also for another organization's, and for somebody else's where only one's own are asked for (CON-08). */
  async function find(organizationId: string, clientId: string, whose: Whose): Promise<SecureClient | undefined> {
    const row = await selectById(clientId);
    if (row?.organization_id !== organizationId) return undefined;
    if (whose !== 'everybody' && row.creator_account_id !== whose.accountId) return undefined;
    return toClient(row);
  }

  /**
   * Its tokens end with it, at once. Logged; its creator is told when somebody else did it. Throws `not_found` (as
   * `find` has it).
   */
  async function revoke(
    act: Act,
    organization: { id: string; name: string },
    clientId: string,
    whose: Whose,
  ): Promise<SecureClient> {
    return db.transaction().execute(async (trx) => {
      const row = await trx
        .deleteFrom('secure_clients')
        .where('client_id', '=', clientId)
        .where('organization_id', '=', organization.id)
        .$if(whose !== 'everybody', (rows) =>
          rows.where('creator_account_id', '=', (whose as { accountId: string }).accountId),
        )
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new DirectoryError('not_found', 'This organization has no such secure client');
      const client = toClient(row);
      await record(entryBy(act, { event: 'platform/clientadministrator/delete', ...aboutClient(client) }), trx);
      const actorId = act.actor.type === 'system' ? null : act.actor.id;
      if (actorId !== client.creator.accountId && actorId !== client.clientId) {
        const email = await emailOf(trx, client.creator.accountId);
        if (email) await tell('secure_client_revoked', act, email, organization.name, client.name, trx);
      }
      return client;
    });
  }

  /** By its creator alone, who has proven to be it. Logged, and told by mail. Throws `not_found` (also: not suspended). */
  async function resume(
    act: Act,
    organization: { id: string; name: string },
    clientId: string,
    accountId: string,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('secure_clients')
        .set({ suspended_at: null })
        .where('client_id', '=', clientId)
        .where('organization_id', '=', organization.id)
        .where('creator_account_id', '=', accountId)
        .where('suspended_at', 'is not', null)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new DirectoryError('not_found', 'You have no such secure client that is suspended');
      const client = toClient(row);
      await record(entryBy(act, { event: 'platform/clientadministrator/resume', ...aboutClient(client) }), trx);
      const email = await emailOf(trx, accountId);
      if (email) await tell('secure_client_resumed', act, email, organization.name, client.name, trx);
    });
  }

  async function tell(
    kind: 'secure_client_created' | 'secure_client_resumed' | 'secure_client_revoked',
    act: Act,
    email: string,
    organization: string,
    thing: string,
    trx: Database,
  ): Promise<void> {
    await tellPerson({ kind, email, organization, thing, act }, trx);
  }

  const selectById = prepareFind(db, db.selectFrom('secure_clients').selectAll().where('client_id', '=', ''));

  /** Whose credentials these are; compares in the same time whether the client exists or not. */
  async function authenticate(
    clientId: string,
    secret: string,
  ): Promise<{ client: SecureClient; isRight: boolean } | undefined> {
    const row = await selectById(clientId.toLowerCase());
    const given = Buffer.from(hashOfToken(secret));
    const isRight = timingSafeEqual(given, Buffer.from(row?.secret_hash ?? hashOfToken(clientId)));
    return row && { client: toClient(row), isRight };
  }

  async function findById(clientId: string): Promise<SecureClient | undefined> {
    const row = await selectById(clientId);
    return row && toClient(row);
  }

  /** What it may do now, by the durable rows; undefined: suspended, or its creator is no longer an administrator. */
  async function standingOf(client: SecureClient): Promise<Standing | undefined> {
    return client.suspendedAt === null ? standingByRows(client) : undefined;
  }

  async function stateOf(client: SecureClient): Promise<SecureClientState> {
    if (!(await standingByRows(client))) return 'creator_gone';
    return client.suspendedAt === null ? 'active' : 'suspended';
  }

  async function standingByRows(client: SecureClient): Promise<Standing | undefined> {
    if (client.administratorIds.length === 0) return undefined;
    const rows = await db
      .selectFrom('administrators')
      .innerJoin('accounts', 'accounts.connection_id', 'administrators.connection_id')
      .select([
        'administrators.id',
        'administrators.kind',
        'administrators.subject',
        'administrators.access',
        'administrators.permissions',
        'accounts.subject as creator_subject',
        'accounts.claims as creator_claims',
      ])
      .where('administrators.id', 'in', [...client.administratorIds])
      .where('administrators.organization_id', '=', client.organizationId)
      .where('administrators.state', '=', 'active')
      .where('accounts.id', '=', client.creator.accountId)
      .where('accounts.kind', '=', 'administrator')
      .execute();
    const counting = rows.filter((row) =>
      isGroup(row.kind) ? groupsIn(row.creator_claims).includes(row.subject) : row.subject === row.creator_subject,
    );
    if (counting.length === 0) return undefined;
    return { access: addUp(counting.map(accessOfRow)), administratorIds: counting.map(({ id }) => id) };
  }

  /** At most once a minute. */
  async function noteUse(client: SecureClient): Promise<void> {
    const now = clock.now();
    if (client.usedAt !== null && now - client.usedAt < usedAtLag) return;
    await db.updateTable('secure_clients').set({ used_at: now }).where('client_id', '=', client.clientId).execute();
  }

  return { create, list, find, findById, revoke, resume, authenticate, standingOf, stateOf, noteUse };
}

/**
 * Suspends what this person has made, in every organization, with an entry in each log; returns how many. In the
 * transaction of the reset that is the reason.
 */
export async function suspendClientsOf(
  trx: Database,
  identityId: string,
  reset: { at: number; act: Act; reason: 'password_reset' | 'identity_reset' },
  systemLog: { record(entry: SystemLogEntry, within: Database): Promise<void> },
): Promise<number> {
  const accounts = trx
    .selectFrom('accounts')
    .select('id')
    .where('kind', '=', 'administrator')
    .where('connection_id', '=', 'citrix')
    .where('subject', '=', identityId);
  const rows = await trx
    .updateTable('secure_clients')
    .set({ suspended_at: reset.at })
    .where('creator_account_id', 'in', accounts)
    .where('suspended_at', 'is', null)
    .returningAll()
    .execute();
  for (const row of rows) {
    const { detail, ...about } = aboutClient(toClient(row));
    const event = 'platform/clientadministrator/suspend';
    await systemLog.record(entryBy(reset.act, { event, ...about, detail: { ...detail, reason: reset.reason } }), trx);
  }
  return rows.length;
}

/** Of a client that acts: its name, and where to reach its creator. */
export async function creatorOfClient(
  trx: Database,
  clientId: string,
): Promise<{ clientName: string; email: string | undefined } | undefined> {
  const row = await trx
    .selectFrom('secure_clients')
    .select(['name', 'creator_account_id'])
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return row && { clientName: row.name, email: await emailOf(trx, row.creator_account_id) };
}

async function emailOf(trx: Database, accountId: string): Promise<string | undefined> {
  const row = await trx.selectFrom('accounts').select('claims').where('id', '=', accountId).executeTakeFirst();
  const email: unknown = row && JSON.parse(row.claims).cip_email;
  return typeof email === 'string' ? email : undefined;
}

function groupsIn(claims: string): readonly unknown[] {
  const { groups } = JSON.parse(claims) as { groups?: unknown };
  return Array.isArray(groups) ? groups : [];
}

function aboutClient({ organizationId, clientId, name, creator }: SecureClient) {
  return {
    organizationId,
    target: { type: 'clientadministrator' as const, id: clientId, name },
    // Not by name: who is erased takes no name out of what is told of a client.
    detail: { creatorId: creator.accountId },
  };
}

function requireClientName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > 100 || /\p{Cc}/u.test(trimmed))
    throw new DirectoryError('name_invalid', 'A secure client needs a name of at most 100 characters');
  return trimmed;
}

function toClient(row: Selectable<SecureClientRow>): SecureClient {
  return {
    clientId: row.client_id,
    organizationId: row.organization_id,
    name: row.name,
    creator: { accountId: row.creator_account_id, name: row.creator_name },
    administratorIds: JSON.parse(row.administrator_ids),
    createdAt: row.created_at,
    usedAt: row.used_at,
    suspendedAt: row.suspended_at,
  };
}
