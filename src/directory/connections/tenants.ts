/**
 * Which tenant a connection may speak for with the operator's applications: the one that somebody who administers it there
 * has proven (AAD-1). Until then nothing is asked of it on behalf of the organization, and nothing goes live.
 *
 * Owns: the rows `connection_tenants`. Does not own: the proof (`signin/tenant-consents.ts`), what a tenant is
 * (`providers/azure-ad`). A connection with a registration of its own needs none: its own tenant let that in.
 */
import type { ProvenTenant, ProviderDefinition } from '../../../providers/provider.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../database/schema.ts';
import type { SystemLog } from '../../system-log/system-log.ts';
import { entryOf } from '../authority.ts';
import { DirectoryError } from '../errors.ts';
import type { Connection } from './connections.ts';
import type { ConnectionDrafts } from './drafts.ts';
import { type ConnectionEditor, lockAsEditor } from './editor.ts';
import { requireProvenTenant } from './proven-tenant.ts';

export interface ConnectionTenant {
  tenantId: string;
  provenAt: number;
  /** Name of the administrator here. */
  provenBy: string | null;
}

export type ConnectionTenants = ReturnType<typeof createConnectionTenants>;

export function createConnectionTenants(needs: {
  db: Database;
  clock: Clock;
  drafts: Pick<ConnectionDrafts, 'find' | 'open' | 'save'>;
  systemLog: Pick<SystemLog, 'record'>;
}) {
  const { db, clock, drafts, systemLog } = needs;

  async function find({ id }: Pick<Connection, 'id'>): Promise<ConnectionTenant | undefined> {
    const row = await db
      .selectFrom('connection_tenants')
      .selectAll()
      .where('connection_id', '=', id)
      .executeTakeFirst();
    return row && { tenantId: row.tenant_id, provenAt: row.proven_at, provenBy: row.proven_by };
  }

  /**
   * Keeps the proof and puts what it decides into the draft; a live connection to the same tenant needs no draft, its
   * permissions are simply newer (AAD-6). Throws `tenant_differs` (a live connection stays with its tenant: disconnect it
   * first), `citrix_identity_needed` (IDP-2), `not_permitted`, `not_found`, `version_conflict`, `settings_invalid`.
   */
  async function prove(
    by: ConnectionEditor,
    connection: Connection,
    { tenantId, settings }: ProvenTenant,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const row = await lockAsEditor(trx, by, connection.id);
      const live = row.state === 'live' ? (JSON.parse(row.settings) as { tenantId?: unknown }).tenantId : undefined;
      if (live !== undefined && live !== tenantId) {
        throw new DirectoryError(
          'tenant_differs',
          'This connection is live with another tenant; disconnect it before you connect it to this one',
        );
      }
      const proof = {
        tenant_id: tenantId,
        proven_at: clock.now(),
        proven_by: by.act.actor.type === 'system' ? null : (by.act.actor.name ?? null),
      };
      await trx
        .insertInto('connection_tenants')
        .values({ connection_id: row.id, ...proof })
        .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(proof))
        .execute();
      await systemLog.record(
        entryOf(by, {
          event: 'platform/identityprovider/azuread/connect',
          organizationId: row.organization_id,
          target: { type: 'connection', id: row.id, name: row.name },
          detail: { tenantId },
        }),
        trx,
      );
    });
    if (connection.state === 'live' && !(await drafts.find(connection))) return;
    const draft = await drafts.open(by, connection.id);
    const merged = { ...draft.settings, ...settings };
    if (JSON.stringify(merged) === JSON.stringify(draft.settings)) return;
    await drafts.save(by, connection.id, draft.revision, { settings: merged });
  }

  /** Throws `tenant_not_proven`. */
  async function requireProven(connection: Pick<Connection, 'id' | 'settings'>, definition: ProviderDefinition) {
    await requireProvenTenant(db, connection.id, definition, connection.settings);
  }

  return { find, prove, requireProven };
}
