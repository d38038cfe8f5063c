/**
 * Invitations: how somebody becomes an administrator by a link in a mail (SPEC ADM-1, CIT-10; SECURITY ID-10).
 *
 * Owns the row `invitations`, from the first sending to the acceptance. Does not own what the invited person may do then:
 * that is the administrator's row (`administrators.ts`), which is there from the beginning, `invited`; its access is the one
 * that counts, and whoever accepts names the version that they were shown. Called by `console/`, `api/`, `cli/` (invite,
 * resend) and `accounts/` (find, accept).
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { readEmail } from '../core/email-address.ts';
import { hashOfToken, randomToken } from '../core/random.ts';
import type { Database, InvitationRow } from '../database/schema.ts';
import { inBothLanguages } from '../mail/letter.ts';
import { invitationLetter } from '../mail/letters/invitation.ts';
import type { Mails } from '../mail/mails.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import { type Act, entryBy } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import {
  type Administrator,
  type AdministratorDraft,
  administersWithIdentity,
  canonicalSubject,
  columnsOfAccess,
  lockOrganization,
  requireAccess,
  requireAdministrator,
  requireNoInvitation,
  requireNotOfAzureAd,
  requireOwnEmail,
  requireSubject,
} from './administrator-rows.ts';
import { changesOf, entryAbout } from './administrators.ts';
import { type Authority, requireFullAccess } from './authority.ts';
import { DirectoryError, type DirectoryErrorCode } from './errors.ts';
import type { Identities, Identity, IdentityDraft } from './identities.ts';
import { textOfAccess } from './permission-labels.ts';
import type { Access } from './permissions.ts';
import { creatorOfClient } from './secure-clients.ts';

/** ADM-1: counted from the first sending; sending again does not extend it. */
export const invitationLifetime = 5 * 86_400_000;
/** Links that may be sent of one invitation (SECURITY ID-16: nobody's mailbox is filled by pressing a button). */
export const sendingsLimit = 10;
/** Invitations of one organization in a day. */
export const dailyLimit = 200;
/** A closed one is remembered, without its email, so that its link can say what became of it. */
const closedKeptMs = 90 * 86_400_000;

export interface InvitationDraft {
  organizationId: string;
  email: string;
  access: Access;
  /** AAD-3: chosen in the directory of this connection; accepts by signing in there, as exactly this person. */
  chosen?: { connectionId: string; subject: string; displayName: string };
}

/** The link is for the mail; the command line shows it too, for an installation without a mail server. */
export interface Invited {
  administrator: Administrator;
  link: string;
  expiresAt: number;
}

/** What the holder of a link may know. Everything else is one answer, `unknown`. */
export type FoundInvitation =
  | { outcome: 'open'; invitation: OpenInvitation }
  | { outcome: 'expired' | 'accepted' | 'withdrawn' | 'replaced'; organization: OpenInvitation['organization'] }
  | { outcome: 'unknown' };

export interface OpenInvitation {
  email: string;
  organization: { id: string; name: string; orgId: string; customerId: string };
  access: Access;
  invitedBy: string | null;
  expiresAt: number;
  /** This email has an identity: accepting needs no new one. */
  hasIdentity: boolean;
  /** Accepting is signing in there; null: with the built-in identity. `identifier`: of `/go/<identifier>`. */
  signInWith: { connection: string; identifier: string | null } | null;
  /** What an acceptance must name: access that was changed since it was shown is shown again first. */
  version: number;
}

export type Invitations = ReturnType<typeof createInvitations>;

/** `linkOf`: from configuration, never from a request (SECURITY ID-11). */
export function createInvitations(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  mails: Pick<Mails, 'queue'>;
  tellPerson: TellPerson;
  identities: Pick<Identities, 'create'>;
  linkOf(token: string): string;
}) {
  const { db, clock, systemLog, mails, tellPerson, identities, linkOf } = needs;

  /**
   * Makes the administrator, `invited`, and mails the link. The answer does not tell whether the email has an identity.
   * Throws `email_invalid`, `access_refused`, `already_administrator`, `already_invited` (also when that has expired),
   * `email_taken` (an Azure AD administrator has it, or somebody chosen in Azure AD has the email of a Citrix-identity
   * administrator, AAD-3), `too_many_sendings`, `not_permitted`, `not_found`.
   */
  async function invite(draft: InvitationDraft, by: Authority): Promise<Invited> {
    const { organizationId, access, chosen } = draft;
    const read = readEmail(draft.email);
    if (!read) throw new DirectoryError('email_invalid', `"${draft.email}" is no email address`);
    const { mailbox: email, normalized } = read;
    const kind = chosen ? 'azure-ad-user' : 'identity';
    requireAccess(kind, access);
    const now = clock.now();
    const [id, administratorId, secret] = [randomUUID(), randomUUID(), randomToken()];
    const person = {
      organizationId,
      kind,
      connectionId: chosen?.connectionId ?? 'citrix',
      // Nobody's subject: an identity's id is a bare UUID.
      subject: chosen?.subject ?? `invited:${administratorId}`,
      displayName: chosen?.displayName ?? email,
      email,
      access,
    } satisfies AdministratorDraft;
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, organizationId);
      await requireFullAccess(trx, organizationId, by);
      if (chosen) {
        await requireSubject(trx, person);
        await requireOwnEmail(trx, person);
        await requireNotYet(trx, person);
      } else {
        if (await administersWithIdentity(trx, organizationId, normalized))
          throw new DirectoryError('already_administrator', `${email} is an administrator already`);
        await requireNoInvitation(trx, organizationId, normalized);
        await requireNotOfAzureAd(trx, organizationId, normalized);
      }
      await forgetClosed(trx, organizationId, now);
      await requireWithinDay(trx, organizationId, now);
      await trx
        .insertInto('administrators')
        .values({
          id: administratorId,
          organization_id: organizationId,
          kind,
          connection_id: person.connectionId,
          subject: canonicalSubject(person),
          display_name: person.displayName,
          email,
          ...columnsOfAccess(access),
          state: 'invited',
          created_at: now,
          updated_at: now,
          version: 1,
        })
        .execute();
      const invitation = await trx
        .insertInto('invitations')
        .values({
          id,
          organization_id: organizationId,
          administrator_id: administratorId,
          state: 'open',
          email,
          email_normalized: normalized,
          token_hash: hashOfToken(secret),
          replaced_hashes: '[]',
          invited_by: nameOf(by),
          first_sent_at: now,
          sent_at: now,
          expires_at: now + invitationLifetime,
          closed_at: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      const administrator = await requireAdministrator(trx, organizationId, administratorId);
      await systemLog.record(entryAbout(by, 'invite', administrator, { after: changesOf(administrator) }), trx);
      await tellCreator(trx, by, organizationId, email);
      return { administrator, ...(await send(trx, invitation, administrator, secret)) };
    });
  }

  /**
   * A new link for an invitation that is still open; those before it are void. It does not live longer (ADM-1).
   * Throws `not_found`, `invitation_over` (accepted or expired: delete it and invite again), `too_many_sendings`,
   * `not_permitted`.
   */
  async function resend(organizationId: string, administratorId: string, by: Authority): Promise<Invited> {
    const now = clock.now();
    const secret = randomToken();
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, organizationId);
      await requireFullAccess(trx, organizationId, by);
      const administrator = await requireAdministrator(trx, organizationId, administratorId);
      const before = await trx
        .selectFrom('invitations')
        .selectAll()
        .where('administrator_id', '=', administratorId)
        .where('state', '=', 'open')
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (!before)
        throw new DirectoryError('invitation_over', 'This invitation is no longer valid; delete it and invite again');
      const replaced = [...replacedOf(before), before.token_hash];
      if (replaced.length >= sendingsLimit)
        throw new DirectoryError('too_many_sendings', `An invitation is sent ${sendingsLimit} times at most`);
      const invitation = await trx
        .updateTable('invitations')
        .set({ token_hash: hashOfToken(secret), replaced_hashes: JSON.stringify(replaced), sent_at: now })
        .where('id', '=', before.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      await systemLog.record(entryAbout(by, 'invite', administrator, { detail: { again: true } }), trx);
      return {
        administrator: await requireAdministrator(trx, organizationId, administratorId),
        ...(await send(trx, invitation, administrator, secret)),
      };
    });
  }

  /** One after another; nothing is thrown for those that cannot be sent again. */
  async function resendEach(organizationId: string, ids: readonly string[], by: Authority) {
    const outcome: { resent: Administrator[]; refused: { id: string; code: DirectoryErrorCode }[] } = {
      resent: [],
      refused: [],
    };
    for (const id of new Set(ids)) {
      try {
        outcome.resent.push((await resend(organizationId, id, by)).administrator);
      } catch (error) {
        if (!(error instanceof DirectoryError) || error.code === 'not_permitted') throw error;
        outcome.refused.push({ id, code: error.code });
      }
    }
    return outcome;
  }

  /** Whoever made the secure client that invites learns of it: it may be in other hands. */
  async function tellCreator(trx: Database, { act }: Authority, organizationId: string, invited: string) {
    if (act.actor.type !== 'client' || act.actor.id === null) return;
    const creator = await creatorOfClient(trx, act.actor.id);
    if (creator?.email === undefined) return;
    const { name: organization } = await organizationOf(trx, organizationId);
    const thing = `${invited} (${creator.clientName})`;
    await tellPerson({ kind: 'secure_client_invited', email: creator.email, organization, thing, act }, trx);
  }

  async function send(
    trx: Database,
    invitation: Selectable<InvitationRow>,
    administrator: Administrator,
    secret: string,
  ) {
    const { expires_at: expiresAt, invited_by: invitedBy, email, organization_id: organizationId } = invitation;
    const link = linkOf(`${invitation.id}.${secret}`);
    const organization = await organizationOf(trx, organizationId);
    const signInWith = await signInOf(trx, administrator);
    const letter = inBothLanguages((language) =>
      invitationLetter(language, {
        ...(signInWith && { signInWith: signInWith.connection }),
        organization: organization.name,
        orgId: organization.orgId,
        access: textOfAccess(language, administrator.access),
        invitedBy,
        expiresAt,
        link,
      }),
    );
    await mails.queue({ to: email, letter, expiresAt }, trx);
    return { link, expiresAt };
  }

  /** Changes nothing, however often it is asked: mail scanners open links (SECURITY ID-10). */
  async function find(token: string): Promise<FoundInvitation> {
    const held = await findHeld(db, token);
    if (!held.row) return { outcome: 'unknown' };
    const outcome = outcomeOf(held.row, held.hash, clock.now());
    const { organization_id: organizationId, administrator_id: administratorId, email_normalized } = held.row;
    const organization = await organizationOf(db, organizationId);
    if (outcome !== 'open') return { outcome, organization };
    const administrator = await requireAdministrator(db, organizationId, administratorId);
    const identity = await db
      .selectFrom('identities')
      .select('id')
      .where('email_normalized', '=', email_normalized)
      .executeTakeFirst();
    return {
      outcome,
      invitation: {
        email: held.row.email,
        organization,
        access: administrator.access,
        invitedBy: held.row.invited_by,
        expiresAt: held.row.expires_at,
        hasIdentity: identity !== undefined,
        signInWith: await signInOf(db, administrator),
        version: administrator.version,
      },
    };
  }

  /**
   * Makes the identity, with the email that was invited, and the membership, in one transaction.
   * Throws `invitation_over`, `invitation_changed` (show it again), `email_taken` (it has an identity by now: accept with
   * that), `name_invalid`, `password_refused`, `too_busy`.
   */
  async function acceptAsNew(
    token: string,
    accepted: { version: number; person: Omit<IdentityDraft, 'email' | 'totpKey'> },
    from: Omit<Act, 'actor'>,
  ): Promise<Identity> {
    const held = await findHeld(db, token);
    if (!held.row || outcomeOf(held.row, held.hash, clock.now()) !== 'open') throw invitationOver();
    return identities.create({ ...accepted.person, email: held.row.email }, async (trx, identity) => {
      await accept(trx, token, accepted.version, identity, from);
      const target = { type: 'identity', id: identity.id, name: identity.displayName, email: identity.email } as const;
      await systemLog.record(
        entryBy(
          { ...from, actor: actorOf(identity) },
          { event: 'platform/identity/create', organizationId: null, target },
        ),
        trx,
      );
    });
  }

  /**
   * Gives the membership to the identity that has the invited email; signing in proves the rest.
   * Throws `invitation_over`, `invitation_changed`, `not_found` (there is no such identity).
   */
  async function acceptAsExisting(token: string, version: number, from: Omit<Act, 'actor'>): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const held = await findHeld(trx, token);
      if (!held.row || outcomeOf(held.row, held.hash, clock.now()) !== 'open') throw invitationOver();
      const identity = await trx
        .selectFrom('identities')
        .select(['id', 'email', 'display_name as displayName'])
        .where('email_normalized', '=', held.row.email_normalized)
        .executeTakeFirst();
      if (!identity) throw new DirectoryError('not_found', 'This email has no identity');
      await accept(trx, token, version, identity, from);
    });
  }

  /** The one place where a link is used up: a conditional statement, so that of two requests one succeeds. */
  async function accept(
    trx: Database,
    token: string,
    version: number,
    identity: Pick<Identity, 'id' | 'email' | 'displayName'>,
    from: Omit<Act, 'actor'>,
  ): Promise<void> {
    const now = clock.now();
    const { row, hash } = await findHeld(trx, token);
    if (!row) throw invitationOver();
    const { organization_id: organizationId, administrator_id: administratorId } = row;
    // First, as whoever removes does it, so that neither waits for the other.
    await lockOrganization(trx, organizationId);
    const taken = await trx
      .updateTable('invitations')
      .set({ state: 'accepted', email: '', email_normalized: '', closed_at: now })
      .where('id', '=', row.id)
      .where('token_hash', '=', hash)
      .where('state', '=', 'open')
      .where('expires_at', '>', now)
      .executeTakeFirst();
    if (taken.numUpdatedRows === 0n) throw invitationOver();
    const before = await requireAdministrator(trx, organizationId, administratorId);
    // whoever was chosen in a directory accepts by signing in there, and in no other way
    if (before.kind !== 'identity') throw invitationOver();
    if (before.version !== version)
      throw new DirectoryError('invitation_changed', 'The access that is offered has been changed meanwhile');
    const same = await trx
      .selectFrom('administrators')
      .select('id')
      .where('connection_id', '=', 'citrix')
      .where('subject', '=', identity.id)
      .where('organization_id', '=', organizationId)
      .executeTakeFirst();
    // Their email was changed to this one since: they have access, and it is not changed by a link.
    if (same) throw new DirectoryError('already_administrator', 'This identity administers the organization already');
    await trx
      .updateTable('administrators')
      .set((row) => ({
        subject: identity.id,
        display_name: identity.displayName,
        email: identity.email,
        state: 'active',
        updated_at: now,
        version: row('version', '+', 1),
      }))
      .where('id', '=', administratorId)
      .where('state', '=', 'invited')
      .execute();
    const after = await requireAdministrator(trx, organizationId, administratorId);
    const by: Authority = { act: { ...from, actor: actorOf(identity) }, as: [] };
    await systemLog.record(
      entryAbout(by, 'create', after, { before: changesOf(before), after: changesOf(after) }),
      trx,
    );
  }

  /**
   * AAD-3: this person has just signed in by the connection whose directory they were chosen in. True: they are an
   * administrator from now on. False: nothing was open for exactly them. One conditional statement decides.
   */
  async function acceptBySigningIn(
    { connectionId, subject }: { connectionId: string; subject: string },
    from: Omit<Act, 'actor'>,
  ): Promise<boolean> {
    const invited = await db
      .selectFrom('administrators')
      .select(['id', 'organization_id', 'display_name as displayName'])
      .where('connection_id', '=', connectionId)
      .where('subject', '=', subject)
      .where('kind', '=', 'azure-ad-user')
      .where('state', '=', 'invited')
      .executeTakeFirst();
    if (!invited) return false;
    const { id, organization_id: organizationId } = invited;
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, organizationId);
      const taken = await trx
        .updateTable('invitations')
        .set({ state: 'accepted', email: '', email_normalized: '', closed_at: now })
        .where('administrator_id', '=', id)
        .where('state', '=', 'open')
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (taken.numUpdatedRows === 0n) return false;
      const before = await requireAdministrator(trx, organizationId, id);
      await trx
        .updateTable('administrators')
        .set((row) => ({ state: 'active', updated_at: now, version: row('version', '+', 1) }))
        .where('id', '=', id)
        .where('state', '=', 'invited')
        .execute();
      const after = await requireAdministrator(trx, organizationId, id);
      const by: Authority = { act: { ...from, actor: actorOf(invited) }, as: [] };
      const changes = { before: changesOf(before), after: changesOf(after) };
      await systemLog.record(entryAbout(by, 'create', after, changes), trx);
      return true;
    });
  }

  return { invite, resend, resendEach, find, acceptAsNew, acceptAsExisting, acceptBySigningIn };
}

/** Where somebody who was chosen in a directory signs in. */
async function signInOf(db: Database, { kind, connectionId }: Administrator): Promise<OpenInvitation['signInWith']> {
  if (kind === 'identity') return null;
  const row = await db
    .selectFrom('connections')
    .leftJoin('identifiers', (join) =>
      join.onRef('identifiers.connection_id', '=', 'connections.id').on('released_at', 'is', null),
    )
    .select(['connections.name', 'identifiers.identifier'])
    .where('connections.id', '=', connectionId)
    .executeTakeFirst();
  return { connection: row?.name ?? '', identifier: row?.identifier ?? null };
}

/** Throws `already_administrator` or `already_invited`. */
async function requireNotYet(trx: Database, person: AdministratorDraft): Promise<void> {
  const row = await trx
    .selectFrom('administrators')
    .select('state')
    .where('organization_id', '=', person.organizationId)
    .where('connection_id', '=', person.connectionId)
    .where('subject', '=', canonicalSubject(person))
    .executeTakeFirst();
  if (row?.state === 'invited')
    throw new DirectoryError('already_invited', `${person.displayName} has an invitation already; delete it first`);
  if (row) throw new DirectoryError('already_administrator', `${person.displayName} is an administrator already`);
}

async function forgetClosed(trx: Database, organizationId: string, now: number): Promise<void> {
  await trx
    .deleteFrom('invitations')
    .where('organization_id', '=', organizationId)
    .where('closed_at', '<', now - closedKeptMs)
    .execute();
}

async function requireWithinDay(trx: Database, organizationId: string, now: number): Promise<void> {
  const { count } = await trx
    .selectFrom('invitations')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('organization_id', '=', organizationId)
    .where('first_sent_at', '>', now - 86_400_000)
    .executeTakeFirstOrThrow();
  if (Number(count) >= dailyLimit)
    throw new DirectoryError('too_many_sendings', `An organization sends ${dailyLimit} invitations a day at most`);
}

async function organizationOf(db: Database, id: string) {
  return db
    .selectFrom('organizations')
    .select(['id', 'name', 'org_id as orgId', 'customer_id as customerId'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** `<id>.<secret>`, as links carry it; anything else is nobody's. */
function partsOf(token: string): { id: string; secret: string } {
  const [, id = '', secret = ''] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(token) ?? [];
  return { id, secret };
}

async function findHeld(
  db: Database,
  token: string,
): Promise<{ row: Selectable<InvitationRow> | undefined; hash: string }> {
  const { id, secret } = partsOf(token);
  const hash = hashOfToken(secret);
  if (id === '') return { row: undefined, hash };
  const row = await db.selectFrom('invitations').selectAll().where('id', '=', id).executeTakeFirst();
  // Hashes of 256 random bits: how long the comparison takes tells nothing about the secret.
  const isHolder = row !== undefined && (row.token_hash === hash || replacedOf(row).includes(hash));
  return { row: isHolder ? row : undefined, hash };
}

function outcomeOf(
  row: Selectable<InvitationRow>,
  hash: string,
  now: number,
): Exclude<FoundInvitation['outcome'], 'unknown'> {
  if (row.state !== 'open') return row.state;
  if (row.expires_at <= now) return 'expired';
  return row.token_hash === hash ? 'open' : 'replaced';
}

function replacedOf(row: Pick<Selectable<InvitationRow>, 'replaced_hashes'>): string[] {
  return JSON.parse(row.replaced_hashes) as string[];
}

function invitationOver(): DirectoryError {
  return new DirectoryError('invitation_over', 'This invitation is no longer valid');
}

function nameOf({ act: { actor } }: Authority): string | null {
  return actor.type === 'system' ? null : (actor.name ?? null);
}

/** Whoever accepts has no account yet: `accounts` are made at the first sign-in. */
function actorOf({ displayName }: Pick<Identity, 'displayName'>): Act['actor'] {
  return { type: 'administrator', id: null, name: displayName };
}
