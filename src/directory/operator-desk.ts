/**
 * What the operator does for a person who asks the help desk: reset the second factors, change the email, erase (SPEC
 * CIT-4: the recovery phone is for support staff; SECURITY CON-20).
 *
 * Owns that each act is one transaction with its log entry, its mail to the person and the end of their sessions. Nothing
 * here lets anybody sign in as somebody else, sees a password or a key. Does not own the question "really?". Called by
 * `cli/` alone: no page and no API leads here.
 */
import type { Clock } from '../core/clock.ts';
import { normalizeEmail, readEmail } from '../core/email-address.ts';
import type { Database, Tables } from '../database/schema.ts';
import type { SecurityNoticeKind } from '../mail/letters/security-notice.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { SystemEvent, SystemLogEntry } from '../system-log/events.ts';
import type { LogSeal } from '../system-log/seal/log-seal.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import { lockOrganization, requireAdministrator, requireKeeper, requireNotOfAzureAd } from './administrator-rows.ts';
import { entryOf, operator } from './authority.ts';
import { DirectoryError } from './errors.ts';
import { organizationsOfIdentity } from './identity-organizations.ts';
import { endSessionsBefore } from './identity-sessions.ts';
import { suspendClientsOf } from './secure-clients.ts';

/** What proves the second factor; deleted together. */
const factorTables = ['totp_devices', 'backup_codes', 'passkeys'] as const satisfies readonly (keyof Tables)[];
/** Every other row that belongs to an identity and goes with it (a test looks at the schema). */
const ownedTables = [
  ...factorTables,
  'recovery_phones',
  'password_history',
  'password_resets',
  'terms_acceptances',
] as const satisfies readonly (keyof Tables)[];

export interface Subject {
  id: string;
  email: string;
  displayName: string;
}

export type OperatorDesk = ReturnType<typeof createOperatorDesk>;

export function createOperatorDesk(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  tellPerson: TellPerson;
  logSeal: Pick<LogSeal, 'key' | 'pseudonymise'>;
}) {
  const { db, clock, systemLog, tellPerson, logSeal } = needs;

  /** By email or id. Throws `not_found`. */
  async function find(reference: string): Promise<Subject> {
    const normalized = normalizeEmail(reference) ?? '';
    const row = await db
      .selectFrom('identities')
      .select(['id', 'email', 'display_name as displayName'])
      .where((each) => each.or([each('id', '=', reference), each('email_normalized', '=', normalized)]))
      .executeTakeFirst();
    if (!row) throw new DirectoryError('not_found', `There is no identity "${reference}" (email or id)`);
    return row;
  }

  /** Somebody at the desk reads what is kept of a person, the recovery phone among it. */
  async function noteLook(subject: Subject, reason: string): Promise<void> {
    await db.transaction().execute((trx) => note(trx, subject, 'platform/identity/read', reason));
  }

  /** The next sign-in enrols anew; nothing of the old ones opens anything any more. */
  async function resetFactors(subject: Subject, reason: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      for (const table of factorTables) await trx.deleteFrom(table).where('identity_id', '=', subject.id).execute();
      const at = clock.now();
      await endSessionsBefore(trx, subject.id, at);
      await note(trx, subject, 'platform/identity/reset', reason);
      const { act } = operator;
      const suspended = await suspendClientsOf(trx, subject.id, { at, act, reason: 'identity_reset' }, systemLog);
      await tellPerson({ kind: 'identity_reset', email: subject.email, suspended, act }, trx);
    });
  }

  /**
   * The email in both spellings, if this person may have it from now on. Throws `email_invalid`, `email_taken` (also by
   * an Azure AD administrator, AAD-3, and when it is theirs already).
   */
  async function requireFree(
    subject: Subject,
    email: string,
    trx: Database = db,
  ): Promise<{ mailbox: string; normalized: string }> {
    const read = readEmail(email);
    if (!read) throw new DirectoryError('email_invalid', `"${email}" is no email address`);
    const { mailbox, normalized } = read;
    if (mailbox === subject.email)
      throw new DirectoryError('email_taken', `${subject.displayName} signs in with ${subject.email} already`);
    const other = await trx
      .selectFrom('identities')
      .select('id')
      .where('email_normalized', '=', normalized)
      .where('id', '!=', subject.id)
      .executeTakeFirst();
    if (other) throw taken(email);
    for (const organizationId of await organizationsOfIdentity(trx, subject.id)) {
      if (organizationId !== null) await requireNotOfAzureAd(trx, organizationId, normalized);
    }
    return read;
  }
  const taken = (email: string) =>
    new DirectoryError('email_taken', `There is already an identity with the email ${email}`);

  /** Both addresses are told. Throws as `requireFree`. */
  async function changeEmail(subject: Subject, email: string, reason: string): Promise<Subject> {
    const change = db.transaction().execute(async (trx) => {
      const { mailbox, normalized } = await requireFree(subject, email, trx);
      const changed = { ...subject, email: mailbox };
      const now = clock.now();
      await trx
        .updateTable('identities')
        .set({ email: changed.email, email_normalized: normalized, updated_at: now })
        .where('id', '=', subject.id)
        .execute();
      await trx
        .updateTable('administrators')
        .set({ email: changed.email, updated_at: now })
        .where('connection_id', '=', 'citrix')
        .where('subject', '=', subject.id)
        .execute();
      // A link that went to the old address opens nothing any more.
      await trx.deleteFrom('password_resets').where('identity_id', '=', subject.id).execute();
      await endSessionsBefore(trx, subject.id, now);
      const changes = { before: { email: subject.email }, after: { email: changed.email } };
      await note(trx, changed, 'platform/identity/update', reason, changes);
      await tell(trx, changed, 'email_changed');
      await tell(trx, changed, 'email_changed', subject.email);
      return changed;
    });
    return change.catch((error: unknown) => {
      // Of two who are given it at the same moment, PostgreSQL tells the later one by its unique index.
      throw (error as { code?: unknown }).code === '23505' ? taken(email) : error;
    });
  }

  /**
   * Deletes whatever is kept of a person, and takes them out of the system log, whose records stay. Throws
   * `last_administrator` (IDP-3) when an organization would be left without one.
   */
  async function erase(subject: Subject, reason: string): Promise<void> {
    // Made or opened before: within the transaction it could not be.
    await logSeal.key();
    await db.transaction().execute(async (trx) => {
      const known = [subject.id];
      // Before the memberships are gone: they say whose logs it belongs into.
      await note(trx, subject, 'platform/identity/delete', reason);
      const rows = await trx
        .selectFrom('administrators')
        .select(['id', 'organization_id'])
        .where('connection_id', '=', 'citrix')
        .where('subject', '=', subject.id)
        .orderBy('organization_id')
        .execute();
      for (const { id, organization_id: organizationId } of rows) {
        await lockOrganization(trx, organizationId);
        const before = await requireAdministrator(trx, organizationId, id);
        await trx.deleteFrom('administrators').where('id', '=', id).execute();
        await requireKeeper(trx, before);
        known.push(id);
      }
      known.push(...(await withdrawInvitations(trx, subject)));
      const accounts = await trx
        .deleteFrom('accounts')
        .where('connection_id', '=', 'citrix')
        .where('subject', '=', subject.id)
        .returning('id')
        .execute();
      known.push(...accounts.map(({ id }) => id));
      for (const { id } of accounts)
        await trx.deleteFrom('secure_clients').where('creator_account_id', '=', id).execute();
      await trx
        .deleteFrom('password_reset_requests')
        .where('email_normalized', '=', normalizeEmail(subject.email) ?? '')
        .execute();
      for (const table of ownedTables) await trx.deleteFrom(table).where('identity_id', '=', subject.id).execute();
      await trx.deleteFrom('identities').where('id', '=', subject.id).execute();
      await logSeal.pseudonymise(known, trx);
      await tell(trx, subject, 'identity_deleted');
    });
  }

  /** Those that wait for this email hold it. Returns the ids of the administrators that were not to be. */
  async function withdrawInvitations(trx: Database, { email }: Subject): Promise<string[]> {
    const open = await trx
      .updateTable('invitations')
      .set({ state: 'withdrawn', email: '', email_normalized: '', closed_at: clock.now() })
      .where('email_normalized', '=', normalizeEmail(email) ?? '')
      .where('state', '=', 'open')
      .returning('administrator_id')
      .execute();
    const ids = open.map((row) => row.administrator_id);
    if (ids.length > 0) await trx.deleteFrom('administrators').where('id', 'in', ids).execute();
    return ids;
  }

  /** In the log of every organization that knows them. */
  async function note(
    trx: Database,
    { id, email, displayName }: Subject,
    event: SystemEvent,
    reason: string,
    changes: Pick<SystemLogEntry, 'before' | 'after'> = {},
  ): Promise<void> {
    const target = { type: 'identity', id, name: displayName, email } as const;
    for (const organizationId of await organizationsOfIdentity(trx, id)) {
      const entry = entryOf(operator, { ...changes, event, organizationId, target, detail: { reason } });
      await systemLog.record(entry, trx);
    }
  }

  const tell = (trx: Database, { email }: Subject, kind: SecurityNoticeKind, to?: string): Promise<void> =>
    tellPerson({ kind, email, act: {}, ...(to !== undefined && { to }) }, trx);

  return { find, noteLook, resetFactors, requireFree, changeEmail, erase };
}
