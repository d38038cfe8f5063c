/**
 * Administrators: who may administer which organization, with what access (SPEC §12).
 *
 * Owns adding, changing and removing them, each with its entry in the system log and the mail to the person concerned,
 * and who administers what. Does not own: what a row is (`administrator-rows.ts`), invitations (`invitations.ts`), sorting
 * and filtering (`administrator-list.ts`), the end of a removed person's sessions (`onRemoved`). Called by `signin/admit`,
 * `console/`, `api/`, `cli/`; the console asks `membershipsOf` on every request, because removal acts at once (SES-3).
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../database/schema.ts';
import type { TellPerson } from '../mail/tell-person.ts';
import type { Changes, SystemEvent, SystemLogEntry } from '../system-log/events.ts';
import type { SystemLog } from '../system-log/system-log.ts';
import {
  type Administrator,
  type AdministratorDraft,
  canonicalSubject,
  columnsOfAccess,
  isGroup,
  lockOrganization,
  requireAccess,
  requireAdministrator,
  requireKeeper,
  requireOwnEmail,
  requireSubject,
  selectAdministrators,
  toAdministrator,
} from './administrator-rows.ts';
import { type Authority, entryOf, requireFullAccess } from './authority.ts';
import { DirectoryError, type DirectoryErrorCode } from './errors.ts';
import { createMemberships } from './memberships.ts';
import type { Access } from './permissions.ts';

/** The outcome of a removal of several. */
export interface Removals {
  removed: Administrator[];
  refused: { id: string; code: DirectoryErrorCode }[];
}

export type Administrators = ReturnType<typeof createAdministrators>;

/** `onRemoved`: told after a removal has been committed, and waited for; ends the person's sessions. */
export function createAdministrators(needs: {
  db: Database;
  clock: Clock;
  systemLog: Pick<SystemLog, 'record'>;
  tellPerson: TellPerson;
  onRemoved?: (removed: Administrator) => Promise<void>;
}) {
  const { db, clock, systemLog, tellPerson, onRemoved } = needs;

  /** Throws `access_refused` (with why), `already_administrator`, `already_invited`, `not_found`, `email_taken`, `not_permitted`. */
  async function add(given: AdministratorDraft, by: Authority): Promise<Administrator> {
    requireAccess(given.kind, given.access);
    const draft = { ...given, subject: canonicalSubject(given) };
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, draft.organizationId);
      await requireFullAccess(trx, draft.organizationId, by);
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
          ...columnsOfAccess(draft.access),
          state: 'active',
          created_at: now,
          updated_at: now,
          version: 1,
        })
        .onConflict((conflict) => conflict.columns(['connection_id', 'subject', 'organization_id']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (!row) throw new DirectoryError('already_administrator', `${draft.displayName} is an administrator already`);
      const added = await requireAdministrator(trx, draft.organizationId, row.id);
      await systemLog.record(entryAbout(by, 'create', added, { after: changesOf(added) }), trx);
      return added;
    });
  }

  /** Of one organization, by name. */
  async function list(organizationId: string): Promise<Administrator[]> {
    const rows = await selectAdministrators(db)
      .where('administrators.organization_id', '=', organizationId)
      .orderBy('administrators.display_name')
      .orderBy('administrators.id')
      .execute();
    return rows.map(toAdministrator);
  }

  /** Throws `not_found`, also for another organization's. */
  const find = (organizationId: string, id: string): Promise<Administrator> =>
    requireAdministrator(db, organizationId, id);

  /**
   * Full or custom, of an administrator or of somebody still invited; the person gets a mail. The version that the change
   * was decided on must still be the current one.
   * Throws `not_found`, `version_conflict`, `access_refused`, `own_access`, `last_administrator` (IDP-3), `not_permitted`.
   */
  async function changeAccess(
    organizationId: string,
    id: string,
    change: { access: Access; version: number },
    by: Authority,
  ): Promise<Administrator> {
    return db.transaction().execute(async (trx) => {
      await lockOrganization(trx, organizationId);
      await requireFullAccess(trx, organizationId, by);
      const before = await requireAdministrator(trx, organizationId, id);
      requireNotOwn(before, by);
      if (before.version !== change.version)
        throw new DirectoryError('version_conflict', 'Somebody else has changed this access meanwhile');
      requireAccess(before.kind, change.access);
      const columns = columnsOfAccess(change.access);
      if (JSON.stringify(columnsOfAccess(before.access)) === JSON.stringify(columns)) return before;
      await trx
        .updateTable('administrators')
        .set((row) => ({ ...columns, updated_at: clock.now(), version: row('version', '+', 1) }))
        .where('id', '=', id)
        .execute();
      await requireKeeper(trx, before);
      const after = await requireAdministrator(trx, organizationId, id);
      const changes = { before: changesOf(before), after: changesOf(after) };
      await systemLog.record(entryAbout(by, 'update', after, changes), trx);
      await tell(trx, after, 'access_changed');
      return after;
    });
  }

  /**
   * Takes the access away at once, or the invitation back. `version`: refused when the row is another by now.
   * Throws `last_administrator` (IDP-3), `not_found` (also for another organization's), `own_access`, `version_conflict`,
   * `not_permitted`.
   */
  async function remove(
    organizationId: string,
    id: string,
    by: Authority,
    conditions: { version?: number } = {},
  ): Promise<Administrator> {
    const removed = await db.transaction().execute(async (trx) => {
      await lockOrganization(trx, organizationId);
      await requireFullAccess(trx, organizationId, by);
      const before = await requireAdministrator(trx, organizationId, id);
      requireNotOwn(before, by);
      if (conditions.version !== undefined && conditions.version !== before.version)
        throw new DirectoryError('version_conflict', 'Somebody else has changed this administrator meanwhile');
      await trx.deleteFrom('administrators').where('id', '=', id).execute();
      await requireKeeper(trx, before);
      await trx
        .updateTable('invitations')
        .set({ state: 'withdrawn', email: '', email_normalized: '', closed_at: clock.now() })
        .where('administrator_id', '=', id)
        .where('state', '=', 'open')
        .execute();
      await systemLog.record(entryAbout(by, 'delete', before, { before: changesOf(before) }), trx);
      await tell(trx, before, 'access_removed');
      return before;
    });
    if (removed.state === 'active') await onRemoved?.(removed);
    return removed;
  }

  /** One after another, so that one that has to stay does not keep the others; nothing is thrown for those. */
  async function removeEach(organizationId: string, ids: readonly string[], by: Authority): Promise<Removals> {
    const outcome: Removals = { removed: [], refused: [] };
    for (const id of new Set(ids)) {
      try {
        outcome.removed.push(await remove(organizationId, id, by));
      } catch (error) {
        if (!(error instanceof DirectoryError) || error.code === 'not_permitted') throw error;
        outcome.refused.push({ id, code: error.code });
      }
    }
    return outcome;
  }

  /** Groups have no mailbox; whoever has not accepted yet has nothing that could change. */
  async function tell(
    trx: Database,
    { kind, email, organizationId, state }: Administrator,
    what: 'access_changed' | 'access_removed',
  ): Promise<void> {
    if (email === null || isGroup(kind) || state !== 'active') return;
    const { name } = await trx
      .selectFrom('organizations')
      .select('name')
      .where('id', '=', organizationId)
      .executeTakeFirstOrThrow();
    // From where somebody else did it is not the reader's business.
    await tellPerson({ kind: what, email, organization: name, act: {} }, trx);
  }

  return { add, list, find, changeAccess, remove, removeEach, ...createMemberships({ db }) };
}

/** CON-06: nobody changes or removes their own access. A group that one belongs to is not one's own. */
function requireNotOwn({ id, kind }: Administrator, { as }: Authority): void {
  if (as !== 'operator' && as.includes(id) && !isGroup(kind))
    throw new DirectoryError('own_access', 'Another administrator with full access has to do this');
}

/** The log's words: groups have events of their own (LOG-4). */
export function entryAbout(
  by: Authority,
  action: 'create' | 'invite' | 'update' | 'delete',
  { id, displayName, email, kind, organizationId }: Administrator,
  what: Pick<SystemLogEntry, 'detail' | 'before' | 'after'> = {},
): SystemLogEntry {
  const event: SystemEvent =
    isGroup(kind) && action !== 'invite' ? `platform/administratorgroup/${action}` : `platform/administrator/${action}`;
  return entryOf(by, {
    ...what,
    event,
    organizationId,
    target: { type: 'administrator', id, name: displayName, email },
  });
}

/** LOG-4, before and after. */
export function changesOf({ access, state }: Administrator): Changes {
  return {
    access: access.access,
    ...(access.access === 'custom' && { permissions: [...access.permissions] }),
    state,
  };
}
