/**
 * Administrators: who may administer which organization, with what access (SPEC §12).
 *
 * Owns the row `administrators` and its rules: groups have custom access only, the last full-access Citrix
 * administrator stays. Does not own invitations or the log entry. Called by `signin/admit`, `console/`, `cli/`; the
 * console asks `membershipsOf` on every request, because removal acts at once (SES-3).
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { parseGuid } from '../../providers/protocols/guid.ts';
import { parseSid } from '../../providers/protocols/sid.ts';
import type { Clock } from '../core/clock.ts';
import type { AdministratorRow, Database } from '../database/schema.ts';
import { normalizeEmail } from './email-address.ts';
import { DirectoryError } from './errors.ts';
import { sessionsNotBefore } from './identity-sessions.ts';
import { type Access, addUp, isPermission, type Permission } from './permissions.ts';

export type AdministratorKind = AdministratorRow['kind'];

export interface Administrator {
  id: string;
  organizationId: string;
  kind: AdministratorKind;
  /** `citrix` or the connection's id. */
  connectionId: string;
  /** Identity id, Azure AD `tid.oid`, group object id or group SID. */
  subject: string;
  displayName: string;
  email: string | null;
  access: Access;
  state: 'active' | 'invited';
  createdAt: number;
}

export interface AdministratorDraft {
  organizationId: string;
  kind: AdministratorKind;
  connectionId: string;
  subject: string;
  displayName: string;
  email?: string;
  access: Access;
}

/** Where a person who signed in may go. */
export interface Membership {
  organizationId: string;
  access: Access;
  /** The rows that it comes from: one's own, or those of one's groups. */
  administratorIds: readonly string[];
}

/** Whoever signed in, as the upstream says. */
export interface SignedInPerson {
  connectionId: string;
  subject: string;
  /** Object ids or SIDs, spelled as the rows spell them. */
  groups?: readonly string[];
  /**
   * When their session last saw a proof of who they are, in milliseconds. Of a Citrix identity whose sessions have been
   * ended since, nothing is left. Absent: the proof is being given now, or there is no session that it hangs on.
   */
  authTime?: number;
}

const groupKinds: readonly AdministratorKind[] = ['azure-ad-group', 'ad-group'];
/** Of more groups than these the first count: a list without end is an attack, not a person. */
const groupLimit = 2000;

export type Administrators = ReturnType<typeof createAdministrators>;

export function createAdministrators(needs: { db: Database; clock: Clock }) {
  const { db, clock } = needs;

  /** Throws `access_refused` (with why), `already_administrator`, `not_found`, `email_taken`. */
  async function add(given: AdministratorDraft): Promise<Administrator> {
    requireAccess(given);
    const draft = { ...given, subject: canonicalSubject(given) };
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, draft.organizationId);
      await requireSubject(trx, draft);
      if (draft.kind === 'azure-ad-user') await requireOwnEmail(trx, draft);
      const row = await trx
        .insertInto('administrators')
        .values({
          id: randomUUID(),
          organization_id: draft.organizationId,
          kind: draft.kind,
          connection_id: draft.connectionId,
          subject: draft.subject,
          display_name: draft.displayName,
          email: draft.email ?? null,
          access: draft.access.access,
          permissions: JSON.stringify(draft.access.access === 'custom' ? draft.access.permissions : []),
          state: 'active',
          created_at: now,
          updated_at: now,
        })
        .onConflict((conflict) => conflict.columns(['connection_id', 'subject', 'organization_id']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (!row) throw new DirectoryError('already_administrator', `${draft.displayName} is an administrator already`);
      return toAdministrator(row);
    });
  }

  /** Of one organization, by name. */
  async function list(organizationId: string): Promise<Administrator[]> {
    const rows = await db
      .selectFrom('administrators')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('display_name')
      .orderBy('id')
      .execute();
    return rows.map(toAdministrator);
  }

  /** Every organization that this person may administer now, own membership and groups added up. */
  async function membershipsOf(person: SignedInPerson): Promise<Membership[]> {
    const groups = [...new Set(person.groups ?? [])].slice(0, groupLimit);
    const rows = await db
      .selectFrom('administrators')
      .selectAll()
      .where('connection_id', '=', person.connectionId)
      .where('state', '=', 'active')
      .where((row) => {
        const own = row.and([row('subject', '=', person.subject), row('kind', 'not in', groupKinds)]);
        if (groups.length === 0) return own;
        // The kind is compared as well: nobody's own subject may pass for a group, nor the other way round.
        return row.or([own, row.and([row('subject', 'in', groups), row('kind', 'in', groupKinds)])]);
      })
      .$if(person.connectionId === 'citrix' && person.authTime !== undefined, (rows) =>
        rows.where(({ exists, selectFrom }) =>
          exists(
            selectFrom('identities')
              .select('identities.id')
              .where('identities.id', '=', person.subject)
              .where('sessions_not_before', '<=', person.authTime!),
          ),
        ),
      )
      .execute();
    const byOrganization = Map.groupBy(rows.map(toAdministrator), (row) => row.organizationId);
    return [...byOrganization].map(([organizationId, members]) => ({
      organizationId,
      access: addUp(members.map((member) => member.access)),
      administratorIds: members.map((member) => member.id),
    }));
  }

  /** Why somebody who was let in has no membership any more. */
  async function lossOf(person: SignedInPerson): Promise<'removed' | 'credentials_changed'> {
    if (person.connectionId !== 'citrix' || person.authTime === undefined) return 'removed';
    const notBefore = await sessionsNotBefore(db, person.subject);
    return notBefore !== null && notBefore > person.authTime ? 'credentials_changed' : 'removed';
  }

  /** Throws `last_administrator` (IDP-3), `not_found` (also for another organization's). */
  async function remove(organizationId: string, id: string): Promise<Administrator> {
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, organizationId);
      const removed = await trx
        .deleteFrom('administrators')
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .returningAll()
        .executeTakeFirst();
      if (!removed) throw new DirectoryError('not_found', 'This organization has no such administrator');
      if (keepsOrganization(removed) && !(await hasKeeper(trx, organizationId)))
        throw new DirectoryError(
          'last_administrator',
          'This is the last full-access administrator with a Citrix identity; add another first',
        );
      return toAdministrator(removed);
    });
  }

  /**
   * Another text whenever somebody was added, changed or removed, or all sessions of an identity were ended, by whatever
   * process.
   */
  async function fingerprint(): Promise<string> {
    const { count, latest } = await db
      .selectFrom('administrators')
      .select(({ fn }) => [fn.countAll().as('count'), fn.max('updated_at').as('latest')])
      .executeTakeFirstOrThrow();
    const { ended } = await db
      .selectFrom('identities')
      .select(({ fn }) => fn.max('sessions_not_before').as('ended'))
      .executeTakeFirstOrThrow();
    return `${count} ${latest} ${ended}`;
  }

  return { add, list, membershipsOf, lossOf, fingerprint, remove };
}

/** Changes to the administrators of one organization happen one after another: two last ones cannot remove each other. */
async function lockOrganization(trx: Database, organizationId: string): Promise<void> {
  const locked = await trx
    .updateTable('organizations')
    .set((row) => ({ updated_at: row.ref('updated_at') }))
    .where('id', '=', organizationId)
    .executeTakeFirst();
  if (locked.numUpdatedRows === 0n) throw new DirectoryError('not_found', 'There is no such organization');
}

/** IDP-3: a full-access Citrix identity; a pending invitation does not count. */
function keepsOrganization(row: Selectable<AdministratorRow>): boolean {
  return row.kind === 'identity' && row.access === 'full' && row.state === 'active';
}

async function hasKeeper(trx: Database, organizationId: string): Promise<boolean> {
  const keeper = await trx
    .selectFrom('administrators')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'identity')
    .where('access', '=', 'full')
    .where('state', '=', 'active')
    .limit(1)
    .executeTakeFirst();
  return keeper !== undefined;
}

function requireAccess({ kind, access }: AdministratorDraft): void {
  if (access.access === 'full' && groupKinds.includes(kind))
    throw new DirectoryError('access_refused', 'A group can have custom access only');
  if (access.access === 'custom' && access.permissions.length === 0)
    throw new DirectoryError('access_refused', 'Custom access needs at least one permission');
  const unknown = access.access === 'custom' ? access.permissions.filter((name) => !isPermission(name)) : [];
  if (unknown.length > 0)
    throw new DirectoryError('access_refused', `There is no permission "${unknown.join('", "')}"`);
}

/** As sign-ins will spell it (claims/): a SID or GUID copied from a portal may be in capitals or in braces. */
function canonicalSubject({ kind, subject }: AdministratorDraft): string {
  const typed = subject.trim();
  if (kind === 'identity') return subject;
  if (kind === 'azure-ad-user') return typed.toLowerCase();
  const known = kind === 'ad-group' ? parseSid(typed) : parseGuid(typed);
  if (known !== undefined) return known;
  const what = kind === 'ad-group' ? 'its SID (S-1-5-21-…)' : 'its object id, a GUID';
  throw new DirectoryError('access_refused', `A group is named by ${what}`);
}

/** The identity exists, or the connection belongs to this organization, is for administrators and of a fitting kind. */
async function requireSubject(trx: Database, draft: AdministratorDraft): Promise<void> {
  const { kind, connectionId, subject, organizationId } = draft;
  if (kind === 'identity') {
    if (connectionId !== 'citrix') throw new DirectoryError('access_refused', 'An identity signs in with citrix only');
    const identity = await trx.selectFrom('identities').select('id').where('id', '=', subject).executeTakeFirst();
    if (!identity) throw new DirectoryError('not_found', 'There is no such identity');
    return;
  }
  const connection = await trx
    .selectFrom('connections')
    .select(['kind', 'for_administrators'])
    .where('id', '=', connectionId)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  if (!connection) throw new DirectoryError('not_found', 'This organization has no such connection');
  // SML-6: of a SAML provider groups only; SPEC §3: Azure AD individuals and groups.
  const fitting = kind === 'ad-group' ? 'saml' : 'azure-ad';
  if (connection.for_administrators === 0 || connection.kind !== fitting)
    throw new DirectoryError('access_refused', 'This connection does not sign such administrators in');
}

/** AAD-3: an Azure AD administrator's email differs from that of every Citrix-identity administrator. */
async function requireOwnEmail(trx: Database, { organizationId, email }: AdministratorDraft): Promise<void> {
  const normalized = email === undefined ? undefined : normalizeEmail(email);
  if (normalized === undefined) throw new DirectoryError('email_invalid', 'An Azure AD administrator needs an email');
  const same = await trx
    .selectFrom('administrators')
    .innerJoin('identities', 'identities.id', 'administrators.subject')
    .select('administrators.id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'identity')
    .where('email_normalized', '=', normalized)
    .executeTakeFirst();
  if (same) throw new DirectoryError('email_taken', `A Citrix-identity administrator has the email ${email}`);
}

function toAdministrator(row: Selectable<AdministratorRow>): Administrator {
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    connectionId: row.connection_id,
    subject: row.subject,
    displayName: row.display_name,
    email: row.email,
    access:
      row.access === 'full'
        ? { access: 'full' }
        : { access: 'custom', permissions: (JSON.parse(row.permissions) as Permission[]).filter(isPermission) },
    state: row.state,
    createdAt: row.created_at,
  };
}
