/**
 * The row `administrators`, with what is known of its person and its invitation, as everybody else sees it; and the
 * rules about it that need no transaction of their own. Called by `administrators.ts` and `invitations.ts`.
 */
import type { Selectable } from 'kysely';
import { parseGuid } from '../../providers/protocols/guid.ts';
import { parseSid } from '../../providers/protocols/sid.ts';
import { normalizeEmail } from '../core/email-address.ts';
import type { AdministratorRow, Database } from '../database/schema.ts';
import { DirectoryError } from './errors.ts';
import { type Access, isPermission, type Permission } from './permissions.ts';

export type AdministratorKind = AdministratorRow['kind'];

export interface Administrator {
  id: string;
  organizationId: string;
  kind: AdministratorKind;
  /** `citrix` or the connection's id. */
  connectionId: string;
  /** Identity id, Azure AD `tid.oid`, group object id or group SID; of somebody invited `invited:<id>`. */
  subject: string;
  displayName: string;
  email: string | null;
  access: Access;
  state: 'active' | 'invited';
  /** Null: active. */
  invitation: { firstSentAt: number; sentAt: number; expiresAt: number } | null;
  createdAt: number;
  updatedAt: number;
  /** What a change must name, so that two stale forms do not overwrite each other (SECURITY CON-13). */
  version: number;
}

export type AdministratorStatus = 'active' | 'invite_sent' | 'expired';

/** ADM-1: Active, Invite Sent, Expired. */
export function statusOf({ invitation }: Pick<Administrator, 'invitation'>, now: number): AdministratorStatus {
  if (invitation === null) return 'active';
  return invitation.expiresAt > now ? 'invite_sent' : 'expired';
}

export const groupKinds: readonly AdministratorKind[] = ['azure-ad-group', 'ad-group'];

export function isGroup(kind: AdministratorKind): boolean {
  return groupKinds.includes(kind);
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

/** Of an identity name and email are those of today, not those of the day it was added. */
export function selectAdministrators(db: Database) {
  return db
    .selectFrom('administrators')
    .leftJoin('identities', (join) =>
      join.onRef('identities.id', '=', 'administrators.subject').on('administrators.kind', '=', 'identity'),
    )
    .leftJoin('invitations', (join) =>
      join.onRef('invitations.administrator_id', '=', 'administrators.id').on('invitations.state', '=', 'open'),
    )
    .selectAll('administrators')
    .select([
      'identities.email as identity_email',
      'identities.display_name as identity_name',
      'invitations.first_sent_at',
      'invitations.sent_at',
      'invitations.expires_at',
    ]);
}

type JoinedRow = Selectable<AdministratorRow> & {
  identity_email: string | null;
  identity_name: string | null;
  first_sent_at: number | null;
  sent_at: number | null;
  expires_at: number | null;
};

export function toAdministrator(row: JoinedRow): Administrator {
  const { first_sent_at: firstSentAt, sent_at: sentAt, expires_at: expiresAt } = row;
  return {
    id: row.id,
    organizationId: row.organization_id,
    kind: row.kind,
    connectionId: row.connection_id,
    subject: row.subject,
    displayName: row.identity_name ?? row.display_name,
    email: row.identity_email ?? row.email,
    access: accessOfRow(row),
    state: row.state,
    invitation:
      firstSentAt === null || sentAt === null || expiresAt === null ? null : { firstSentAt, sentAt, expiresAt },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

export function accessOfRow(row: Pick<Selectable<AdministratorRow>, 'access' | 'permissions'>): Access {
  if (row.access === 'full') return { access: 'full' };
  return { access: 'custom', permissions: (JSON.parse(row.permissions) as Permission[]).filter(isPermission) };
}

/** The two columns of an access. */
export function columnsOfAccess(access: Access): Pick<AdministratorRow, 'access' | 'permissions'> {
  const permissions = access.access === 'custom' ? [...new Set(access.permissions)] : [];
  return { access: access.access, permissions: JSON.stringify(permissions) };
}

/** Throws `not_found`, also for another organization's. */
export async function requireAdministrator(trx: Database, organizationId: string, id: string): Promise<Administrator> {
  const row = await selectAdministrators(trx)
    .where('administrators.id', '=', id)
    .where('administrators.organization_id', '=', organizationId)
    .executeTakeFirst();
  if (!row) throw new DirectoryError('not_found', 'This organization has no such administrator');
  return toAdministrator(row);
}

/** Changes to the administrators of one organization happen one after another: two last ones cannot remove each other. */
export async function lockOrganization(trx: Database, organizationId: string): Promise<void> {
  const locked = await trx
    .updateTable('organizations')
    .set((row) => ({ updated_at: row.ref('updated_at') }))
    .where('id', '=', organizationId)
    .executeTakeFirst();
  if (locked.numUpdatedRows === 0n) throw new DirectoryError('not_found', 'There is no such organization');
}

/**
 * IDP-3: a full-access Citrix identity stays; a pending invitation does not count. `before`: what was removed or changed;
 * an organization that has none yet is not held up by it. Throws `last_administrator`.
 */
export async function requireKeeper(trx: Database, before: Administrator): Promise<void> {
  const kept = before.kind === 'identity' && before.access.access === 'full' && before.state === 'active';
  if (!kept) return;
  const keeper = await trx
    .selectFrom('administrators')
    .select('id')
    .where('organization_id', '=', before.organizationId)
    .where('kind', '=', 'identity')
    .where('access', '=', 'full')
    .where('state', '=', 'active')
    .limit(1)
    .executeTakeFirst();
  if (!keeper)
    throw new DirectoryError(
      'last_administrator',
      'This is the last full-access administrator with a Citrix identity; add another first',
    );
}

/** SML-6: groups have custom access only. Throws `access_refused`. */
export function requireAccess(kind: AdministratorKind, access: Access): void {
  if (access.access === 'full' && isGroup(kind))
    throw new DirectoryError('access_refused', 'A group can have custom access only');
  if (access.access === 'custom' && access.permissions.length === 0)
    throw new DirectoryError('access_refused', 'Custom access needs at least one permission');
  const unknown = access.access === 'custom' ? access.permissions.filter((name) => !isPermission(name)) : [];
  if (unknown.length > 0)
    throw new DirectoryError('access_refused', `There is no permission "${unknown.join('", "')}"`);
}

/** As sign-ins will spell it (claims/): a SID or GUID copied from a portal may be in capitals or in braces. */
export function canonicalSubject({ kind, subject }: AdministratorDraft): string {
  const typed = subject.trim();
  if (kind === 'identity') return subject;
  if (kind === 'azure-ad-user') return typed.toLowerCase();
  const known = kind === 'ad-group' ? parseSid(typed) : parseGuid(typed);
  if (known !== undefined) return known;
  const what = kind === 'ad-group' ? 'its SID (S-1-5-21-…)' : 'its object id, a GUID';
  throw new DirectoryError('access_refused', `A group is named by ${what}`);
}

/** The identity exists, or the connection belongs to this organization, is for administrators and of a fitting kind. */
export async function requireSubject(trx: Database, draft: AdministratorDraft): Promise<void> {
  const { kind, connectionId, subject, organizationId } = draft;
  if (kind === 'identity') {
    if (connectionId !== 'citrix') throw new DirectoryError('access_refused', 'An identity signs in with citrix only');
    const identity = await trx
      .selectFrom('identities')
      .select('email_normalized')
      .where('id', '=', subject)
      .executeTakeFirst();
    if (!identity) throw new DirectoryError('not_found', 'There is no such identity');
    await requireNoInvitation(trx, organizationId, identity.email_normalized);
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

/** AAD-3: an Azure AD administrator's email differs from that of every Citrix-identity administrator, invited ones included. */
export async function requireOwnEmail(trx: Database, { organizationId, email }: AdministratorDraft): Promise<void> {
  const normalized = email === undefined ? undefined : normalizeEmail(email);
  if (normalized === undefined) throw new DirectoryError('email_invalid', 'An Azure AD administrator needs an email');
  if (await administersWithIdentity(trx, organizationId, normalized))
    throw new DirectoryError('email_taken', `A Citrix-identity administrator has the email ${email}`);
  await requireNoInvitation(trx, organizationId, normalized);
}

/** Whether a Citrix identity with this email administers the organization. */
export async function administersWithIdentity(
  trx: Database,
  organizationId: string,
  normalized: string,
): Promise<boolean> {
  const same = await trx
    .selectFrom('administrators')
    .innerJoin('identities', 'identities.id', 'administrators.subject')
    .select('administrators.id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'identity')
    .where('email_normalized', '=', normalized)
    .executeTakeFirst();
  return same !== undefined;
}

/** One invitation for one email, expired or not: a fresh one needs delete and invite again (ADM-1). Throws `already_invited`. */
export async function requireNoInvitation(trx: Database, organizationId: string, normalized: string): Promise<void> {
  const open = await trx
    .selectFrom('invitations')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('email_normalized', '=', normalized)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (open) throw new DirectoryError('already_invited', 'This email has an invitation already; delete it first');
}

/** AAD-3: the email of a Citrix-identity administrator differs from that of every Azure AD administrator. */
export async function requireNotOfAzureAd(trx: Database, organizationId: string, normalized: string): Promise<void> {
  const rows = await trx
    .selectFrom('administrators')
    .select('email')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', 'azure-ad-user')
    .execute();
  if (rows.some(({ email }) => email !== null && normalizeEmail(email) === normalized))
    throw new DirectoryError('email_taken', 'An Azure AD administrator has this email');
}
