/**
 * The third right to prepare a connection, beside an administrator's and the operator's: holding a set-up link.
 *
 * The holder has no account. What they may do is less than what the link's creator may, and ends with it: the draft of
 * exactly one connection, asked of the rows in the transaction of each change (SECURITY CON-06, CON-08). A type of its own:
 * what takes an `Authority` (administrators, names, other connections) cannot be called with it.
 */
import type { Selectable } from 'kysely';
import type { ConnectionRow, Database, SetupLinkRow } from '../../database/schema.ts';
import { type Act, entryBy, type SystemLogEntry } from '../../system-log/events.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf, requireFullAccess } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import { type ConnectionEditor, requireEditor } from './editor.ts';

export interface SetupLinkHolder {
  act: Act;
  setupLink: {
    id: string;
    /** SHA-256, base64url, of the cookie that binds the link to this browser. */
    browser: string;
  };
}

/** Who may save the draft of a connection. */
export type DraftEditor = ConnectionEditor | SetupLinkHolder;

/** The rows that a link needs to be good for something. */
export type ConnectionOfLink = Pick<Selectable<ConnectionRow>, 'id' | 'organization_id' | 'kind'>;

export function isHolder(by: DraftEditor): by is SetupLinkHolder {
  return 'setupLink' in by;
}

/**
 * Within the transaction of the change, after the connection was locked. Throws `not_permitted` and
 * `citrix_identity_needed` for administrators; `setup_link_over` for whoever holds a link that is no longer good, was
 * begun in another browser, or is another connection's: one answer for all of them.
 */
export async function requireDraftEditor(
  trx: Database,
  connection: ConnectionOfLink,
  by: DraftEditor,
  now: number,
): Promise<void> {
  if (isHolder(by)) await requireHeld(trx, connection, by, now);
  else {
    await requireFullAccess(trx, connection.organization_id, by);
    requireEditor(by, connection.kind);
  }
}

/** As `requireDraftEditor`; of a holder only whom the administrator allowed to finish. Throws `not_permitted` too. */
export async function requireFinisher(
  trx: Database,
  connection: ConnectionOfLink,
  by: DraftEditor,
  now: number,
): Promise<void> {
  if (!isHolder(by)) return requireDraftEditor(trx, connection, by, now);
  const link = await requireHeld(trx, connection, by, now);
  if (link.may_finish !== 1)
    throw new DirectoryError('not_permitted', 'Making the connection live is left to the administrator');
}

async function requireHeld(
  trx: Database,
  connection: ConnectionOfLink,
  { setupLink }: SetupLinkHolder,
  now: number,
): Promise<Selectable<SetupLinkRow>> {
  const row = await trx
    .selectFrom('setup_links')
    .selectAll()
    .where('id', '=', setupLink.id)
    .where('browser_hash', '=', setupLink.browser)
    .where('connection_id', '=', connection.id)
    .executeTakeFirst();
  if (!row || !isOpen(row, now) || !(await isCreatorStillAllowed(trx, connection, row))) throw linkOver();
  return row;
}

/** Neither finished, revoked nor expired. */
export function isOpen(row: Pick<Selectable<SetupLinkRow>, 'revoked_at' | 'finished_at' | 'expires_at'>, now: number) {
  return row.revoked_at === null && row.finished_at === null && row.expires_at > now;
}

/** A link does not outlive the access of whoever made it, nor the secure client that made it. */
export async function isCreatorStillAllowed(
  trx: Database,
  { organization_id: organizationId, kind }: ConnectionOfLink,
  row: Selectable<SetupLinkRow>,
): Promise<boolean> {
  const as = JSON.parse(row.administrator_ids) as string[];
  const creator: ConnectionEditor = { act: { actor: { type: 'system' } }, as, signedInWith: row.signed_in_with };
  try {
    await requireFullAccess(trx, organizationId, creator);
    requireEditor(creator, kind);
  } catch (error) {
    if (error instanceof DirectoryError) return false;
    throw error;
  }
  if (row.client_id === null) return true;
  const client = await trx
    .selectFrom('secure_clients')
    .select('client_id')
    .where('client_id', '=', row.client_id)
    .where('suspended_at', 'is', null)
    .executeTakeFirst();
  return client !== undefined;
}

/**
 * The connection is live for the first time: whoever was asked to bring it there by another link has nothing to finish any
 * more, and must not be able to replace what people sign in with from now on. Links that may only prepare stay.
 */
export async function endFinishingLinks(
  trx: Database,
  { id, organization_id: organizationId, name }: ConnectionOfLink & { name: string },
  by: DraftEditor,
  needs: { now: number; systemLog: Pick<SystemLog, 'record'> },
): Promise<void> {
  const ended = await trx
    .updateTable('setup_links')
    .set({ revoked_at: needs.now, browser_hash: null })
    .where('connection_id', '=', id)
    .where('id', '<>', isHolder(by) ? by.setupLink.id : '')
    .where('may_finish', '=', 1)
    .where('revoked_at', 'is', null)
    .where('finished_at', 'is', null)
    .where('expires_at', '>', needs.now)
    .returning(['id', 'email'])
    .execute();
  for (const link of ended)
    await needs.systemLog.record(
      entryOfEditor(by, {
        event: 'platform/setuplink/revoke',
        organizationId,
        target: { type: 'setuplink', id: link.id, name, email: link.email },
        detail: { connectionId: id, because: 'live' },
      }),
      trx,
    );
}

export function linkOver(): DirectoryError {
  return new DirectoryError('setup_link_over', 'This set-up link is no longer good in this browser');
}

/** An entry by whoever edits; what the operator or a link's holder did says so. */
export function entryOfEditor(by: DraftEditor, what: Omit<SystemLogEntry, keyof Act>): SystemLogEntry {
  return isHolder(by) ? entryBy(by.act, { ...what, detail: { via: 'setuplink', ...what.detail } }) : entryOf(by, what);
}

/** In rows that name who changed them: somebody with a set-up link that was mailed to nobody. */
export const namelessHolder = 'set-up link';

/** For rows that name who changed them; null: the operator, or the broker by itself. */
export function nameOfEditor({ act: { actor } }: DraftEditor): string | null {
  if (actor.type === 'setuplink') return actor.name ?? namelessHolder;
  return actor.type === 'system' ? null : (actor.name ?? null);
}
