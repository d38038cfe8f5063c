/**
 * Set-up links: whoever runs the identity provider prepares the draft of one connection without an account here.
 *
 * Owns: the rows `setup_links`, from making to the end. Does not own: what a holder may change (`setup-link-holder.ts`,
 * `drafts.ts`), the pages behind the link (`accounts/setup/`). Opening the address changes nothing (mail scanners do it,
 * SECURITY ID-10); Begin binds the link to the browser that pressed it, and pressed elsewhere it moves there.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { readEmail } from '../../core/email-address.ts';
import type { Language } from '../../core/language.ts';
import { hashOfToken, randomToken } from '../../core/random.ts';
import type { Database, SetupLinkRow } from '../../database/schema.ts';
import { inBothLanguages } from '../../mail/letter.ts';
import { setupFinishedLetter } from '../../mail/letters/setup-finished.ts';
import { setupLinkLetter } from '../../mail/letters/setup-link.ts';
import type { Mails } from '../../mail/mails.ts';
import type { Act } from '../../system-log/events.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { lockConnection } from './connections.ts';
import { type ConnectionEditor, requireEditor } from './editor.ts';
import {
  entryOfEditor,
  isCreatorStillAllowed,
  isOpen,
  linkOver,
  requireDraftEditor,
  type SetupLinkHolder,
} from './setup-link-holder.ts';

const dayMs = 86_400_000;
export const setupLinkDays = { usual: 7, most: 30 } as const;
/** Links of one connection that are open at a time. */
const openLimit = 10;
/** Links of one organization in a day: nobody's mailbox is filled by pressing a button (SECURITY ID-16). */
const dailyLimit = 50;
/** Ended ones are listed for so long. */
const endedKeptMs = 90 * dayMs;

export interface SetupLinkDraft {
  connectionId: string;
  /** Absent: the administrator passes the link on. */
  email?: string | undefined;
  /** Of the mail. */
  language: Language;
  /** The holder may make live what has passed its test. */
  mayFinish: boolean;
  /** 1 to 30; 7 unless given. */
  days?: number | undefined;
}

/** The creator, whose access the link needs as long as it lives. */
export interface SetupLinkCreator extends ConnectionEditor {
  /** Of the person. */
  accountId: string;
  /** The secure client that acts in their name. */
  clientId?: string | undefined;
}

export interface SetupLink {
  id: string;
  connectionId: string;
  state: 'open' | 'begun' | 'finished' | 'revoked' | 'expired';
  email: string | null;
  mayFinish: boolean;
  /** Name of the administrator; null: is not known any more. */
  createdBy: string | null;
  createdAt: number;
  expiresAt: number;
  openedFirstAt: number | null;
  openedLastAt: number | null;
  finishedAt: number | null;
  outcome: SetupLinkRow['outcome'];
  guide: string | null;
}

interface About {
  organization: { id: string; name: string; workspaceName: string | null };
  connection: { id: string; name: string; kind: string };
}

/** What the holder of a link may know before they begin. */
export type FoundSetupLink =
  | ({ outcome: 'open'; createdBy: string | null; expiresAt: number } & About)
  | ({ outcome: 'expired' | 'revoked' | 'finished' } & About)
  | { outcome: 'unknown' };

/** A link in the browser that began it. */
export interface HeldSetupLink extends About {
  id: string;
  email: string | null;
  mayFinish: boolean;
  createdBy: string | null;
  /** The creator's: a link gives no more than its creator has (IDP-2). */
  signedInWith: string;
  expiresAt: number;
  /** Null: not chosen yet. */
  guide: string | null;
  step: number;
}

export type SetupLinks = ReturnType<typeof createSetupLinks>;

/** `linkOf`, `connectionUrlOf`: from configuration, never from a request (SECURITY ID-11). `labelOf`: of a kind. */
export function createSetupLinks(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  mails: Pick<Mails, 'queue'>;
  labelOf(kind: string): string;
  linkOf(token: string): string;
  connectionUrlOf(customerId: string, connectionId: string): string;
}) {
  const { db, clock, systemLog, mails, labelOf, linkOf, connectionUrlOf } = needs;

  /**
   * The address is for the mail, and is shown once to whoever made it. Throws `email_invalid`, `settings_invalid`
   * (`days`), `limit_reached`, `too_many_sendings`, `not_found`, `not_permitted`, `citrix_identity_needed` (IDP-2: a link
   * gives no more than its creator has).
   */
  async function create(
    by: SetupLinkCreator,
    organizationId: string,
    draft: SetupLinkDraft,
  ): Promise<{ link: SetupLink; url: string }> {
    const email = draft.email === undefined ? undefined : readEmail(draft.email)?.mailbox;
    if (draft.email !== undefined && email === undefined)
      throw new DirectoryError('email_invalid', `"${draft.email}" is no email address`);
    const days = draft.days ?? setupLinkDays.usual;
    if (!Number.isInteger(days) || days < 1 || days > setupLinkDays.most)
      throw new DirectoryError('settings_invalid', 'The link cannot live that long', [
        { path: 'days', message: `must be a whole number from 1 to ${setupLinkDays.most}` },
      ]);
    const now = clock.now();
    const [id, secret] = [randomUUID(), randomToken()];
    const url = linkOf(`${id}.${secret}`);
    return db.transaction().execute(async (trx) => {
      const connection = await lockOwn(trx, organizationId, draft.connectionId);
      await requireFullAccess(trx, organizationId, by);
      requireEditor(by, connection.kind);
      await forgetEnded(trx, organizationId, now);
      await requireFew(trx, organizationId, connection.id, now);
      const row = await trx
        .insertInto('setup_links')
        .values({
          id,
          organization_id: organizationId,
          connection_id: connection.id,
          token_hash: hashOfToken(secret),
          browser_hash: null,
          email: email ?? null,
          language: draft.language,
          may_finish: Number(draft.mayFinish),
          creator_account_id: by.accountId,
          client_id: by.clientId ?? null,
          administrator_ids: JSON.stringify(by.as),
          signed_in_with: by.signedInWith,
          created_at: now,
          expires_at: now + days * dayMs,
          revoked_at: null,
          opened_first_at: null,
          opened_last_at: null,
          finished_at: null,
          outcome: null,
          guide: null,
          step: null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await systemLog.record(
        entryOf(by, {
          event: 'platform/setuplink/create',
          organizationId,
          target: { type: 'setuplink', id, name: connection.name, email: email ?? null },
          detail: { connectionId: connection.id, mayFinish: draft.mayFinish, days },
        }),
        trx,
      );
      const createdBy = await nameOfAccount(trx, by.accountId);
      if (email !== undefined) {
        const { organization } = await aboutOf(trx, row);
        const letter = setupLinkLetter(draft.language, {
          organization: organization.name,
          connection: connection.name,
          kind: labelOf(connection.kind),
          sentBy: createdBy,
          expiresAt: row.expires_at,
          link: url,
        });
        await mails.queue({ to: email, letter, expiresAt: row.expires_at }, trx);
      }
      return { link: toLink(row, createdBy, now), url };
    });
  }

  /** Newest first. */
  async function list(organizationId: string, connectionId: string): Promise<SetupLink[]> {
    const rows = await db
      .selectFrom('setup_links')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('connection_id', '=', connectionId)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return Promise.all(
      rows.map(async (row) => toLink(row, await nameOfAccount(db, row.creator_account_id), clock.now())),
    );
  }

  /** Acts at once. One that has ended already stays as it is. Throws `not_found`, `not_permitted`. */
  async function revoke(
    by: ConnectionEditor,
    organizationId: string,
    connectionId: string,
    linkId: string,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const connection = await lockOwn(trx, organizationId, connectionId);
      await requireFullAccess(trx, organizationId, by);
      const row = await trx
        .selectFrom('setup_links')
        .select(['id', 'email'])
        .where('id', '=', linkId)
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      if (!row) throw new DirectoryError('not_found', 'There is no such set-up link');
      const { numUpdatedRows } = await trx
        .updateTable('setup_links')
        .set({ revoked_at: clock.now(), browser_hash: null })
        .where('id', '=', linkId)
        .where('revoked_at', 'is', null)
        .where('finished_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      await systemLog.record(
        entryOf(by, {
          event: 'platform/setuplink/revoke',
          organizationId,
          target: { type: 'setuplink', id: linkId, name: connection.name, email: row.email },
          detail: { connectionId },
        }),
        trx,
      );
    });
  }

  /** Changes nothing, however often it is asked. */
  async function find(token: string): Promise<FoundSetupLink> {
    const row = await findByToken(token);
    if (!row) return { outcome: 'unknown' };
    const about = await aboutOf(db, row);
    if (row.finished_at !== null) return { outcome: 'finished', ...about };
    if (row.revoked_at !== null) return { outcome: 'revoked', ...about };
    if (row.expires_at <= clock.now()) return { outcome: 'expired', ...about };
    // The creator has no access any more: somebody has taken it back, and with it the link.
    if (!(await isCreatorStillAllowed(db, connectionOf(row, about), row))) return { outcome: 'revoked', ...about };
    const createdBy = await nameOfAccount(db, row.creator_account_id);
    return { outcome: 'open', createdBy, expiresAt: row.expires_at, ...about };
  }

  /**
   * Begin: from now on the link is good in this browser and in no other. The pages behind it are at its id: its secret is
   * in no further address. Throws `setup_link_over`.
   */
  async function begin(token: string, browser: string, origin: Omit<Act, 'actor'>): Promise<{ id: string }> {
    const now = clock.now();
    const found = await findByToken(token);
    if (!found) throw linkOver();
    return db.transaction().execute(async (trx) => {
      const about = await aboutOf(trx, found);
      if (!(await isCreatorStillAllowed(trx, connectionOf(found, about), found))) throw linkOver();
      const { numUpdatedRows } = await trx
        .updateTable('setup_links')
        .set((row) => ({
          browser_hash: browser,
          opened_first_at: row.fn.coalesce('opened_first_at', row.val(now)),
          opened_last_at: now,
        }))
        .where('id', '=', found.id)
        .where('revoked_at', 'is', null)
        .where('finished_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw linkOver();
      if (found.browser_hash !== browser)
        await systemLog.record(
          entryOfEditor(holderOf(found, browser, origin), {
            event: 'platform/setuplink/open',
            organizationId: found.organization_id,
            target: { type: 'setuplink', id: found.id, name: about.connection.name, email: found.email },
            detail: { connectionId: found.connection_id, again: found.opened_first_at !== null },
          }),
          trx,
        );
      return { id: found.id };
    });
  }

  /** What the pages behind the link show; undefined: it is not good, or not in this browser. */
  async function held(linkId: string, browser: string): Promise<HeldSetupLink | undefined> {
    const row = await db
      .selectFrom('setup_links')
      .selectAll()
      .where('id', '=', linkId)
      .where('browser_hash', '=', browser)
      .executeTakeFirst();
    if (!row || !isOpen(row, clock.now())) return undefined;
    const about = await aboutOf(db, row);
    if (!(await isCreatorStillAllowed(db, connectionOf(row, about), row))) return undefined;
    return {
      id: row.id,
      email: row.email,
      mayFinish: row.may_finish === 1,
      createdBy: await nameOfAccount(db, row.creator_account_id),
      signedInWith: row.signed_in_with,
      expiresAt: row.expires_at,
      guide: row.guide,
      step: row.step ?? 0,
      ...about,
    };
  }

  /** How it ended, for the browser that finished it: the last page can be shown again. */
  async function finishedHere(
    linkId: string,
    browser: string,
  ): Promise<({ outcome: NonNullable<SetupLinkRow['outcome']>; createdBy: string | null } & About) | undefined> {
    const row = await db
      .selectFrom('setup_links')
      .selectAll()
      .where('id', '=', linkId)
      .where('browser_hash', '=', browser)
      .where('finished_at', 'is not', null)
      .executeTakeFirst();
    if (!row || row.outcome === null) return undefined;
    const createdBy = await nameOfAccount(db, row.creator_account_id);
    return { outcome: row.outcome, createdBy, ...(await aboutOf(db, row)) };
  }

  /** Which guide is followed, and how far. Nothing when the link is not good any more: the next page says so. */
  async function keepProgress(
    { setupLink }: SetupLinkHolder,
    progress: { guide: string | null; step: number },
  ): Promise<void> {
    await db
      .updateTable('setup_links')
      .set(progress)
      .where('id', '=', setupLink.id)
      .where('browser_hash', '=', setupLink.browser)
      .where('revoked_at', 'is', null)
      .where('finished_at', 'is', null)
      .where('expires_at', '>', clock.now())
      .execute();
  }

  /**
   * The holder is done: the link is over, and whoever sent it is told how far it has come. What is live was made so before
   * (`drafts.makeLive`). Throws `setup_link_over`.
   */
  async function finish(by: SetupLinkHolder, connectionId: string): Promise<NonNullable<SetupLinkRow['outcome']>> {
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      const connection = await lockConnection(trx, connectionId);
      await requireDraftEditor(trx, connection, by, now);
      const draft = await trx
        .selectFrom('connection_drafts')
        .select(['revision', 'passed_revision'])
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      const isLive = draft === undefined && connection.state === 'live';
      const hasPassed = draft !== undefined && draft.passed_revision === draft.revision;
      const outcome = isLive ? 'live' : hasPassed ? 'passed' : 'untested';
      const row = await trx
        .updateTable('setup_links')
        .set({ finished_at: now, outcome })
        .where('id', '=', by.setupLink.id)
        .where('finished_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw linkOver();
      await systemLog.record(
        entryOfEditor(by, {
          event: 'platform/setuplink/finish',
          organizationId: row.organization_id,
          target: { type: 'setuplink', id: row.id, name: connection.name, email: row.email },
          detail: { connectionId, outcome },
        }),
        trx,
      );
      await tellCreator(trx, row, outcome);
      return outcome;
    });
  }

  async function tellCreator(
    trx: Database,
    row: Selectable<SetupLinkRow>,
    outcome: NonNullable<SetupLinkRow['outcome']>,
  ): Promise<void> {
    const { email } = await personOfAccount(trx, row.creator_account_id);
    if (email === null) return;
    const { organization, connection } = await aboutOf(trx, row);
    const { customer_id: customerId } = await trx
      .selectFrom('organizations')
      .select('customer_id')
      .where('id', '=', row.organization_id)
      .executeTakeFirstOrThrow();
    const letter = inBothLanguages((language) =>
      setupFinishedLetter(language, {
        organization: organization.name,
        connection: connection.name,
        finishedBy: row.email,
        outcome,
        connectionUrl: connectionUrlOf(customerId, connection.id),
      }),
    );
    await mails.queue({ to: email, letter }, trx);
  }

  async function findByToken(token: string): Promise<Selectable<SetupLinkRow> | undefined> {
    const [, id, secret] = /^([0-9a-f-]{36})\.([\w-]{43})$/.exec(token) ?? [];
    if (id === undefined || secret === undefined) return undefined;
    const row = await db.selectFrom('setup_links').selectAll().where('id', '=', id).executeTakeFirst();
    // Hashes of 256 random bits: how long the comparison takes tells nothing about the secret.
    return row?.token_hash === hashOfToken(secret) ? row : undefined;
  }

  return { create, list, revoke, find, begin, held, finishedHere, keepProgress, finish };
}

/** Whoever acts by a link, for the log: the address that it was sent to is all that is known of them. */
export function holderOf(
  { id, email }: { id: string; email: string | null },
  browser: string,
  origin: Omit<Act, 'actor'>,
): SetupLinkHolder {
  return { act: { actor: { type: 'setuplink', id, name: email }, ...origin }, setupLink: { id, browser } };
}

/** Another organization's connection is as unknown as one that does not exist (SECURITY CON-08). */
async function lockOwn(trx: Database, organizationId: string, connectionId: string) {
  const connection = await lockConnection(trx, connectionId);
  if (connection.organization_id !== organizationId)
    throw new DirectoryError('not_found', 'There is no such connection');
  return connection;
}

async function forgetEnded(trx: Database, organizationId: string, now: number): Promise<void> {
  await trx
    .deleteFrom('setup_links')
    .where('organization_id', '=', organizationId)
    .where('expires_at', '<', now - endedKeptMs)
    .execute();
}

async function requireFew(trx: Database, organizationId: string, connectionId: string, now: number): Promise<void> {
  const links = trx.selectFrom('setup_links').select(({ fn }) => fn.countAll().as('count'));
  const open = await links
    .where('connection_id', '=', connectionId)
    .where('revoked_at', 'is', null)
    .where('finished_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  if (Number(open.count) >= openLimit)
    throw new DirectoryError('limit_reached', `A connection has ${openLimit} open set-up links at most`);
  const today = await links
    .where('organization_id', '=', organizationId)
    .where('created_at', '>', now - dayMs)
    .executeTakeFirstOrThrow();
  if (Number(today.count) >= dailyLimit)
    throw new DirectoryError('too_many_sendings', `An organization makes ${dailyLimit} set-up links a day at most`);
}

async function aboutOf(
  from: Database,
  row: Pick<Selectable<SetupLinkRow>, 'organization_id' | 'connection_id'>,
): Promise<About> {
  const connection = await from
    .selectFrom('connections')
    .select(['id', 'name', 'kind'])
    .where('id', '=', row.connection_id)
    .executeTakeFirstOrThrow();
  const organization = await from
    .selectFrom('organizations')
    .select(['id', 'name'])
    .where('id', '=', row.organization_id)
    .executeTakeFirstOrThrow();
  const workspace = await from
    .selectFrom('workspace_names')
    .select('name')
    .where('organization_id', '=', row.organization_id)
    .where('retired_at', 'is', null)
    .executeTakeFirst();
  return { organization: { ...organization, workspaceName: workspace?.name ?? null }, connection };
}

function connectionOf(row: Pick<Selectable<SetupLinkRow>, 'organization_id'>, { connection }: About) {
  return { ...connection, organization_id: row.organization_id };
}

/** As they signed in last; both null when they are not known any more. */
async function personOfAccount(
  from: Database,
  accountId: string,
): Promise<{ name: string | null; email: string | null }> {
  const row = await from.selectFrom('accounts').select('claims').where('id', '=', accountId).executeTakeFirst();
  const { name, cip_email: email }: Record<string, unknown> = row ? JSON.parse(row.claims) : {};
  const [nameText, emailText] = [name, email].map((value) =>
    typeof value === 'string' && value !== '' ? value : null,
  );
  return { name: nameText ?? emailText ?? null, email: emailText ?? null };
}

async function nameOfAccount(from: Database, accountId: string): Promise<string | null> {
  return (await personOfAccount(from, accountId)).name;
}

function toLink(row: Selectable<SetupLinkRow>, createdBy: string | null, now: number): SetupLink {
  const state =
    row.finished_at !== null
      ? 'finished'
      : row.revoked_at !== null
        ? 'revoked'
        : row.expires_at <= now
          ? 'expired'
          : row.opened_first_at !== null
            ? 'begun'
            : 'open';
  return {
    id: row.id,
    connectionId: row.connection_id,
    state,
    email: row.email,
    mayFinish: row.may_finish === 1,
    createdBy,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    openedFirstAt: row.opened_first_at,
    openedLastAt: row.opened_last_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    guide: row.guide,
  };
}
