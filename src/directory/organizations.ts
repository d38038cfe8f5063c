/**
 * Organizations: their names, numbers and settings.
 *
 * Owns the rows `organizations` and `workspace_names`. Does not own what a setting does (`sessions/policy.ts`), who
 * may change it, or the log entry about it: those are the caller's. Called by `signin/`, `sessions/`, `console/`,
 * `cli/`.
 */
import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Clock } from '../core/clock.ts';
import { randomDigits } from '../core/random.ts';
import { prepareFind } from '../database/prepared.ts';
import type { Database, OrganizationRow } from '../database/schema.ts';
import { DirectoryError, problemsOf } from './errors.ts';
import { requireName } from './names.ts';
import {
  createSettingsReader,
  type OrganizationSettings,
  organizationSettingsSchema,
  type Remembering,
  readSettings,
} from './organization-settings.ts';

export type { OrganizationSettings };

export interface Organization {
  id: string;
  /** 8 digits. */
  orgId: string;
  customerId: string;
  name: string;
  /** The current one: host label or path segment. */
  workspaceName: string;
  settings: OrganizationSettings;
  /** The connection that subscribers sign in with; null: nobody can yet. */
  subscriberConnectionId: string | null;
  createdAt: number;
  /** What a change must name, so that two stale forms do not overwrite each other (SECURITY CON-13). */
  version: number;
}

const dayMs = 86_400_000;
/** SPEC §2: how long an old workspace name leads to the new one, and belongs to nobody else. */
const retiredNameMs = 30 * dayMs;

export type Organizations = ReturnType<typeof createOrganizations>;

/** `rememberSettings`: not at all unless given. */
export function createOrganizations(needs: { db: Database; clock: Clock; rememberSettings?: Remembering }) {
  const { db, clock } = needs;
  const settingsReader = createSettingsReader({ db, clock, remember: needs.rememberSettings ?? { forMs: 0 } });

  const selectOrganization = () =>
    db
      .selectFrom('organizations')
      .innerJoin('workspace_names', (join) =>
        join.onRef('workspace_names.organization_id', '=', 'organizations.id').on('retired_at', 'is', null),
      )
      .selectAll('organizations')
      .select('workspace_names.name as workspace_name');

  /** Throws `name_invalid`, `name_reserved`, `name_taken`. Without `workspaceName` it is the customer id. */
  async function create(draft: { name: string; customerId: string; workspaceName?: string }): Promise<Organization> {
    const workspaceName = draft.workspaceName ?? draft.customerId;
    const name = requireDisplayName(draft.name);
    requireName('customer id', draft.customerId);
    // Where people may give one or the other, nobody's customer id may be another's OrgID.
    if (/^[0-9]{8}$/.test(draft.customerId))
      throw new DirectoryError('name_invalid', 'A customer id of 8 digits would look like an OrgID');
    requireName('workspace name', workspaceName);
    const id = randomUUID();
    const now = clock.now();
    return db.transaction().execute(async (trx) => {
      for (let attempt = 0; ; attempt++) {
        const orgId = randomDigits(8);
        const inserted = await trx
          .insertInto('organizations')
          .values({
            id,
            org_id: orgId,
            customer_id: draft.customerId,
            name,
            settings: JSON.stringify(organizationSettingsSchema.parse({})),
            subscriber_connection_id: null,
            created_at: now,
            updated_at: now,
            version: 1,
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows) break;
        const sameCustomer = await trx
          .selectFrom('organizations')
          .select('id')
          .where('customer_id', '=', draft.customerId)
          .executeTakeFirst();
        if (sameCustomer || attempt === 20)
          throw new DirectoryError('name_taken', `The customer id "${draft.customerId}" is taken`);
      }
      await takeWorkspaceName(trx, id, workspaceName, now);
      return requireFound(await selectOrganizationIn(trx, id));
    });
  }

  const selectById = prepareFind(db, selectOrganization().where('organizations.id', '=', ''));
  async function find(id: string): Promise<Organization | undefined> {
    return toOrganization(await selectById(id));
  }

  const selectByCustomerId = prepareFind(db, selectOrganization().where('customer_id', '=', ''));
  async function findByCustomerId(customerId: string): Promise<Organization | undefined> {
    return toOrganization(await selectByCustomerId(customerId));
  }

  /** By customer id, OrgID or id: whatever an operator has at hand. */
  async function findByReference(reference: string): Promise<Organization | undefined> {
    const row = await selectOrganization()
      .where((each) =>
        each.or([
          each('customer_id', '=', reference),
          each('org_id', '=', reference),
          each('organizations.id', '=', reference),
        ]),
      )
      .executeTakeFirst();
    return toOrganization(row);
  }

  /** `retired`: it is an old name and the caller redirects to the current one. Undefined after 30 days. */
  async function findByWorkspaceName(
    name: string,
  ): Promise<{ organization: Organization; retired: boolean } | undefined> {
    const row = await db.selectFrom('workspace_names').selectAll().where('name', '=', name).executeTakeFirst();
    if (!row || isLongRetired(row.retired_at, clock.now())) return undefined;
    const organization = await find(row.organization_id);
    return organization && { organization, retired: row.retired_at !== null };
  }

  /** By name. */
  async function list(): Promise<Organization[]> {
    const rows = await selectOrganization().orderBy('organizations.name').orderBy('customer_id').execute();
    return rows.map((row) => toOrganization(row)!);
  }

  /**
   * Changes what `change` names. `also` runs in the same transaction. Throws `settings_invalid` (every problem),
   * `version_conflict`, `not_found`.
   */
  async function updateSettings(
    id: string,
    change: Partial<OrganizationSettings>,
    version: number,
    also?: (trx: Database) => Promise<void>,
  ): Promise<Organization> {
    const organization = requireFound(await find(id));
    const settings = organizationSettingsSchema.safeParse({ ...organization.settings, ...change });
    if (!settings.success)
      throw new DirectoryError('settings_invalid', 'These settings are not possible', problemsOf(settings.error));
    await db.transaction().execute(async (trx) => {
      const updated = await trx
        .updateTable('organizations')
        .set((row) => ({
          settings: JSON.stringify(settings.data),
          updated_at: clock.now(),
          version: row('version', '+', 1),
        }))
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst();
      if (updated.numUpdatedRows === 0n)
        throw new DirectoryError('version_conflict', 'Somebody else has changed these settings meanwhile');
      await also?.(trx);
    });
    settingsReader.forget(id);
    return requireFound(await find(id));
  }

  /** The old name leads to the new one for 30 days. Throws `name_invalid`, `name_reserved`, `name_taken`, `not_found`. */
  async function changeWorkspaceName(id: string, name: string): Promise<Organization> {
    requireName('workspace name', name);
    return db.transaction().execute(async (trx) => {
      const now = clock.now();
      const current = requireFound(await selectOrganizationIn(trx, id));
      if (current.workspaceName === name) return current;
      await trx
        .updateTable('workspace_names')
        .set({ retired_at: now })
        .where('organization_id', '=', id)
        .where('retired_at', 'is', null)
        .execute();
      await takeWorkspaceName(trx, id, name, now);
      await touch(trx, id);
      return requireFound(await selectOrganizationIn(trx, id));
    });
  }

  /**
   * Makes a connection the workspace's method of signing in; null takes it away. `version`: refused when it is another by
   * now; `together`: in the same transaction. Throws `not_found` (also for a connection of another organization),
   * `connection_not_live` (SPEC IDP-4), `version_conflict`.
   */
  async function setSubscriberConnection(
    id: string,
    connectionId: string | null,
    { version, together }: { version?: number; together?: (trx: Database) => Promise<void> } = {},
  ): Promise<Organization> {
    return db.transaction().execute(async (trx) => {
      if (connectionId !== null) await requireUsableConnection(trx, id, connectionId);
      requireFound(await selectOrganizationIn(trx, id));
      const updated = await trx
        .updateTable('organizations')
        .set({ subscriber_connection_id: connectionId })
        .where('id', '=', id)
        .$if(version !== undefined, (rows) => rows.where('version', '=', version!))
        .executeTakeFirst();
      if (updated.numUpdatedRows === 0n)
        throw new DirectoryError('version_conflict', 'Somebody else has changed this organization meanwhile');
      await touch(trx, id);
      await together?.(trx);
      return requireFound(await selectOrganizationIn(trx, id));
    });
  }

  async function touch(trx: Database, id: string): Promise<void> {
    await trx
      .updateTable('organizations')
      .set((row) => ({ updated_at: clock.now(), version: row('version', '+', 1) }))
      .where('id', '=', id)
      .execute();
  }

  return {
    create,
    find,
    findByCustomerId,
    findByReference,
    findByWorkspaceName,
    list,
    settingsOf: settingsReader.settingsOf,
    rememberedSettings: settingsReader.rememberedSettings,
    updateSettings,
    changeWorkspaceName,
    setSubscriberConnection,
  };
}

/** A name is free when nobody has it, when its owner takes it back, or 30 days after it was given up. */
async function takeWorkspaceName(trx: Database, organizationId: string, name: string, now: number): Promise<void> {
  const taken = await trx
    .insertInto('workspace_names')
    .values({ name, organization_id: organizationId, retired_at: null })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ organization_id: organizationId, retired_at: null })
        .where((row) =>
          row.and([
            row('workspace_names.retired_at', 'is not', null),
            row.or([
              row('workspace_names.organization_id', '=', organizationId),
              row('workspace_names.retired_at', '<=', now - retiredNameMs),
            ]),
          ]),
        ),
    )
    .executeTakeFirst();
  if (!taken.numInsertedOrUpdatedRows) throw new DirectoryError('name_taken', `The workspace name "${name}" is taken`);
}

async function requireUsableConnection(trx: Database, organizationId: string, connectionId: string): Promise<void> {
  // Locked, so that it is not disconnected in the same moment (IDP-1).
  const connection = await trx
    .updateTable('connections')
    .set((row) => ({ version: row.ref('version') }))
    .where('id', '=', connectionId)
    .where('organization_id', '=', organizationId)
    .returning(['state', 'for_subscribers'])
    .executeTakeFirst();
  if (!connection) throw new DirectoryError('not_found', 'This organization has no such connection');
  if (connection.state !== 'live' || connection.for_subscribers === 0)
    throw new DirectoryError('connection_not_live', 'Only a live connection for subscribers can be the sign-in method');
}

async function selectOrganizationIn(trx: Database, id: string): Promise<Organization | undefined> {
  const row = await trx
    .selectFrom('organizations')
    .innerJoin('workspace_names', (join) =>
      join.onRef('workspace_names.organization_id', '=', 'organizations.id').on('retired_at', 'is', null),
    )
    .selectAll('organizations')
    .select('workspace_names.name as workspace_name')
    .where('organizations.id', '=', id)
    .executeTakeFirst();
  return toOrganization(row);
}

function isLongRetired(retiredAt: number | null, now: number): boolean {
  return retiredAt !== null && retiredAt <= now - retiredNameMs;
}

function requireDisplayName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length === 0 || trimmed.length > 200 || /\p{Cc}/u.test(trimmed))
    throw new DirectoryError('name_invalid', 'An organization needs a name of at most 200 characters');
  return trimmed;
}

function requireFound(organization: Organization | undefined): Organization {
  if (!organization) throw new DirectoryError('not_found', 'There is no such organization');
  return organization;
}

type JoinedRow = Selectable<OrganizationRow> & { workspace_name: string };

function toOrganization(row: JoinedRow | undefined): Organization | undefined {
  return (
    row && {
      id: row.id,
      orgId: row.org_id,
      customerId: row.customer_id,
      name: row.name,
      workspaceName: row.workspace_name,
      settings: readSettings(row.settings),
      subscriberConnectionId: row.subscriber_connection_id,
      createdAt: row.created_at,
      version: row.version,
    }
  );
}
